import { describe, expect, it } from 'vitest';
import { inOrder, moved } from './column-order.ts';

const columns = ['a', 'b', 'c', 'd'].map((id) => ({ id }));
const ids = (order: readonly string[]) =>
  inOrder(columns, order)
    .map(({ id }) => id)
    .join('');

describe('inOrder', () => {
  it('[IN11] follows what was kept; a column that is new stands behind the one it follows, one that is gone is left out', () => {
    expect([ids([]), ids(['d', 'b', 'a', 'c']), ids(['d', 'gone', 'b']), ids(['c', 'b', 'a'])]).toEqual([
      'abcd',
      'dbac',
      'adbc',
      'cdba',
    ]);
  });
});

describe('moved', () => {
  it('[IN11] puts a column in the place of another, from either side', () => {
    expect(moved(['a', 'b', 'c', 'd'], 'a', 'c').join('')).toBe('bcad');
    expect(moved(['a', 'b', 'c', 'd'], 'd', 'b').join('')).toBe('adbc');
    expect(moved(['a', 'b'], 'a', 'x')).toEqual(['a', 'b']);
  });
});
