import { useCallback, useLayoutEffect, useRef } from 'react';
import type { DrawnRows } from './drawn-rows.ts';
import { useDrawnRows } from './use-drawn-rows.ts';
import { useVirtualRows } from './use-virtual-rows.ts';
import type { ReachedPlace, RowsPlace, VirtualRows, VirtualRowsOptions } from './use-virtual-rows.ts';
import type { RowRange } from './visible-range.ts';

/** A list of which only the rows in sight are here. */
interface PulledList {
  /** The rows in sight. @param follows they move on with the end */
  setRange(range: RowRange, follows: boolean): void;
  /** The row at that place; undefined while it is not here. */
  row(index: number): object | undefined;
}

interface ScrolledRowsOptions extends Omit<VirtualRowsOptions, 'onPlace' | 'stickToEnd'> {
  readonly list: PulledList;
  /** Keeps the last row in sight while rows are added. */
  readonly follow: boolean;
}

export interface ScrolledRows extends Omit<VirtualRows, keyof RowsPlace> {
  /** Those to draw. */
  readonly rows: DrawnRows;
}

/** Which rows of a list to draw whose rows come as they are looked at: each place is asked for at once, and drawn when it has come. */
export function useScrolledRows({ list, follow, ...options }: ScrolledRowsOptions): ScrolledRows {
  const place = useRef<(now: ReachedPlace) => boolean>(() => true);
  const onPlace = useCallback((now: ReachedPlace) => place.current(now), []);
  const { sight, range, ...view } = useVirtualRows({ ...options, stickToEnd: follow, onPlace });
  const { first, end } = range;
  // Before the frame is painted: rows that are far away are asked for that much sooner.
  useLayoutEffect(() => list.setRange({ first, end }, follow), [list, first, end, follow]);
  const hasCome = (index: number): boolean => list.row(index) !== undefined;
  const { rows, isDue } = useDrawnRows({ sight, range, hasCome, follows: follow, atRest: false });
  place.current = (now) => {
    list.setRange(now.range, follow);
    return isDue(now);
  };
  return { ...view, rows };
}
