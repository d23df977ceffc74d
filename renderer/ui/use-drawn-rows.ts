import { useCallback, useEffect, useLayoutEffect, useReducer, useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import { RowsToDraw } from './drawn-rows.ts';
import type { DrawnRows, RowsInSight, Wait } from './drawn-rows.ts';

/** @returns what ends it */
function onFrames(frames: number, each: (left: number) => void): () => void {
  let left = frames;
  let frame = 0;
  const ask = (): void => {
    frame = window.requestAnimationFrame(() => {
      left -= 1;
      if (left > 0) ask();
      each(left);
    });
  };
  ask();
  return () => window.cancelAnimationFrame(frame);
}

interface DrawnRowsNow {
  readonly rows: DrawnRows;
  /**
   * Told of a place that was scrolled to. A thumb that is dragged passes dozens, none of which is worth a drawing.
   *
   * @returns whether to draw the list anew for it; when not, that is done by itself in time
   */
  readonly isDue: (place: Pick<RowsInSight, 'sight' | 'range' | 'atRest'>) => boolean;
}

/** Which rows of a list to draw now (see `RowsToDraw`); draws again by itself when it is time for those in sight. */
export function useDrawnRows(inSight: RowsInSight): DrawnRowsNow {
  const [toDraw] = useState(() => new RowsToDraw());
  const [, drawAgain] = useReducer((times: number) => times + 1, 0);
  const latest = useRef(inSight);
  latest.current = inSight;
  const endWait = useRef((): void => {});
  const waitFor = useCallback(
    (again: Wait | undefined): void => {
      endWait.current();
      if (again === undefined) return;
      const timer = window.setTimeout(drawAgain, again.ms);
      const end =
        again.frames === undefined
          ? undefined
          : onFrames(again.frames, (left) => {
              toDraw.passFrame();
              // In this frame, and not in the next.
              if (left === 0) flushSync(drawAgain);
            });
      endWait.current = () => {
        window.clearTimeout(timer);
        end?.();
      };
    },
    [toDraw],
  );
  const { rows, again } = toDraw.next(inSight, performance.now());
  const shown = useRef(rows);
  shown.current = rows;
  // Before anything is scrolled again, whose wait this would end.
  useLayoutEffect(() => waitFor(again), [again, waitFor]);
  useEffect(() => () => endWait.current(), []);
  const isDue = useCallback<DrawnRowsNow['isDue']>(
    (place) => {
      const step = toDraw.next({ ...latest.current, ...place }, performance.now());
      waitFor(step.again);
      return step.rows !== shown.current;
    },
    [toDraw, waitFor],
  );
  return { rows, isDue };
}
