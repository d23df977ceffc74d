import { describe, expect, it } from 'vitest';
import { nearestLimit } from './nearest-limit.ts';

const ABOUT = { name: 'queue', help: 'What waits', unit: 'requests' } as const;

describe('nearestLimit()', () => {
  it.each([
    ['the one with the largest part of its limit', [[5, 100], [4, 10], [9, 90]], [4, 10]], // prettier-ignore
    ['the larger of two with the same part', [[1, 10], [2, 20]], [2, 20]], // prettier-ignore
    ['the one that uses most, where there is no limit', [[3, 0], [7, 0]], [7, 0]], // prettier-ignore
    ['one with a limit before one without', [[900, 0], [1, 10]], [1, 10]], // prettier-ignore
  ] as const)('[ME25] tells of %s', (_what, uses, [used, limit]) => {
    const all = uses.map(([each, most], index) => ({ used: each, limit: most, at: `s${String(index)}` }));
    const at = all.find((use) => use.used === used)?.at;
    expect(nearestLimit(ABOUT, all, 50)).toEqual({ ...ABOUT, used, limit, at });
  });

  it('[ME25] tells the common limit and nobody where nothing is used', () => {
    expect([nearestLimit(ABOUT, [], 50), nearestLimit(ABOUT, [{ used: 0, limit: 10, at: 's' }], 50)]).toEqual([
      { ...ABOUT, used: 0, limit: 50 },
      { ...ABOUT, used: 0, limit: 50 },
    ]);
  });
});
