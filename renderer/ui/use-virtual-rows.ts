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
  readonly onPlace?: (place: RowsPlace) => boolean;
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
  const setTop = useRef(-1);

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
  const isDue = useRef((): boolean => true);
  isDue.current = () => onPlace?.(placeNow()) ?? true;

  useEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    const onScroll = (): void => {
      const up = element.scrollTop < setTop.current - rowHeight / 2;
      const atEnd = element.scrollTop + element.clientHeight >= element.scrollHeight - rowHeight;
      setTop.current = element.scrollTop;
      if (up && !atEnd) onLeaveEnd?.();
      // In the frame of the event, and not in the next.
      if (measure() && isDue.current()) flushSync(drawAgain);
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
  }, [measure, onLeaveEnd, rowHeight]);

  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    if (stickToEnd) {
      setTop.current = scrollToEnd({ height: element.clientHeight - headerHeight, rowHeight, count });
      element.scrollTop = setTop.current;
    }
    // At once and not with the event of the scrolling, which comes a frame later: until then the rows in sight would be missing.
    if (measure()) drawAgain();
  }, [count, stickToEnd, rowHeight, headerHeight, measure, height]);

  const reveal = useCallback(
    (index: number) => {
      const element = scroller.current;
      if (element === null) return;
      const viewport = { scrollTop: element.scrollTop, height: element.clientHeight - headerHeight };
      element.scrollTop = scrollTo(index, { ...viewport, rowHeight, count });
      setTop.current = element.scrollTop;
    },
    [count, headerHeight, rowHeight],
  );

  return {
    scroller,
    ...placeNow(),
    rowsPerPage: Math.max(1, Math.floor(height / rowHeight) - 1),
    reveal,
  };
}
