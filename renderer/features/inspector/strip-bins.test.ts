import { describe, expect, it } from 'vitest';
import { binAt, movedBrush, newsText, spanOf, stripText } from './strip-bins.ts';

const fromMs = Date.parse('2026-11-28T10:30:00');
const overview = {
  ...{ firstMs: fromMs + 5, fromMs, binMs: 1_000 },
  ...{ ok: [3, 0, 5, 1], error: [0, 2, 1, 0], dropped: [0, 0, 7, 0] },
};

describe('the strip', () => {
  it('[IN10] finds the bin under a place, and the time that a brush covers whichever way it was drawn', () => {
    expect([binAt(0, 400, 4), binAt(399, 400, 4), binAt(900, 400, 4), binAt(-5, 400, 4), binAt(5, 0, 4)]).toEqual([
      0, 3, 3, 0, 3,
    ]);
    const span = { fromMs: fromMs + 1_000, toMs: fromMs + 3_000 };
    expect(spanOf({ anchor: 1, head: 2 }, overview)).toEqual(span);
    expect(spanOf({ anchor: 2, head: 1 }, overview)).toEqual(span);
  });
  it('[IN10] says in words what lies under the brush, and in all', () => {
    expect(stripText(overview, { anchor: 3, head: 2 })).toBe(
      '10:30:02 to 10:30:04: 6 exchanges without error, 1 error, 7 exchanges not recorded',
    );
    expect(stripText({ ...overview, dropped: [0, 0, 0, 0] }, undefined)).toBe(
      '10:30:00 to 10:30:04: 9 exchanges without error, 3 errors',
    );
  });
  it('[IN10] moves the brush by a bin, or makes it longer, within the strip', () => {
    const end = movedBrush(undefined, -1, { count: 4, extend: false });
    expect(end).toEqual({ anchor: 3, head: 3 });
    const longer = movedBrush(end, -1, { count: 4, extend: true });
    expect(longer).toEqual({ anchor: 3, head: 2 });
    expect(movedBrush(longer, -1, { count: 4, extend: false })).toEqual({ anchor: 1, head: 1 });
    expect(movedBrush(end, 1, { count: 4, extend: true })).toEqual(end);
    expect(movedBrush(end, -4, { count: 4, extend: true })).toEqual({ anchor: 3, head: 0 });
  });
});

describe('newsText', () => {
  it('[IN19] tells of new messages and the errors among them in one sentence, and of nothing when there is none', () => {
    expect(newsText({ lastSeq: 10, errors: 2 }, { lastSeq: 222, errors: 5 })).toBe('212 new messages, 3 errors');
    expect(newsText({ lastSeq: 10, errors: 9 }, { lastSeq: 11, errors: 2 })).toBe('1 new message');
    expect(newsText({ lastSeq: 10, errors: 2 }, { lastSeq: 10, errors: 2 })).toBeUndefined();
    expect(newsText({ lastSeq: 10, errors: 2 }, { lastSeq: 0, errors: 0 })).toBeUndefined();
  });
});
