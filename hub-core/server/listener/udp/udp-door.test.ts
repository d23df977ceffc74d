import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { RequestError } from '../../../common/errors/hub-error.ts';
import { silentLogger } from '../../../common/log/logger.ts';
import { createBinaryCodec } from '../../../common/protocol/binary-codec.ts';
import { DEFAULT_CODEC_LIMITS } from '../../../common/protocol/limits.ts';
import { Kind, type Message, type MessageInit } from '../../../common/protocol/message.ts';
import { parseJsonPayload } from '../../../common/protocol/payload.ts';
import { answeredNonceOf, frameOf, handshakeDatagram } from '../../../common/transport/datagram/datagram.ts';
import { firstHello, readChallenge } from '../../../common/transport/datagram/datagram-hello.ts';
import type { Gate } from '../../access/gate.ts';
import { FakeClock } from '../../../test/support/fake-clock.ts';
import { proofOf } from '../../../test/support/udp-wire-client.ts';
import { nodeDatagramCrypto as crypto } from './node-datagram-crypto.ts';
import { ReplyBudget } from './reply-memory.ts';
import { UdpCounters, type Drop } from './udp-counters.ts';
import { UdpDoor } from './udp-door.ts';
import { UdpSessions } from './udp-sessions.ts';

const KEY = `whub_abcdefghij_${Buffer.alloc(32, 7).toString('base64url')}`;
const SOURCE = { address: '192.0.2.1', port: 4_000, socket: 0 };
const CONFIG = {
  maxDatagramBytes: 1_200,
  sessionIdleMs: 60_000,
  maxSessions: 0,
  maxSessionsPerAddress: 0,
  replyMemoryMs: 30_000,
  replyMemoryBytes: 100_000,
  totalReplyMemoryBytes: 100_000,
};
const codec = createBinaryCodec(DEFAULT_CODEC_LIMITS);

function scene(options: { gate?: Partial<Gate>; hashOfKey?: () => Uint8Array | undefined } = {}) {
  const clock = new FakeClock();
  const counters = new UdpCounters();
  const sent: Uint8Array[] = [];
  const failures: string[] = [];
  const accepted: (string | undefined)[] = [];
  const sessions = new UdpSessions(CONFIG, counters);
  const door = new UdpDoor({
    clock,
    log: { ...silentLogger, error: (_fields, text) => void failures.push(text) },
    codec,
    crypto,
    keyHashes: { hashOfKey: options.hashOfKey ?? (() => crypto.sha256(Buffer.from(KEY))) },
    gate: { barOf: () => undefined, admitConnection: () => undefined, ...options.gate },
    sessions,
    session: {
      clock,
      codec,
      hubId: 'hub',
      config: CONFIG,
      budget: new ReplyBudget(CONFIG.totalReplyMemoryBytes),
      counters,
      transmit: (datagram) => void sent.push(datagram),
    },
    accept: (_session, credential) => {
      accepted.push(credential?.key);
      return { goodbye: () => undefined };
    },
  });
  const nonce = randomBytes(16);
  const read = (): Message[] => sent.splice(0).map((datagram) => codec.decode(frameOf(datagram)));
  const ask = (): void =>
    door.receive(handshakeDatagram(firstHello(nonce, (message: MessageInit) => codec.encode(message))), SOURCE);
  /** Asks for a challenge and answers it with the key. */
  const prove = (): void => {
    ask();
    const challenge = readChallenge(read()[0] ?? codec.decode(codec.encode({ kind: Kind.Ping })));
    if (challenge === undefined) throw new Error('No challenge came');
    door.receive(proofOf({ key: KEY }, { nonce, challenge }).datagram, SOURCE);
  };
  const drops = (why: Drop): number => counters.dropsOf(why);
  return { clock, door, sent, failures, accepted, sessions, nonce, read, ask, prove, drops };
}

describe('UdpDoor', () => {
  it('[UD2] hands over the key that a proof proves', () => {
    const { prove, accepted, sessions } = scene();
    prove();
    expect([accepted, sessions.size]).toEqual([[KEY], 1]);
  });

  it('[UD7] an address that is kept out is not even challenged', () => {
    const error = new RequestError('THROTTLED_ERR', 'Cannot let this address in: it is blocked');
    const { ask, sent, drops } = scene({ gate: { barOf: () => ({ error, unlessProven: false }) } });
    ask();
    expect([sent, drops('barred')]).toEqual([[], 1]);
  });

  it('[UD7] an address that opens too many is told 429, once its challenge is met', () => {
    const admitConnection = (): void => {
      throw new RequestError('THROTTLED_ERR', 'Cannot open a connection now', { extra: { retry_after_ms: 7 } });
    };
    const { prove, read, accepted, sent, nonce } = scene({ gate: { admitConnection } });
    prove();
    expect(sent.map((datagram) => Buffer.from(answeredNonceOf(datagram)))).toEqual([nonce]);
    const [goodbye] = read();
    expect([goodbye?.kind, goodbye?.status, parseJsonPayload(goodbye?.payload ?? Buffer.alloc(0))]).toEqual([
      Kind.Goodbye,
      429,
      expect.objectContaining({ retry_after_ms: 7 }),
    ]);
    expect(accepted).toEqual([]);
  });

  it('[UD7] a database that cannot be read is 503 and a line in the log, and the challenge holds still', () => {
    let isBroken = true;
    const { ask, door, nonce, read, failures, accepted } = scene({
      hashOfKey: () => {
        if (isBroken) throw new Error('disk I/O error');
        return crypto.sha256(Buffer.from(KEY));
      },
    });
    ask();
    const challenge = readChallenge(read()[0] ?? codec.decode(codec.encode({ kind: Kind.Ping }))) ?? Buffer.alloc(0);
    const { datagram } = proofOf({ key: KEY }, { nonce, challenge });
    door.receive(datagram, SOURCE);
    expect([read().map(({ status }) => status), failures]).toEqual([[503], ['checking a credential failed']]);
    isBroken = false;
    door.receive(datagram, SOURCE);
    expect(accepted).toEqual([KEY]);
  });

  it('[UD5] what was answered is forgotten with its challenge', () => {
    const { prove, clock, door, accepted, ask, read, nonce, drops } = scene();
    prove();
    ask();
    const challenge = readChallenge(read()[0] ?? codec.decode(codec.encode({ kind: Kind.Ping }))) ?? Buffer.alloc(0);
    const late = proofOf({ key: KEY }, { nonce, challenge }).datagram;
    clock.advance(10_200);
    door.sweep(clock.nowMs());
    door.receive(late, SOURCE);
    expect([accepted.length, drops('challenge')]).toEqual([1, 1]);
  });

  it('[UD13] one that is shut challenges nobody', () => {
    const { door, ask, sent, drops } = scene();
    door.shut();
    ask();
    expect([sent, drops('draining')]).toEqual([[], 1]);
  });
});
