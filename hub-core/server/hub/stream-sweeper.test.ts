import { describe, expect, it } from 'vitest';
import type { Exchange } from '../service/exchange.ts';
import { StreamSweeper, youngCollector } from './stream-sweeper.ts';

describe('StreamSweeper', () => {
  it('[SM24] lets the buffers of streams go after every 8 MiB', () => {
    let collected = 0;
    const sweeper = new StreamSweeper(() => void (collected += 1));
    const piece = new Uint8Array(64 << 10);
    for (let count = 0; count < 300; count += 1) sweeper.passed({} as Exchange, 'response', piece);
    expect(collected).toBe(2);
  });

  it('[SM24] finds the engine’s collector', () => {
    const collect = youngCollector();
    expect(collect).toBeTypeOf('function');
    expect(() => collect?.()).not.toThrow();
  });
});
