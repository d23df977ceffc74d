import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../common/base/clock.ts';
import type { Logger } from '../common/log/logger.ts';
import { CaptureReadOnlyError, CaptureVersionError } from './capture-errors.ts';
import type { LiveColumn } from './column-table.ts';
import { replaceFile } from './replace-file.ts';
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

/** A store is dropped by segments: of a small one they are small, too. */
const SEGMENTS_OF_A_STORE = 20;
const MAX_SEGMENT_ROWS = 50_000;
const MAX_SEGMENT_BYTES = 64 << 20;

/** @param limits of the whole store; 0 = none */
export function limitsOf({ maxRows, maxBytes }: Pick<SegmentLimits, 'maxRows' | 'maxBytes'>): SegmentLimits {
  const part = (limit: number, max: number): number =>
    limit === 0 ? max : Math.min(max, Math.ceil(limit / SEGMENTS_OF_A_STORE));
  return {
    segmentRows: part(maxRows, MAX_SEGMENT_ROWS),
    segmentBytes: part(maxBytes, MAX_SEGMENT_BYTES),
    maxRows: maxRows === 0 ? Number.MAX_SAFE_INTEGER : maxRows,
    maxBytes: maxBytes === 0 ? Number.MAX_SAFE_INTEGER : maxBytes,
  };
}

export interface SegmentListDeps {
  readonly dir: string;
  readonly limits: SegmentLimits;
  readonly clock: Clock;
  readonly log: Logger;
  /** Whose values are taken of new rows. */
  readonly columns: { readonly live: readonly LiveColumn[] };
}

/** The number in the name is the first that the segment may hold, so that numbering survives a cleared store. */
const SEGMENT_NAME = /^segment-(\d{16})\.db$/;
const segmentName = (firstSeq: number): string => `segment-${String(firstSeq).padStart(16, '0')}.db`;
/** Holds the number below which everything was cleared, as long as that can be undone: a crash in between clears it, too. */
const CLEARED_FILE = 'cleared-below';

/** The files of a store, oldest first. The last one, the active, takes new rows. */
export class SegmentList implements Disposable {
  /** A newer version wrote one of the files: all are left as they are. */
  readonly readOnly: boolean;
  /** The process that last had the store open ended without closing it, and what it had not stored yet is not here. */
  readonly endedUnclean: boolean;
  readonly #deps: SegmentListDeps;
  #segments: Segment[] = [];
  /** Cleared, and to be brought back or dropped. */
  #cleared: Segment[] = [];
  #nextSeq = 1;
  #retiredRows = 0;

  constructor(deps: SegmentListDeps) {
    this.#deps = deps;
    try {
      const names = readdirSync(deps.dir).toSorted();
      this.readOnly = names.some((name) => SEGMENT_NAME.test(name) && Segment.isNewer(join(deps.dir, name)));
      if (!this.readOnly) this.#removeGone(names);
      this.#openAll(names);
      const last = this.#segments.at(-1);
      this.endedUnclean = last !== undefined && !last.wasSealed;
      if (this.readOnly) return;
      this.#takeRows(last);
      // The process ended after it had begun the segment behind, and before it sealed this one.
      for (const segment of this.#segments.slice(0, -1)) if (!segment.wasSealed && segment !== last) segment.seal();
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

  /** Rows that `undoClear` would bring back. */
  get clearedRows(): number {
    return this.#cleared.reduce((sum, segment) => sum + segment.rows, 0);
  }

  /** @throws {CaptureReadOnlyError} when the store takes no rows */
  assertWritable(): void {
    if (this.readOnly) throw new CaptureReadOnlyError(this.#deps.dir);
  }

  /** @throws {CaptureReadOnlyError} */
  get active(): Segment {
    this.assertWritable();
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
    return holderOf(this.#segments, seq);
  }

  /** The same, of what was cleared, too: an exchange may end before that is undone. */
  writable(seq: number): Segment | undefined {
    return holderOf(this.#segments, seq) ?? holderOf(this.#cleared, seq);
  }

  /**
   * Rows by their place in the store's order of arrival.
   *
   * @param from place of the first, counted from `retiredRows` as it was when the list was opened (0)
   */
  rowsAt(from: number, count: number): StoredRow[] {
    return this.#piecesAt(from, count).flatMap(({ segment, first, wanted }) =>
      segment.contiguous
        ? segment.reader.rows(segment.firstSeq + first, segment.firstSeq + first + wanted - 1)
        : segment.reader.page(first, wanted),
    );
  }

  /** Sequence numbers of the same rows. */
  seqsAt(from: number, count: number): number[] {
    return this.#piecesAt(from, count).flatMap(({ segment, first, wanted }) =>
      segment.contiguous
        ? Array.from({ length: wanted }, (_, place) => segment.firstSeq + first + place)
        : segment.reader.seqPage(first, wanted),
    );
  }

  /** Place of a row, counted from `retiredRows` as it was when the list was opened; undefined when it is not stored. */
  placeOf(seq: number): number | undefined {
    let start = this.#retiredRows;
    for (const segment of this.#segments) {
      if (segment.rows > 0 && segment.firstSeq <= seq && seq <= segment.lastSeq) {
        if (segment.contiguous) return start + seq - segment.firstSeq;
        const rank = segment.reader.rankOf(seq);
        return rank === undefined ? undefined : start + rank;
      }
      start += segment.rows;
    }
    return undefined;
  }

  /** After a write: notes the new numbers, begins a new segment when the active one is full, and drops the oldest ones. */
  settle(): void {
    const { active } = this;
    this.#nextSeq = Math.max(this.#nextSeq, active.lastSeq + 1);
    const { segmentRows, segmentBytes, maxRows, maxBytes } = this.#deps.limits;
    if (active.rows >= segmentRows || active.bytes >= segmentBytes) this.#beginNext(active);
    while (this.#segments.length > 1 && (this.rows > maxRows || this.bytes > maxBytes)) this.#dropOldest();
  }

  /** Takes every row away, in constant time: the files stay until `dropCleared` or `undoClear`. */
  clear(): void {
    const { active } = this;
    this.dropCleared();
    replaceFile(this.#clearedFile(), String(this.#nextSeq));
    this.#retiredRows += this.rows;
    this.#cleared = this.#segments;
    this.#segments = [];
    if (active.rows === 0) {
      // Its name is the next one's, too.
      this.#cleared.pop();
      this.#segments.push(active);
    } else {
      active.seal();
      this.#begin();
    }
  }

  /** Brings back what the last `clear` took away, before what came since. */
  undoClear(): void {
    if (this.#cleared.length === 0) return;
    rmSync(this.#clearedFile(), { force: true });
    this.#retiredRows -= this.clearedRows;
    this.#segments = [...this.#cleared, ...this.#segments];
    this.#cleared = [];
  }

  /** Takes the values of the columns that are live by now; also in what was cleared, which may come back. */
  takeColumns(): void {
    const { live } = this.#deps.columns;
    for (const segment of [...this.#cleared, ...this.#segments]) segment.columns.use(live);
    if (!this.readOnly) this.#beginColumns(this.active, this.#nextSeq);
  }

  /** Drops what the last `clear` took away. */
  dropCleared(): void {
    const cleared = this.#cleared;
    this.#cleared = [];
    for (const segment of cleared) this.#drop(segment);
    rmSync(this.#clearedFile(), { force: true });
  }

  [Symbol.dispose](): void {
    for (const segment of this.#cleared) segment[Symbol.dispose]();
    for (const segment of this.#segments) {
      using closing = segment;
      if (!this.readOnly && closing === this.#segments.at(-1)) closing.seal();
    }
    this.#cleared = [];
    this.#segments = [];
  }

  /** Which rows of which segments lie at these places. */
  #piecesAt(from: number, count: number): { segment: Segment; first: number; wanted: number }[] {
    const pieces: { segment: Segment; first: number; wanted: number }[] = [];
    let start = this.#retiredRows;
    for (const segment of this.#segments) {
      const first = Math.max(from, start) - start;
      const wanted = Math.min(from + count - start, segment.rows) - first;
      if (wanted > 0) pieces.push({ segment, first, wanted });
      start += segment.rows;
    }
    return pieces;
  }

  #clearedFile(): string {
    return join(this.#deps.dir, CLEARED_FILE);
  }

  #removeGone(names: readonly string[]): void {
    const { dir } = this.#deps;
    for (const name of names) if (name.endsWith(GONE_SUFFIX)) rmSync(join(dir, name), { force: true });
  }

  #openAll(names: readonly string[]): void {
    const clearedBelow = names.includes(CLEARED_FILE) ? Number(readFileSync(this.#clearedFile(), 'utf8')) : 0;
    for (const name of names) {
      const first = SEGMENT_NAME.exec(name)?.[1];
      if (first === undefined) continue;
      this.#nextSeq = Math.max(this.#nextSeq, Number(first));
      const segment = this.#openOne(join(this.#deps.dir, name));
      if (segment === undefined) continue;
      segment.columns.use(this.#deps.columns.live);
      this.#nextSeq = Math.max(this.#nextSeq, segment.lastSeq + 1);
      if (this.readOnly || Number(first) >= clearedBelow) this.#segments.push(segment);
      else this.#cleared.push(segment);
    }
    if (!this.readOnly) this.dropCleared();
  }

  #openOne(path: string): Segment | undefined {
    try {
      return Segment.open(path, { readonly: this.readOnly });
    } catch (error) {
      const { clock, log } = this.#deps;
      if (error instanceof CaptureVersionError) throw error;
      const reason = this.readOnly ? path : setAside(path, clock.wallMs());
      log.warn({ module: 'capture', error, reason }, 'a traffic segment could not be read and was left out');
      return undefined;
    }
  }

  #takeRows(last: Segment | undefined): void {
    const { segmentRows, segmentBytes } = this.#deps.limits;
    if (last !== undefined && last.rows < segmentRows && last.bytes < segmentBytes) {
      last.unseal();
      this.#beginColumns(last, last.lastSeq + 1);
      return;
    }
    this.#begin();
    last?.seal();
  }

  /** What was written is stored even where no file can be made, on a full disk for example: `active` grows, and the next write tries again. */
  #beginNext(active: Segment): void {
    try {
      // In this order: a process that ends in between leaves a last segment that is not sealed, by which its end is known.
      this.#begin();
      active.seal();
    } catch (error) {
      this.#deps.log.error({ module: 'capture', error }, 'the next file of captured traffic could not be begun');
    }
  }

  #begin(): void {
    const segment = Segment.create(join(this.#deps.dir, segmentName(this.#nextSeq)));
    this.#segments.push(segment);
    segment.columns.use(this.#deps.columns.live);
    this.#beginColumns(segment, 0);
  }

  /** Columns for which there is no room yet are begun later. @param fromSeq number of the first row whose values are taken */
  #beginColumns(segment: Segment, fromSeq: number): void {
    const missing = this.#deps.columns.live.filter(({ series }) => segment.columns.extent(series) === undefined);
    if (missing.length === 0) return;
    segment.write(() => {
      for (const { series } of missing) segment.columns.begin(series, fromSeq);
    });
  }

  #dropOldest(): void {
    const oldest = this.#segments.shift();
    if (oldest === undefined) return;
    this.#retiredRows += oldest.rows;
    this.#drop(oldest);
  }

  #drop(segment: Segment): void {
    segment.drop().catch((error: unknown) => {
      this.#deps.log.warn(
        { module: 'capture', error },
        'a dropped traffic segment could not be removed; it will be at the next start',
      );
    });
  }
}

function holderOf(segments: readonly Segment[], seq: number): Segment | undefined {
  return segments.findLast((segment) => segment.rows > 0 && segment.firstSeq <= seq && seq <= segment.lastSeq);
}
