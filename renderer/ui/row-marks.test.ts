import { describe, expect, it } from 'vitest';
import { markedRange, withoutGone, withToggled } from './row-marks.ts';

describe('row marks', () => {
  it('[UI78] are toggled one by one, leaving the set before as it was', () => {
    const before = new Set(['a']);
    expect([withToggled(before, 'b'), withToggled(before, 'a'), before]).toEqual([
      new Set(['a', 'b']),
      new Set(),
      new Set(['a']),
    ]);
  });

  it('[UI78] reach from one row to another in either direction', () => {
    const ids = ['a', 'b', 'c', 'd'];
    expect([markedRange(ids, 1, 2), markedRange(ids, 3, 2), markedRange(ids, -1, 0)]).toEqual([
      new Set(['b', 'c']),
      new Set(['c', 'd']),
      new Set(['a']),
    ]);
  });

  it('[UI78] go with their rows', () => {
    const marks = new Set(['a', 'b']);
    expect(withoutGone(marks, ['a', 'b', 'c'])).toBe(marks);
    expect(withoutGone(marks, ['b'])).toEqual(new Set(['b']));
  });
});
