import { describe, expect, it } from 'vitest';
import { placeOf } from './found-place.ts';

describe('placeOf', () => {
  const found = { queryId: 'q1', seq: 7, place: 4 };
  it('[IN21] is where a row was found among the rows that are shown', () => {
    expect(placeOf(found, { queryId: 'q1', seq: 7 }, 5)).toBe(4);
  });
  it('[IN21] is not known of another row, of other rows, or before the list reaches that far', () => {
    expect([
      placeOf(undefined, { queryId: 'q1', seq: 7 }, 5),
      placeOf(found, { queryId: 'q1', seq: 8 }, 5),
      placeOf(found, { queryId: 'q2', seq: 7 }, 5),
      placeOf(found, { queryId: 'q1', seq: 7 }, 4),
      placeOf(found, { queryId: 'q1', seq: 7 }),
    ]).toEqual([null, null, null, null, null]);
  });
});
