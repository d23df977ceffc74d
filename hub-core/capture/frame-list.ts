import type { FrameTable } from './frame-table.ts';
import type { SegmentList } from './segment-list.ts';
import type { StoredFrame } from './stored-frame.ts';
import type { QueriedSegments } from './traffic-query.ts';

/** The frames of a store, in the segments of its exchanges: cleared, brought back and dropped with them. */
export class FrameList implements QueriedSegments<StoredFrame> {
  readonly #segments: SegmentList;
  #nextNumber: number;

  constructor(segments: SegmentList) {
    this.#segments = segments;
    this.#nextNumber = this.lastSeq + 1;
  }

  /** The number of the next frame to be stored. */
  get nextNumber(): number {
    return this.#nextNumber;
  }

  get rows(): number {
    return this.firstSeq === 0 ? 0 : this.lastSeq - this.firstSeq + 1;
  }

  get firstSeq(): number {
    for (const { firstSeq } of this) if (firstSeq > 0) return firstSeq;
    return 0;
  }

  get lastSeq(): number {
    let last = 0;
    for (const { lastSeq } of this) last = Math.max(last, lastSeq);
    return last;
  }

  /** Frames have numbers without gaps: the place of the first is its number. */
  get retiredRows(): number {
    return (this.firstSeq === 0 ? this.#nextNumber : this.firstSeq) - 1;
  }

  *[Symbol.iterator](): IterableIterator<FrameTable> {
    for (const { frames } of this.#segments) yield frames;
  }

  /** @returns the first of as many numbers */
  take(count: number): number {
    const first = this.#nextNumber;
    this.#nextNumber += count;
    return first;
  }

  holding(number: number): FrameTable | undefined {
    for (const table of this)
      if (table.firstSeq > 0 && table.firstSeq <= number && number <= table.lastSeq) return table;
    return undefined;
  }

  rowsAt(from: number, count: number): StoredFrame[] {
    const [first, last] = [from + 1, from + count];
    const rows: StoredFrame[] = [];
    for (const table of this) {
      if (table.firstSeq === 0 || table.lastSeq < first || table.firstSeq > last) continue;
      rows.push(...table.frames(first, last));
    }
    return rows;
  }

  seqsAt(from: number, count: number): number[] {
    return this.rowsAt(from, count).map(({ number }) => number);
  }

  /** Numbers count from 1, places from 0. */
  placeOf(number: number): number | undefined {
    return this.holding(number) === undefined ? undefined : number - 1;
  }
}
