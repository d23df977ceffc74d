import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { RefObject } from 'react';
import { scrollTo, scrollToEnd, visibleRange } from './visible-range.ts';
import type { RowRange } from './visible-range.ts';

interface VirtualRowsOptions {
  readonly count: number;
  readonly rowHeight: number;
  /** Height of what sticks to the top of the scroller, which covers rows. */
  readonly headerHeight: number;
  /** Keeps the last row in sight while rows are added. */
  readonly stickToEnd?: boolean;
  /** Told when a person scrolled away from the end. */
  readonly onLeaveEnd?: () => void;
}

export interface VirtualRows {
  readonly scroller: RefObject<HTMLDivElement | null>;
  readonly range: RowRange;
  readonly rowsPerPage: number;
  readonly reveal: (index: number) => void;
}

/** Which rows of a list with rows of one height to draw; plain arithmetic, nothing is measured a row. */
export function useVirtualRows(options: VirtualRowsOptions): VirtualRows {
  const { count, rowHeight, headerHeight, stickToEnd = false, onLeaveEnd } = options;
  const scroller = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ scrollTop: 0, height: 0 });
  const setTop = useRef(-1);

  const measure = useCallback(() => {
    const element = scroller.current;
    if (element === null) return;
    const next = { scrollTop: element.scrollTop, height: Math.max(0, element.clientHeight - headerHeight) };
    setView((old) => (old.scrollTop === next.scrollTop && old.height === next.height ? old : next));
  }, [headerHeight]);

  useEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    const onScroll = (): void => {
      const up = element.scrollTop < setTop.current - rowHeight / 2;
      const atEnd = element.scrollTop + element.clientHeight >= element.scrollHeight - rowHeight;
      setTop.current = element.scrollTop;
      if (up && !atEnd) onLeaveEnd?.();
      measure();
    };
    const resizes = new ResizeObserver(measure);
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
      const height = element.clientHeight - headerHeight;
      setTop.current = scrollToEnd({ height, rowHeight, count });
      element.scrollTop = setTop.current;
    }
    // At once and not with the event of the scrolling, which comes a frame later: until then the rows in sight would be missing.
    measure();
  }, [count, stickToEnd, rowHeight, headerHeight, measure, view.height]);

  const reveal = useCallback(
    (index: number) => {
      const element = scroller.current;
      if (element === null) return;
      const height = element.clientHeight - headerHeight;
      element.scrollTop = scrollTo(index, { scrollTop: element.scrollTop, height, rowHeight, count });
      setTop.current = element.scrollTop;
    },
    [count, headerHeight, rowHeight],
  );

  return {
    scroller,
    range: visibleRange({ ...view, rowHeight, count }),
    rowsPerPage: Math.max(1, Math.floor(view.height / rowHeight) - 1),
    reveal,
  };
}
