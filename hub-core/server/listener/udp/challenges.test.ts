import { describe, expect, it } from 'vitest';
import { FakeClock } from '../../../test/support/fake-clock.ts';
import { Challenges } from './challenges.ts';
import { nodeDatagramCrypto } from './node-datagram-crypto.ts';

const NONCE = new Uint8Array(16).fill(1);
const SOURCE = { address: '192.0.2.1', port: 4_000, socket: 0 };
const scene = (): { clock: FakeClock; challenges: Challenges } => {
  const clock = new FakeClock();
  return { clock, challenges: new Challenges(clock, nodeDatagramCrypto) };
};

describe('Challenges', () => {
  it('[UD4] a challenge holds for 10 s', () => {
    const { clock, challenges } = scene();
    clock.advance(12_345);
    const challenge = challenges.make(NONCE, SOURCE);
    clock.advance(10_000);
    expect(challenges.check(challenge, NONCE, SOURCE)?.serial).toBe(1);
    clock.advance(101);
    expect(challenges.check(challenge, NONCE, SOURCE)).toBeUndefined();
  });

  it('[UD4] each has a number of its own', () => {
    const { challenges } = scene();
    const made = [1, 2, 3].map(() => challenges.make(NONCE, SOURCE));
    expect(made.map((challenge) => challenges.check(challenge, NONCE, SOURCE)?.serial)).toEqual([1, 2, 3]);
  });

  it('[UD4] it holds for its nonce, address and port, and at its own hub', () => {
    const { challenges } = scene();
    const challenge = challenges.make(NONCE, SOURCE);
    expect(challenges.check(challenge, NONCE, SOURCE)).toBeDefined();
    expect(challenges.check(challenge, new Uint8Array(16).fill(2), SOURCE)).toBeUndefined();
    expect(challenges.check(challenge, NONCE, { ...SOURCE, address: '192.0.2.2' })).toBeUndefined();
    expect(challenges.check(challenge, NONCE, { ...SOURCE, port: 4_001 })).toBeUndefined();
    expect(challenges.check(challenge, NONCE, { ...SOURCE, socket: 1 })).toBeUndefined();
    expect(scene().challenges.check(challenge, NONCE, SOURCE)).toBeUndefined();
  });

  it('[UD4] with any bit changed, cut or longer it does not hold', () => {
    const { challenges } = scene();
    const challenge = challenges.make(NONCE, SOURCE);
    for (let bit = 0; bit < challenge.length * 8; bit += 1) {
      const changed = challenge.slice();
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(challenges.check(changed, NONCE, SOURCE)).toBeUndefined();
    }
    expect(challenges.check(challenge.subarray(1), NONCE, SOURCE)).toBeUndefined();
    expect(challenges.check(Buffer.concat([challenge, Buffer.alloc(1)]), NONCE, SOURCE)).toBeUndefined();
  });
});
