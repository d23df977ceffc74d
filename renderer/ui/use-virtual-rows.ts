import { useCallback, useEffect, useLayoutEffect, useReducer, useRef } from 'react';
import type { RefObject } from 'react';
import { flushSync } from 'react-dom';
import { scrollTo, scrollToEnd, visibleRange } from './visible-range.ts';
import type { RowRange } from './visible-range.ts';

export interface RowsPlace {
  /** The rows that are seen. */
  readonly sight: RowRange;
  /** With some more at either end. */
  readonly range: RowRange;
}

/** A place that was scrolled to. */
export interface ReachedPlace extends RowsPlace {
  /** By a key or a link, and not by a hand that may be about to go on. */
  readonly atRest: boolean;
}

export interface VirtualRowsOptions {
  readonly count: number;
  readonly rowHeight: number;
  /** Height of what sticks to the top of the scroller, which covers rows. */
  readonly headerHeight: number;
  /** Keeps the last row in sight while rows are added. */
  readonly stickToEnd?: boolean;
  /** Told when a person scrolled away from the end. */
  readonly onLeaveEnd?: () => void;
  /** Told at once of each place that is scrolled to. @returns whether the list is to be drawn anew for it */
  readonly onPlace?: (place: ReachedPlace) => boolean;
}

export interface VirtualRows extends RowsPlace {
  readonly scroller: RefObject<HTMLDivElement | null>;
  readonly rowsPerPage: number;
  readonly reveal: (index: number) => void;
}

/** Which rows of a list with rows of one height to draw; plain arithmetic, nothing is measured a row. */
export function useVirtualRows(options: VirtualRowsOptions): VirtualRows {
  const { count, rowHeight, headerHeight, stickToEnd = false, onLeaveEnd, onPlace } = options;
  const scroller = useRef<HTMLDivElement>(null);
  // No state: most of the places that a thumb passes are never drawn, and whatever draws the list draws the newest.
  const view = useRef({ scrollTop: 0, height: 0 });
  const [, drawAgain] = useReducer((times: number) => times + 1, 0);
  /** Where it was scrolled to last, and whether by `reveal`. */
  const last = useRef({ top: -1, revealed: false });
  const moved = useCallback((top: number, revealed: boolean): void => {
    last.current = { top, revealed };
  }, []);

  /** Takes over what is seen. @returns whether that is another place than before */
  const measure = useCallback((): boolean => {
    const element = scroller.current;
    if (element === null) return false;
    const before = view.current;
    const now = { scrollTop: element.scrollTop, height: Math.max(0, element.clientHeight - headerHeight) };
    view.current = now;
    return before.scrollTop !== now.scrollTop || before.height !== now.height;
  }, [headerHeight]);
  const { height } = view.current;
  const placeNow = (): RowsPlace => {
    const viewport = { ...view.current, rowHeight, count };
    return { sight: visibleRange(viewport, 0), range: visibleRange(viewport) };
  };
  const isDue = useRef<(atRest: boolean) => boolean>(() => true);
  isDue.current = (atRest) => onPlace?.({ ...placeNow(), atRest }) ?? true;

  useEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    const onScroll = (): void => {
      const { top, revealed } = last.current;
      const up = element.scrollTop < top - rowHeight / 2;
      const atEnd = element.scrollTop + element.clientHeight >= element.scrollHeight - rowHeight;
      moved(element.scrollTop, false);
      if (up && !atEnd) onLeaveEnd?.();
      // In the frame of the event, and not in the next.
      if (measure() && isDue.current(revealed)) flushSync(drawAgain);
    };
    const resizes = new ResizeObserver(() => {
      if (measure()) drawAgain();
    });
    resizes.observe(element);
    element.addEventListener('scroll', onScroll, { passive: true });
    return () => {
      resizes.disconnect();
      element.removeEventListener('scroll', onScroll);
    };
  }, [measure, moved, onLeaveEnd, rowHeight]);

  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    if (stickToEnd) {
      const top = scrollToEnd({ height: element.clientHeight - headerHeight, rowHeight, count });
      moved(top, false);
      element.scrollTop = top;
    }
    // At once and not with the event of the scrolling, which comes a frame later: until then the rows in sight would be missing.
    if (measure()) drawAgain();
  }, [count, stickToEnd, rowHeight, headerHeight, measure, moved, height]);

  const reveal = useCallback(
    (index: number) => {
      const element = scroller.current;
      if (element === null) return;
      const viewport = { scrollTop: element.scrollTop, height: element.clientHeight - headerHeight };
      element.scrollTop = scrollTo(index, { ...viewport, rowHeight, count });
      moved(element.scrollTop, element.scrollTop !== viewport.scrollTop);
    },
    [count, headerHeight, rowHeight, moved],
  );

  return {
    scroller,
    ...placeNow(),
    rowsPerPage: Math.max(1, Math.floor(height / rowHeight) - 1),
    reveal,
  };
}
