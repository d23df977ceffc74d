import { describe, expect, it } from 'vitest';
import { progressText } from './progress-text.ts';

describe('progressText', () => {
  it('[IN6] tells how far a search has come and what it found, and says "0 found" of none that is not complete', () => {
    const far = { total: 1_000_000, searched: 412_000 };
    expect([
      progressText({ ...far, count: 37, jobId: 'j' }),
      progressText({ ...far, count: 0, jobId: 'j' }),
      progressText({ ...far, count: 37, jobId: null }),
      progressText({ ...far, count: 0, jobId: null }),
    ]).toEqual([
      '412,000 of 1,000,000 searched · 37 found',
      '412,000 of 1,000,000 searched · none found yet',
      'Stopped: 412,000 of 1,000,000 searched · 37 found',
      'Stopped: 412,000 of 1,000,000 searched · none found so far',
    ]);
  });
});
