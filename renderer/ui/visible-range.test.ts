import { describe, expect, it } from 'vitest';
import { keyBase, scrollTo, scrollToEnd, visibleRange } from './visible-range.ts';

/** Chromium's tallest element: rows beyond it could not be scrolled to. */
const MAX_ELEMENT_PX = 33_554_428;
const view = { scrollTop: 0, height: 240, rowHeight: 24, count: 1_000_000 };

describe('visibleRange', () => {
  it('[UI14] holds the rows in sight and some more at either end', () => {
    expect(visibleRange({ ...view, scrollTop: 2_400 }, 2)).toEqual({ first: 98, end: 112 });
  });
  it('[UI14] stays within the rows at both ends', () => {
    expect(visibleRange(view, 5)).toEqual({ first: 0, end: 15 });
    expect(visibleRange({ ...view, scrollTop: 24_000_000 - 240 }, 5)).toEqual({ first: 999_985, end: 1_000_000 });
    expect(visibleRange({ ...view, count: 0 })).toEqual({ first: 0, end: 0 });
  });
  it('[UI14] is empty and not negative after the rows shrank under the scroll position', () => {
    expect(visibleRange({ ...view, scrollTop: 24_000, count: 10 })).toEqual({ first: 10, end: 10 });
  });
  it('[UI14] a million rows of 24 px, the most that the store keeps, fit into one element', () => {
    expect(view.count * view.rowHeight).toBeLessThan(MAX_ELEMENT_PX);
  });
});

describe('keyBase', () => {
  it('[UI14] rows that stay in sight keep their keys', () => {
    expect(keyBase(100, { first: 120, end: 150 }, { first: 149, end: 180 })).toBe(100);
    expect(keyBase(100, { first: 120, end: 150 }, { first: 91, end: 121 })).toBe(100);
  });
  it('[UI14] after a jump the rows take the keys of those that were there', () => {
    const [before, now] = [
      { first: 120, end: 150 },
      { first: 999_000, end: 999_030 },
    ];
    expect(now.first - keyBase(100, before, now)).toBe(before.first - 100);
    expect(before.first - keyBase(keyBase(100, before, now), now, before)).toBe(before.first - 100);
  });
});

describe('scrollTo', () => {
  it('[UI14] does not move when the row is in sight', () => {
    expect(scrollTo(105, { ...view, scrollTop: 2_400 })).toBe(2_400);
  });
  it('[UI14] moves as little as shows the whole row', () => {
    expect(scrollTo(99, { ...view, scrollTop: 2_400 })).toBe(99 * 24);
    expect(scrollTo(110, { ...view, scrollTop: 2_400 })).toBe(111 * 24 - 240);
  });
  it('[UI14] the end is where the last row stands at the bottom', () => {
    expect(scrollToEnd(view)).toBe(24_000_000 - 240);
    expect(scrollToEnd({ ...view, count: 3 })).toBe(0);
  });
});
