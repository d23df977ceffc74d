import { describe, expect, it } from 'vitest';
import { RowsToDraw } from './drawn-rows.ts';

const here = (...places: readonly number[]) => {
  const there = new Set(places);
  return (index: number): boolean => there.has(index);
};
const everything = (): boolean => true;
/** Thirty rows in sight, and what is drawn of them once they are looked at. */
const screen = (first: number) => ({
  sight: { first, end: first + 30 },
  range: { first: Math.max(0, first - 4), end: first + 34 },
});
const at = (first: number, hasCome: (index: number) => boolean = everything, follows = false) => ({
  ...screen(first),
  hasCome,
  follows,
  atRest: false,
});

function passFrames(rows: RowsToDraw, frames: number): void {
  for (let frame = 0; frame < frames; frame += 1) rows.passFrame();
}

/** One that shows the rows from 0 on, drawn at 0 ms. */
function shown(): RowsToDraw {
  const rows = new RowsToDraw();
  rows.next(at(0), 0);
  passFrames(rows, 3);
  return rows;
}

describe('RowsToDraw', () => {
  it('[UI135] draws what is in sight at once at first, and on each step that keeps a row in sight', () => {
    const rows = new RowsToDraw();
    expect(rows.next(at(0), 0)).toEqual({ rows: { first: 0, end: 34, base: 0 }, again: undefined });
    expect(rows.next(at(33), 1)).toEqual({ rows: { first: 29, end: 67, base: 0 }, again: undefined });
  });

  it('[UI135] draws nothing anew when the same is seen', () => {
    const rows = shown();
    const before = rows.next(at(0), 10).rows;
    expect(rows.next(at(0), 20).rows).toBe(before);
  });

  it('[UI135] after a jump the old rows stay for three frames and lend the new ones their keys', () => {
    const rows = shown();
    const before = rows.next(at(0), 999).rows;
    expect(rows.next(at(900), 1_000)).toMatchObject({ again: { frames: 3 } });
    passFrames(rows, 2);
    expect(rows.next(at(900), 1_032)).toMatchObject({ rows: before, again: { frames: 1 } });
    rows.passFrame();
    expect(rows.next(at(900), 1_048).rows).toEqual({ first: 900, end: 930, base: 900 });
  });

  it('[UI135] after a jump the rows beyond those in sight are drawn half a second later, or when the list is scrolled on', () => {
    const rows = shown();
    rows.next(at(900), 1_000);
    passFrames(rows, 3);
    expect(rows.next(at(900), 1_048)).toMatchObject({ rows: { first: 900, end: 930 }, again: { ms: 500 } });
    expect(rows.next(at(900), 1_300)).toMatchObject({ rows: { first: 900, end: 930 }, again: { ms: 248 } });
    expect(rows.next(at(900), 1_548)).toEqual({ rows: { first: 896, end: 934, base: 900 }, again: undefined });
    rows.next(at(5_000), 3_000);
    passFrames(rows, 3);
    rows.next(at(5_000), 3_048);
    expect(rows.next(at(5_001), 3_060)).toMatchObject({ rows: { first: 4_997, end: 5_035 }, again: undefined });
  });

  it('[UI135] a place that is left within three frames is never drawn, but one is after 250 ms', () => {
    const rows = shown();
    const drawn: number[] = [];
    for (let frame = 1; frame <= 60; frame += 1) {
      if (rows.next(at(1_000 * frame), 16 * frame).rows.first === 1_000 * frame) drawn.push(16 * frame);
      // Moves come further apart than frames.
      passFrames(rows, 2);
    }
    expect(drawn).toEqual([272, 544, 816]);
  });

  it('[UI135] a second drag within half a second of the first is waited for as that was', () => {
    const rows = shown();
    for (const [place, ms] of [
      [900, 1_000],
      [9_000, 1_300],
    ] as const) {
      expect(rows.next(at(place), ms)).toMatchObject({ again: { ms: 250, frames: 3 } });
      passFrames(rows, 3);
      expect(rows.next(at(place), ms + 48).rows.first).toBe(place);
    }
  });

  it('[UI135] rows that are on their way are waited for, for 150 ms', () => {
    const rows = shown();
    const before = rows.next(at(0), 999).rows;
    const inSight = at(900, here(0, 29));
    rows.next(inSight, 1_000);
    passFrames(rows, 3);
    expect(rows.next(inSight, 1_100)).toMatchObject({ rows: before, again: { ms: 50 } });
    expect(rows.next(inSight, 1_150)).toMatchObject({ rows: screen(900).sight });
  });

  it('[UI135] frames count while rows are on their way, also when a thumb has been moved for long', () => {
    const rows = shown();
    rows.next(at(900), 1_000);
    expect(rows.next(at(9_000, here(0)), 1_150)).toMatchObject({ again: { ms: 150, frames: 3 } });
    passFrames(rows, 2);
    expect(rows.next(at(9_000), 1_190)).toMatchObject({ rows: { first: 0 }, again: { frames: 1 } });
    rows.passFrame();
    expect(rows.next(at(9_000), 1_200)).toMatchObject({ rows: screen(9_000).sight });
  });

  it('[UI135] rows of another result, which are not here any more, are not kept', () => {
    expect(shown().next(at(900, here(900)), 1_000)).toMatchObject({ rows: screen(900).range, again: undefined });
  });

  it('[UI135] a place that a key leads to is drawn as soon as its rows are there', () => {
    const rows = shown();
    expect(rows.next({ ...at(900, here(0)), atRest: true }, 1_000)).toMatchObject({ again: { frames: undefined } });
    expect(rows.next(at(900), 1_010).rows).toEqual({ first: 900, end: 930, base: 900 });
    expect(rows.next({ ...at(9_000), atRest: true }, 1_020).rows).toMatchObject({ first: 9_000 });
    expect(rows.next(at(20_000), 1_030)).toMatchObject({ rows: { first: 9_000 }, again: { frames: 3 } });
  });

  it('[UI135] a list that follows its end waits for no rest', () => {
    expect(shown().next(at(900, everything, true), 1_000).rows.first).toBe(900);
  });
});
