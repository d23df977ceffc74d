import { describe, expect, it } from 'vitest';
import type { LimitRow } from '../../../hub-core/console/contract/hub-contract.ts';
import { limitState, nearestFirst, usageText } from './limits.ts';

const limit = (name: string, used: number, most: number | null, unit: LimitRow['unit'] = 'requests'): LimitRow => ({
  name,
  help: name,
  unit,
  used,
  limit: most,
  at: null,
});

describe('limits', () => {
  it('[UI79] come nearest first, those without a limit last, each by name', () => {
    const rows = [limit('none', 99, null), limit('b', 0, 10), limit('near', 9, 10), limit('a', 0, 5)];
    expect(nearestFirst(rows).map(({ name }) => name)).toEqual(['near', 'a', 'b', 'none']);
  });

  it('[UI79] say how near they are in word and tone, and what is used of what', () => {
    const rows = [limit('a', 1, 1_000), limit('b', 70, 100), limit('c', 90, 100), limit('d', 5, null)];
    expect(rows.map(limitState)).toEqual([
      { tone: 'ok', word: '0.1 %' },
      { tone: 'warn', word: '70 %' },
      { tone: 'error', word: '90 %' },
      { tone: 'muted', word: 'no limit' },
    ]);
    expect([usageText(limit('a', 1_500, 10_000)), usageText(limit('b', 2e6, 64e6, 'bytes'))]).toEqual([
      '1,500 of 10,000',
      '2.00 MB of 64.0 MB',
    ]);
  });
});
