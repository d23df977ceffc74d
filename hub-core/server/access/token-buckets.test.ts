import { describe, expect, it } from 'vitest';
import { TokenBuckets } from './token-buckets.ts';

describe('TokenBuckets', () => {
  it('[TH1] lets a burst pass, then as many as the rate says, and tells how long to wait', () => {
    const buckets = new TokenBuckets({ perSec: 10, burst: 2 }, 10);
    const take = (nowMs: number): number => buckets.take('a', nowMs);
    expect([take(0), take(0), take(0), take(50), take(100), take(100)]).toEqual([0, 0, 100, 50, 0, 100]);
  });

  it('[TH1] keys do not share tokens, and a bucket never holds more than its burst', () => {
    const buckets = new TokenBuckets({ perSec: 1, burst: 1 }, 10);
    expect([buckets.take('a', 0), buckets.take('b', 0), buckets.take('a', 3_600_000)]).toEqual([0, 0, 0]);
    expect(buckets.take('a', 3_600_000)).toBe(1000);
  });

  it('[TH2] keeps at most so many buckets, drops the longest unused first, and forgets full ones', () => {
    const buckets = new TokenBuckets({ perSec: 1, burst: 1 }, 2);
    for (const key of ['a', 'b', 'a', 'c']) buckets.take(key, 0);
    expect(buckets.size).toBe(2);
    // `b` was dropped, and is let in again; `a` was not.
    expect([buckets.take('a', 0), buckets.take('b', 0)]).toEqual([1000, 0]);
    buckets.sweep(999);
    expect(buckets.size).toBe(2);
    buckets.sweep(1000);
    expect(buckets.size).toBe(0);
  });
});
