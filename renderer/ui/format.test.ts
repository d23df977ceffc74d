import { describe, expect, it } from 'vitest';
import {
  formatAge,
  formatBytes,
  formatClock,
  formatExactMs,
  formatMs,
  formatPercent,
  formatRate,
  plural,
} from './format.ts';

describe('format', () => {
  it('[UI16] bytes have decimal units and three digits, and never four', () => {
    expect([0, 812, 999, 1_240, 999_499, 999_500, 18_200_000].map(formatBytes)).toEqual([
      '0 B',
      '812 B',
      '999 B',
      '1.24 KB',
      '999 KB',
      '1.00 MB',
      '18.2 MB',
    ]);
  });
  it('[UI16] durations go from microseconds to days', () => {
    expect([null, 0.42, 12.34, 431.6, 1_204, 125_000].map(formatMs)).toEqual([
      '–',
      '0.42 ms',
      '12.3 ms',
      '432 ms',
      '1.20 s',
      '2 m 05 s',
    ]);
    expect([4_000, 11_520_000, 446_400_000].map(formatAge)).toEqual(['4 s', '3 h 12 m', '5 d 04 h']);
    expect(formatExactMs(1_204.31)).toBe('1,204.310 ms');
  });
  it('[UI16] percents have a decimal below ten, and none where it is nothing', () => {
    expect([0, 0.31, 9.9, 12.4, 100].map(formatPercent)).toEqual(['0 %', '0.3 %', '9.9 %', '12 %', '100 %']);
  });
  it('[UI16] the clock shows milliseconds', () => {
    expect(formatClock(new Date(2026, 10, 24, 4, 3, 2, 7).getTime())).toBe('04:03:02.007');
  });
  it('[UI16] counts are grouped, and nouns agree with them', () => {
    expect([plural(1, 'row'), plural(12_304, 'row'), formatRate(4_622.4), formatRate(0.5), formatRate(2.99)]).toEqual([
      '1 row',
      '12,304 rows',
      '4,622',
      '0.5',
      '3',
    ]);
  });
});
