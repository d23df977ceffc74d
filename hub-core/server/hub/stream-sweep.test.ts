import { describe, expect, it } from 'vitest';
import { youngCollector } from './collect-young.ts';
import { StreamSweep } from './stream-sweep.ts';

const MIB = 1 << 20;

describe('StreamSweep', () => {
  it('[SM30] collects after every few MiB of Data, and never for what comes whole', () => {
    let collected = 0;
    const sweep = new StreamSweep(() => (collected += 1));
    const counts: number[] = [];
    for (let count = 0; count < 12; count += 1) {
      sweep.began();
      sweep.ended();
      counts.push(collected);
    }
    for (let mib = 1; mib <= 9; mib += 1) {
      sweep.passed(undefined as never, mib % 2 === 0 ? 'request' : 'response', new Uint8Array(MIB));
      counts.push(collected);
    }
    expect(counts).toEqual([...Array.from({ length: 12 }, () => 0), 0, 0, 0, 1, 1, 1, 1, 2, 2]);
  });
});

describe('youngCollector()', () => {
  it('[SM30] frees buffers that nobody holds any more, and leaves no gc behind', async () => {
    const collect = youngCollector();
    const before = process.memoryUsage().arrayBuffers;
    (() => {
      for (let count = 0; count < 256; count += 1) new Uint8Array(65_536).fill(count);
    })();
    collect();
    await expect.poll(() => process.memoryUsage().arrayBuffers - before).toBeLessThan(4 * MIB);
    const { runInNewContext } = await import('node:vm');
    expect(runInNewContext('typeof gc')).toBe('undefined');
  });
});
