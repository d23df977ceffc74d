import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../common/base/clock.ts';
import type { Logger } from '../common/log/logger.ts';
import { CaptureVersionError } from './capture-errors.ts';
import { GONE_SUFFIX, Segment, setAside } from './segment.ts';
import type { StoredRow } from './stored-exchange.ts';

export interface SegmentLimits {
  /** Rows after which a new segment is begun. */
  readonly segmentRows: number;
  /** Bytes after which a new segment is begun. */
  readonly segmentBytes: number;
  /** Rows of the store above which its oldest segment is dropped. */
  readonly maxRows: number;
  /** Bytes of the store above which its oldest segment is dropped. */
  readonly maxBytes: number;
}

export interface SegmentListDeps {
  readonly dir: string;
  readonly limits: SegmentLimits;
  readonly clock: Clock;
  readonly log: Logger;
}

/** The number in the name is the first that the segment may hold, so that numbering survives a cleared store. */
const SEGMENT_NAME = /^segment-(\d{16})\.db$/;

const segmentName = (firstSeq: number): string => `segment-${String(firstSeq).padStart(16, '0')}.db`;

/** The files of a store, oldest first. The last one, the active, takes new rows. */
export class SegmentList implements Disposable {
  readonly #deps: SegmentListDeps;
  #segments: Segment[] = [];
  #nextSeq = 1;
  #retiredRows = 0;

  /** @throws {CaptureVersionError} when one of the files is from a newer version */
  constructor(deps: SegmentListDeps) {
    this.#deps = deps;
    try {
      this.#open();
    } catch (error) {
      this[Symbol.dispose]();
      throw error;
    }
  }

  /** The number of the next row to be stored: above every one that was. */
  get nextSeq(): number {
    return this.#nextSeq;
  }

  get rows(): number {
    return this.#segments.reduce((sum, segment) => sum + segment.rows, 0);
  }

  get bytes(): number {
    return this.#segments.reduce((sum, segment) => sum + segment.bytes, 0);
  }

  /** 0 when empty. */
  get firstSeq(): number {
    return this.#segments.find((segment) => segment.rows > 0)?.firstSeq ?? 0;
  }

  /** 0 when empty. */
  get lastSeq(): number {
    return this.#segments.findLast((segment) => segment.rows > 0)?.lastSeq ?? 0;
  }

  /** Rows dropped by retention and clearing since this list was opened: what the place of a row is counted from. */
  get retiredRows(): number {
    return this.#retiredRows;
  }

  get active(): Segment {
    const active = this.#segments.at(-1);
    if (active === undefined) throw new TypeError('Cannot use a segment list that is closed');
    return active;
  }

  /** Oldest first. */
  [Symbol.iterator](): IterableIterator<Segment> {
    return this.#segments[Symbol.iterator]();
  }

  /** The segment that holds `seq`, if it is stored. */
  holding(seq: number): Segment | undefined {
    return this.#segments.findLast((segment) => segment.rows > 0 && segment.firstSeq <= seq && seq <= segment.lastSeq);
  }

  /**
   * Rows by their place in the store's order of arrival.
   *
   * @param from place of the first, counted from `retiredRows` as it was when the list was opened (0)
   */
  rowsAt(from: number, count: number): StoredRow[] {
    const rows: StoredRow[] = [];
    let start = this.#retiredRows;
    for (const segment of this.#segments) {
      const first = Math.max(from + rows.length, start) - start;
      const wanted = Math.min(from + count - start, segment.rows) - first;
      if (wanted > 0) {
        rows.push(
          ...(segment.contiguous
            ? segment.reader.rows(segment.firstSeq + first, segment.firstSeq + first + wanted - 1)
            : segment.reader.page(first, wanted)),
        );
      }
      start += segment.rows;
    }
    return rows;
  }

  /** After a write: notes the new numbers, begins a new segment when the active one is full, and drops the oldest ones. */
  settle(): void {
    const { active } = this;
    this.#nextSeq = Math.max(this.#nextSeq, active.lastSeq + 1);
    const { segmentRows, segmentBytes, maxRows, maxBytes } = this.#deps.limits;
    if (active.rows >= segmentRows || active.bytes >= segmentBytes) {
      active.seal();
      this.#begin();
    }
    while (this.#segments.length > 1 && (this.rows > maxRows || this.bytes > maxBytes)) this.#dropOldest();
  }

  /** Drops every row. */
  clear(): void {
    while (this.#segments.length > 0) this.#dropOldest();
    this.#begin();
  }

  [Symbol.dispose](): void {
    for (const segment of this.#segments) {
      using closing = segment;
      if (closing === this.#segments.at(-1)) closing.seal();
    }
    this.#segments = [];
  }

  #open(): void {
    const { dir, clock, log } = this.#deps;
    const names = readdirSync(dir).toSorted();
    for (const name of names) if (name.endsWith(GONE_SUFFIX)) rmSync(join(dir, name), { force: true });
    for (const name of names) {
      const first = SEGMENT_NAME.exec(name)?.[1];
      if (first === undefined) continue;
      const path = join(dir, name);
      this.#nextSeq = Math.max(this.#nextSeq, Number(first));
      try {
        const segment = Segment.open(path);
        this.#segments.push(segment);
        this.#nextSeq = Math.max(this.#nextSeq, segment.lastSeq + 1);
      } catch (error) {
        if (error instanceof CaptureVersionError) throw error;
        log.warn(
          { module: 'capture', error, reason: setAside(path, clock.wallMs()) },
          'a traffic segment could not be read and was set aside',
        );
      }
    }
    const last = this.#segments.at(-1);
    const { segmentRows, segmentBytes } = this.#deps.limits;
    if (last !== undefined && last.rows < segmentRows && last.bytes < segmentBytes) {
      last.unseal();
      return;
    }
    last?.seal();
    this.#begin();
  }

  #begin(): void {
    this.#segments.push(Segment.create(join(this.#deps.dir, segmentName(this.#nextSeq))));
  }

  #dropOldest(): void {
    const oldest = this.#segments.shift();
    if (oldest === undefined) return;
    this.#retiredRows += oldest.rows;
    oldest.drop().catch((error: unknown) => {
      this.#deps.log.warn(
        { module: 'capture', error },
        'a dropped traffic segment could not be removed; it will be at the next start',
      );
    });
  }
}
