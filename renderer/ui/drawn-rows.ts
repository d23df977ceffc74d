import { keyBase, overlaps } from './visible-range.ts';
import type { RowRange } from './visible-range.ts';

/** What takes longer is drawn as on its way. */
const PATIENCE_MS = 150;
/** A thumb that was not moved for so many frames has come to a stop: frames and not time, for they last longer while it is moved. */
const REST_FRAMES = 3;
/** A thumb that is moved without a stop shows where it is after this time. */
const MOST_MOVING_MS = 250;
/** So long after a jump the rows beyond those in sight are drawn: they would keep back those that are looked for. */
const WIDEN_AFTER_MS = 500;

export interface DrawnRows extends RowRange {
  /** The key of row `index` is `index - base`. */
  readonly base: number;
}

/** What is in sight, and what of it is here. */
export interface RowsInSight {
  /** No more than is seen. */
  readonly sight: RowRange;
  /** With some more at either end, which a short scroll finds ready. */
  readonly range: RowRange;
  /** Whether the row at that place is here. */
  readonly hasCome: (index: number) => boolean;
  /** The list moves by itself, with its end. */
  readonly follows: boolean;
  /** Nobody is about to scroll on, so that no rest is waited for. */
  readonly atRest: boolean;
}

interface DrawnStep {
  /** The same object as before when nothing is drawn. */
  readonly rows: DrawnRows;
  /** When to ask again though nothing changed; undefined when that will change nothing. */
  readonly again: Wait | undefined;
}

/** Whichever comes first. */
export interface Wait {
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
  /** When to draw all of the range, after a jump; undefined while it is drawn. */
  #widenAtMs: number | undefined;

  /** @param nowMs monotonic */
  next(inSight: RowsInSight, nowMs: number): DrawnStep {
    const isElsewhere = this.#look(inSight, nowMs);
    const wait = this.#wait(inSight, nowMs);
    if (wait !== undefined && wait.ms > 0) return { rows: this.#drawn, again: wait };
    if (this.#leftMs !== undefined && this.#lends(inSight)) this.#widenAtMs = nowMs + WIDEN_AFTER_MS;
    else if (isElsewhere || nowMs >= (this.#widenAtMs ?? nowMs)) this.#widenAtMs = undefined;
    this.#leftMs = undefined;
    if (this.#widenAtMs === undefined) return { rows: this.#draw(inSight.range), again: undefined };
    return { rows: this.#draw(inSight.sight), again: { ms: this.#widenAtMs - nowMs, frames: undefined } };
  }

  /** A frame was drawn after what `next` answered last. */
  passFrame(): void {
    this.#restFrames = Math.max(0, this.#restFrames - 1);
  }

  /** @returns whether something else is seen than before */
  #look({ sight, hasCome, atRest }: RowsInSight, nowMs: number): boolean {
    const before = this.#seen;
    this.#seen = sight;
    if (!overlaps(before, sight)) this.#restFrames = atRest ? 0 : REST_FRAMES;
    this.#leftMs = overlaps(this.#drawn, sight) ? undefined : (this.#leftMs ?? nowMs);
    const { first, end } = sight;
    const isThere = first === end || hasCome(first) || hasCome(end - 1);
    this.#missingSinceMs = isThere ? undefined : (this.#missingSinceMs ?? nowMs);
    return before.first !== first || before.end !== end;
  }

  #draw({ first, end }: RowRange): DrawnRows {
    const { first: oldFirst, end: oldEnd, base } = this.#drawn;
    if (first !== oldFirst || end !== oldEnd)
      this.#drawn = { first, end, base: keyBase(base, this.#drawn, { first, end }) };
    return this.#drawn;
  }

  /** Whether the rows drawn last may stay: those of another result are gone, and could lie beyond the end of this one. */
  #lends({ hasCome }: RowsInSight): boolean {
    const { first, end } = this.#drawn;
    return first !== end && hasCome(first);
  }

  #wait(inSight: RowsInSight, nowMs: number): Wait | undefined {
    if (!this.#lends(inSight)) return undefined;
    const patienceMs = this.#missingSinceMs === undefined ? 0 : this.#missingSinceMs + PATIENCE_MS - nowMs;
    const moves = !inSight.follows && this.#restFrames > 0 && this.#leftMs !== undefined;
    if (!moves) return { ms: patienceMs, frames: undefined };
    const movesMs = (this.#leftMs ?? nowMs) + MOST_MOVING_MS - nowMs;
    // Frames count while rows are on their way, too: when they come the jumps may have ended.
    return { ms: Math.max(patienceMs, movesMs), frames: movesMs > 0 ? this.#restFrames : undefined };
  }
}
