import { describe, expect, it } from 'vitest';
import { isErrorName, STATUS_OF, TITLE_OF } from './status.ts';

describe('STATUS_OF', () => {
  it('[ER1] every name has one status and one title, and only 500 has two names', () => {
    const names = Object.keys(STATUS_OF).filter(isErrorName);
    expect(Object.keys(TITLE_OF)).toEqual(names);
    expect(new Set(Object.values(TITLE_OF)).size).toBe(names.length);
    const shared = Map.groupBy(names, (name) => STATUS_OF[name]);
    expect([...shared].filter(([, sharing]) => sharing.length > 1)).toEqual([[500, ['PROVIDER_ERR', 'INTERNAL_ERR']]]);
  });

  it('[ER1] isErrorName() knows the names and nothing inherited', () => {
    expect(['NOT_FOUND_ERR', 'toString', '__proto__', ''].map((word) => isErrorName(word))).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });
});
