import { describe, expect, it } from 'vitest';
import { waterfallSpan } from './waterfall-span.ts';

describe('waterfallSpan', () => {
  it('[UI44] reaches from the first request to the last answer of the rows in sight', () => {
    const rows = [
      { atMs: 100, durationMs: 50 },
      undefined,
      { atMs: 120, durationMs: 5 },
      { atMs: 130, durationMs: null },
    ];
    expect(waterfallSpan(rows)).toEqual({ startMs: 100, lengthMs: 50 });
  });
  it('[UI44] is nothing without rows, and never empty with one', () => {
    expect(waterfallSpan([undefined])).toBeUndefined();
    expect(waterfallSpan([{ atMs: 1, durationMs: 0 }])?.lengthMs).toBeGreaterThan(0);
  });
});
