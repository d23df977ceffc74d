import { useEffect, useRef, useState } from 'react';
import { keyBase } from './visible-range.ts';
import type { RowRange } from './visible-range.ts';

/** What takes longer is drawn as on its way. */
const PATIENCE_MS = 150;

export interface DrawnRows extends RowRange {
  /** The key of row `index` is `index - base`. */
  readonly base: number;
}

/**
 * Which rows to draw while those in sight may still be on their way. After a jump the rows that were drawn last stay as they are, out
 * of sight, until the new ones have come, and lend them their elements: nothing is drawn twice, and little is made anew.
 *
 * @param range rows in sight
 * @param hasCome whether the row at that place is here
 */
export function useDrawnRows(range: RowRange, hasCome: (index: number) => boolean): DrawnRows {
  const [isLate, setLate] = useState(false);
  const drawn = useRef<DrawnRows>({ ...range, base: 0 });
  const { first, end } = range;
  const isThere = first === end || hasCome(first) || hasCome(end - 1);
  useEffect(() => {
    if (isThere) return undefined;
    const timer = window.setTimeout(() => setLate(true), PATIENCE_MS);
    return () => {
      window.clearTimeout(timer);
      setLate(false);
    };
  }, [isThere]);
  // Those of another result are gone, and could lie beyond the end of this one.
  const canWait = !isLate && hasCome(drawn.current.first);
  if (isThere || !canWait) drawn.current = { first, end, base: keyBase(drawn.current.base, drawn.current, range) };
  return drawn.current;
}
