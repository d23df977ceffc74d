import { useEffect, useReducer, useState } from 'react';
import { RowsToDraw } from './drawn-rows.ts';
import type { DrawnRows } from './drawn-rows.ts';
import type { RowRange } from './visible-range.ts';

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

/** Which rows of a list to draw now (see `RowsToDraw`); draws again by itself when it is time for those in sight. */
export function useDrawnRows(range: RowRange, follows: boolean, hasCome: (index: number) => boolean): DrawnRows {
  const [toDraw] = useState(() => new RowsToDraw());
  const [, drawAgain] = useReducer((times: number) => times + 1, 0);
  const { rows, again } = toDraw.next({ range, hasCome, follows }, performance.now());
  useEffect(() => {
    if (again === undefined) return undefined;
    const { ms, frames } = again;
    const timer = window.setTimeout(drawAgain, ms);
    const end =
      frames === undefined
        ? undefined
        : onFrames(frames, (left) => {
            toDraw.passFrame();
            if (left === 0) drawAgain();
          });
    return () => {
      window.clearTimeout(timer);
      end?.();
    };
  }, [again, toDraw]);
  return rows;
}
