import { useLayoutEffect, useState, useSyncExternalStore } from 'react';
import type { RefCallback } from 'react';
import { LineScroller } from './line-scroller.ts';
import { contentHeight, isScaled } from './line-window.ts';

interface LineWindowOptions {
  readonly count: number;
  readonly rowHeight: number;
}

export interface LineWindow {
  /** For the element that scrolls. */
  readonly scroller: RefCallback<HTMLElement>;
  /** Of the content, in px. */
  readonly height: number;
  /** The lines to draw. */
  readonly lines: readonly number[];
  /** Where a line lies in the content, in px. */
  readonly offsetOf: (line: number) => number;
  readonly linesPerPage: number;
  readonly reveal: (line: number) => void;
}

const OVERSCAN = 4;

/** Which lines of a list of any length to draw: of more than an element can be high, too. */
export function useLineWindow({ count, rowHeight }: LineWindowOptions): LineWindow {
  const [scroller] = useState(() => new LineScroller());
  const { top, scrollTop, height } = useSyncExternalStore(scroller.subscribe, scroller.place);
  useLayoutEffect(() => scroller.setLines(count, rowHeight), [scroller, count, rowHeight]);
  const view = { count, rowHeight, height };
  const scaled = isScaled(view);
  const first = Math.max(0, Math.floor(top) - OVERSCAN);
  const end = Math.min(count, Math.ceil(top + height / rowHeight) + OVERSCAN);
  return {
    scroller: scroller.attach,
    height: contentHeight(view),
    lines: Array.from({ length: Math.max(0, end - first) }, (_, place) => first + place),
    offsetOf: (line) => (scaled ? scrollTop + (line - top) * rowHeight : line * rowHeight),
    linesPerPage: Math.max(1, Math.floor(height / rowHeight) - 1),
    reveal: scroller.reveal,
  };
}
