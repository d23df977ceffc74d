import { describe, expect, it } from 'vitest';
import { bodyPlan } from './body-plan.ts';

describe('bodyPlan', () => {
  it('[UI90] reads bodies up to 5 MB whole', () => {
    expect([0, 256_000, 5_000_000].map((bytes) => bodyPlan(bytes, false))).toEqual([
      { readBytes: 0, canLoadAll: false },
      { readBytes: 256_000, canLoadAll: false },
      { readBytes: 5_000_000, canLoadAll: false },
    ]);
  });
  it('[UI90] reads the first 256 KB of larger ones, and all when asked for it', () => {
    expect(bodyPlan(18_200_000, false)).toEqual({ readBytes: 256_000, canLoadAll: true });
    expect(bodyPlan(18_200_000, true)).toEqual({ readBytes: 18_200_000, canLoadAll: false });
  });
  it('[UI90] reads only ranges of what is above 50 MB, whatever was asked for', () => {
    expect(bodyPlan(50_000_000, true).readBytes).toBe(50_000_000);
    expect(bodyPlan(50_000_001, true)).toEqual({ readBytes: 0, canLoadAll: false });
  });
});
