import { describe, expect, it } from 'vitest';
import { contentHeight, isScaled, lastTop, scrollTopOf, topAt, topThatShows } from './line-window.ts';

const SMALL = { count: 1_000, rowHeight: 18, height: 360 };
/** As many lines as 2 GB of bytes have. */
const HUGE = { count: 134_217_728, rowHeight: 18, height: 360 };

describe('line window', () => {
  it('[UI99] is plain arithmetic where the lines fit into an element', () => {
    expect([isScaled(SMALL), contentHeight(SMALL), topAt(180, SMALL), scrollTopOf(10, SMALL)]).toEqual([
      false,
      18_000,
      10,
      180,
    ]);
  });
  it('[UI99] reaches the first and the last of more lines than an element can be high', () => {
    expect([isScaled(HUGE), contentHeight(HUGE)]).toEqual([true, 30_000_000]);
    expect([topAt(0, HUGE), topAt(contentHeight(HUGE) - HUGE.height, HUGE)]).toEqual([0, lastTop(HUGE)]);
    for (const top of [0, 1, 4_711, 100_000_000, lastTop(HUGE)]) {
      expect(topAt(scrollTopOf(top, HUGE), HUGE)).toBeCloseTo(top, 3);
    }
  });
  it('[UI99] brings a line into sight by as little as needed', () => {
    expect([topThatShows(5, 10, SMALL), topThatShows(12, 10, SMALL), topThatShows(30, 10, SMALL)]).toEqual([5, 10, 11]);
  });
});
