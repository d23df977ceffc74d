import { describe, expect, it } from 'vitest';
import { timeText } from './time-text.ts';

describe('timeText', () => {
  const at = Date.parse('2026-11-28T10:30:05.250');
  it('[IN12] is the time of day, or counts from the first row, or from the row above', () => {
    const context = { startMs: at - 62_000, aboveMs: at - 1_250.4 };
    expect([
      timeText(at, { ...context, mode: 'clock' }),
      timeText(at, { ...context, mode: 'start' }),
      timeText(at, { ...context, mode: 'delta' }),
      timeText(at, { mode: 'delta', startMs: at, aboveMs: at + 5 }),
      timeText(at, { mode: 'start', startMs: at - 3_723_004, aboveMs: undefined }),
    ]).toEqual(['10:30:05.250', '+1:02.000', '+1.250', '−0.005', '+1:02:03.004']);
  });
  it('[IN12] is empty while what it counts from is not here', () => {
    expect(timeText(at, { mode: 'delta', startMs: at, aboveMs: undefined })).toBe('');
  });
});
