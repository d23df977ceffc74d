import { keyBase, overlaps } from './visible-range.ts';
import type { RowRange } from './visible-range.ts';

/** What takes longer is drawn as on its way. */
const PATIENCE_MS = 150;
/** A thumb that was not moved for so many frames has come to a stop: frames and not time, for they last longer while it is moved. */
const REST_FRAMES = 1;
/** A thumb that is moved without a stop shows where it is after this time. */
const MOST_MOVING_MS = 250;

export interface DrawnRows extends RowRange {
  /** The key of row `index` is `index - base`. */
  readonly base: number;
}

/** What is in sight, and what of it is here. */
interface RowsInSight {
  readonly range: RowRange;
  /** Whether the row at that place is here. */
  readonly hasCome: (index: number) => boolean;
  /** The list moves by itself, with its end. */
  readonly follows: boolean;
}

interface DrawnStep {
  readonly rows: DrawnRows;
  /** When to ask again though nothing changed; undefined when these rows are those in sight. */
  readonly again: Wait | undefined;
}

/** Whichever comes first. */
interface Wait {
  readonly ms: number;
  /** Frames of which `RowsToDraw` is told; undefined where only the time counts. */
  readonly frames: number | undefined;
}

/**
 * Which rows to draw while a list is scrolled. After a jump the rows that were drawn last stay as they are, out of sight, until the new
 * ones have come and the jumps have ended, and lend them their elements. So a screen of rows, which takes several frames to lay out and
 * paint, is not made for a place that a thumb only passes, where it would keep back the one at which it stops.
 */
export class RowsToDraw {
  #drawn: DrawnRows = { first: 0, end: 0, base: 0 };
  #seen: RowRange = this.#drawn;
  /** Until the jumps have ended. */
  #restFrames = 0;
  /** Since when what is drawn is out of sight; undefined while it is not. */
  #leftMs: number | undefined;
  #missingSinceMs: number | undefined;

  /** @param nowMs monotonic */
  next({ range, hasCome, follows }: RowsInSight, nowMs: number): DrawnStep {
    if (!overlaps(this.#seen, range)) this.#restFrames = REST_FRAMES;
    this.#seen = range;
    this.#leftMs = overlaps(this.#drawn, range) ? undefined : (this.#leftMs ?? nowMs);
    const { first, end } = range;
    const isThere = first === end || hasCome(first) || hasCome(end - 1);
    this.#missingSinceMs = isThere ? undefined : (this.#missingSinceMs ?? nowMs);
    const wait = this.#wait({ range, hasCome, follows }, nowMs);
    if (wait !== undefined && wait.ms > 0) return { rows: this.#drawn, again: wait };
    this.#drawn = { first, end, base: keyBase(this.#drawn.base, this.#drawn, range) };
    this.#leftMs = undefined;
    return { rows: this.#drawn, again: undefined };
  }

  /** A frame was drawn after what `next` answered last. */
  passFrame(): void {
    this.#restFrames = Math.max(0, this.#restFrames - 1);
  }

  #wait({ hasCome, follows }: RowsInSight, nowMs: number): Wait | undefined {
    const { first, end } = this.#drawn;
    // Those of another result are gone, and could lie beyond the end of this one.
    if (first === end || !hasCome(first)) return undefined;
    const patienceMs = this.#missingSinceMs === undefined ? 0 : this.#missingSinceMs + PATIENCE_MS - nowMs;
    const moves = !follows && this.#restFrames > 0 && this.#leftMs !== undefined;
    if (!moves) return { ms: patienceMs, frames: undefined };
    const movesMs = (this.#leftMs ?? nowMs) + MOST_MOVING_MS - nowMs;
    return movesMs <= patienceMs ? { ms: patienceMs, frames: undefined } : { ms: movesMs, frames: this.#restFrames };
  }
}
