import { describe, expect, it } from 'vitest';
import { RowsToDraw } from './drawn-rows.ts';

const here = (...places: readonly number[]) => {
  const there = new Set(places);
  return (index: number): boolean => there.has(index);
};
const everything = (): boolean => true;
const screen = (first: number) => ({ first, end: first + 30 });

/** One that shows rows 0 to 29, drawn at 0 ms. */
function shown(): RowsToDraw {
  const rows = new RowsToDraw();
  rows.next({ range: screen(0), hasCome: everything, follows: false }, 0);
  rows.passFrame();
  return rows;
}

describe('RowsToDraw', () => {
  it('[UI135] draws what is in sight at once at first, and on each step that keeps a row in sight', () => {
    const rows = new RowsToDraw();
    const at = (first: number, nowMs: number) =>
      rows.next({ range: screen(first), hasCome: everything, follows: false }, nowMs);
    expect(at(0, 0)).toEqual({ rows: { ...screen(0), base: 0 }, again: undefined });
    expect(at(29, 1)).toEqual({ rows: { ...screen(29), base: 0 }, again: undefined });
  });

  it('[UI135] after a jump the old rows stay for one frame and lend the new ones their keys', () => {
    const rows = shown();
    const jumped = { range: screen(900), hasCome: everything, follows: false };
    expect(rows.next(jumped, 1_000)).toMatchObject({ rows: screen(0), again: { frames: 1 } });
    rows.passFrame();
    expect(rows.next(jumped, 1_016)).toEqual({ rows: { ...screen(900), base: 900 }, again: undefined });
  });

  it('[UI135] a place that is left in the next frame is never drawn, but one is after 250 ms', () => {
    const rows = shown();
    const drawn: number[] = [];
    for (let frame = 1; frame <= 60; frame += 1) {
      const range = screen(1_000 * frame);
      if (rows.next({ range, hasCome: everything, follows: false }, 16 * frame).rows.first === range.first) {
        drawn.push(16 * frame);
      }
      rows.passFrame();
      // The thumb was moved before the frame's end was looked at.
    }
    expect(drawn).toEqual([272, 544, 816]);
  });

  it('[UI135] rows that are on their way are waited for, for 150 ms', () => {
    const rows = shown();
    const inSight = { range: screen(900), hasCome: here(0, 29), follows: false };
    rows.next(inSight, 1_000);
    rows.passFrame();
    expect(rows.next(inSight, 1_100)).toMatchObject({ rows: screen(0), again: { ms: 50 } });
    expect(rows.next(inSight, 1_150)).toMatchObject({ rows: screen(900), again: undefined });
  });

  it('[UI135] rows of another result, which are not here any more, are not kept', () => {
    expect(shown().next({ range: screen(900), hasCome: here(900), follows: false }, 1_000).rows).toMatchObject(
      screen(900),
    );
  });

  it('[UI135] a list that follows its end waits for no rest', () => {
    expect(shown().next({ range: screen(900), hasCome: everything, follows: true }, 1_000).rows).toMatchObject(
      screen(900),
    );
  });
});
