import { useEffect, useRef } from 'react';

interface Awaited<Row> {
  readonly index: number;
  readonly reach: (row: Row, index: number) => void;
  /** What was pressed since, for the row that is to come. */
  readonly later: ((row: Row) => void)[];
}

export interface AwaitedRow<Row> {
  /** The place that the last key led to, while its row is not here yet. */
  readonly place: () => number | undefined;
  /** Reaches the row at a place: at once, or as soon as it is here. */
  readonly reach: (index: number, then: (row: Row, index: number) => void) => void;
  /** Acts on the row that is awaited, once it is here. @returns false when none is */
  readonly defer: (act: (row: Row) => void) => boolean;
}

/**
 * Rows come from the store a moment after a key led to them: the key is not lost, and those that follow are for that row.
 *
 * @param row the row at a place, or undefined while it is not here; asked again after each drawing
 */
export function useAwaitedRow<Row>(row: (index: number) => Row | undefined): AwaitedRow<Row> {
  const awaited = useRef<Awaited<Row>>(undefined);
  useEffect(() => {
    const waiting = awaited.current;
    const come = waiting === undefined ? undefined : row(waiting.index);
    if (waiting === undefined || come === undefined) return;
    awaited.current = undefined;
    waiting.reach(come, waiting.index);
    for (const act of waiting.later) act(come);
  });
  return {
    place: () => awaited.current?.index,
    reach(index, then) {
      const here = row(index);
      awaited.current = here === undefined ? { index, reach: then, later: [] } : undefined;
      if (here !== undefined) then(here, index);
    },
    defer(act) {
      awaited.current?.later.push(act);
      return awaited.current !== undefined;
    },
  };
}
