import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '../common/base/clock.ts';
import type { SqlCondition } from './query-sql.ts';
import { SeqSet } from './seq-set.ts';
import type { IsOver, ScanPiece } from './segment-reader.ts';
import type { SeqRange, StoredRow } from './stored-exchange.ts';

/** What a query asks of one segment, of exchanges or of frames. */
interface QueriedReader<Row> {
  row(seq: number): Row | undefined;
  open(firstSeq: number, lastSeq: number): readonly number[];
  matching(condition: SqlCondition, range: SeqRange): readonly number[];
  stepThrough(condition: SqlCondition, range: SeqRange, isOver: IsOver): ScanPiece;
}

interface QueriedSegment<Row> extends SeqRange {
  readonly rows: number;
  readonly reader: QueriedReader<Row>;
}

/** Rows in order of their numbers, oldest segment first. */
export interface QueriedSegments<Row> extends Iterable<QueriedSegment<Row>> {
  readonly rows: number;
  /** 0 when empty. */
  readonly firstSeq: number;
  /** 0 when empty. */
  readonly lastSeq: number;
  /** Rows that were dropped before the first one: what places are counted from. */
  readonly retiredRows: number;
  holding(seq: number): QueriedSegment<Row> | undefined;
  rowsAt(from: number, count: number): readonly Row[];
  seqsAt(from: number, count: number): readonly number[];
  /** Place of a row; undefined when it is not stored. */
  placeOf(seq: number): number | undefined;
}

/** What a query needs to know of its store. */
export interface QueriedStore<Row = StoredRow> {
  readonly segments: QueriedSegments<Row>;
  readonly revision: number;
  readonly epoch: number;
}

export interface QueryCounts {
  /** Rows that match, of those that were looked at. */
  readonly count: number;
  /** Rows of the store. */
  readonly total: number;
  /** Rows that were looked at; `total` when the search is complete. */
  readonly searched: number;
  /** Rows that match and came since the result was frozen; absent where it is not. */
  readonly fresh?: number | undefined;
}

export interface RefreshOptions {
  /** Ends the search; what was found stays. */
  readonly signal?: AbortSignal | undefined;
  /** Called after each piece of the search. */
  readonly onPiece?: (() => void) | undefined;
}

export interface RowWindow<Row = StoredRow> {
  /** Place of the first row returned. */
  readonly from: number;
  readonly rows: readonly Row[];
  readonly revision: number;
}

/** Rows in order of arrival, by their place in the result. A place holds until the next `refresh`. */
export interface TrafficQuery<Row = StoredRow> {
  /**
   * Looks at what came since, forgets what was dropped, and counts. In pieces, so that the thread stays free in between.
   *
   * @throws the signal's reason when it aborts
   */
  refresh(options?: RefreshOptions): Promise<QueryCounts>;
  /** As far as a refresh has come. */
  counts(): QueryCounts;
  /** Rows that were dropped since the last `refresh` are left out. */
  window(from: number, count: number): RowWindow<Row>;
  /** Sequence numbers of the same rows. */
  seqs(from: number, count: number): readonly number[];
  /** Place of the row with that number; undefined when it is not among them. */
  placeOf(seq: number): number | undefined;
}

/** Every row: places are arithmetic on the segments' extents, nothing is kept per row. */
export class AllRowsQuery<Row = StoredRow> implements TrafficQuery<Row> {
  readonly #store: QueriedStore<Row>;
  #epoch: number;
  #base: number;
  #count = 0;

  constructor(store: QueriedStore<Row>) {
    this.#store = store;
    this.#epoch = store.epoch;
    this.#base = store.segments.retiredRows;
  }

  refresh({ signal }: RefreshOptions = {}): Promise<QueryCounts> {
    signal?.throwIfAborted();
    this.#epoch = this.#store.epoch;
    this.#base = this.#store.segments.retiredRows;
    this.#count = this.#store.segments.rows;
    return Promise.resolve(this.counts());
  }

  counts(): QueryCounts {
    return { count: this.#count, total: this.#count, searched: this.#count };
  }

  window(from: number, count: number): RowWindow<Row> {
    const { first, wanted } = this.#places(from, count);
    const rows = wanted > 0 ? this.#store.segments.rowsAt(this.#base + first, wanted) : [];
    return { from: first, rows, revision: this.#store.revision };
  }

  seqs(from: number, count: number): readonly number[] {
    const { first, wanted } = this.#places(from, count);
    return wanted > 0 ? this.#store.segments.seqsAt(this.#base + first, wanted) : [];
  }

  placeOf(seq: number): number | undefined {
    const { segments, epoch } = this.#store;
    if (epoch !== this.#epoch) return undefined;
    const place = segments.placeOf(seq);
    return place === undefined || place - this.#base >= this.#count ? undefined : place - this.#base;
  }

  #places(from: number, count: number): { readonly first: number; readonly wanted: number } {
    const { segments, epoch } = this.#store;
    if (epoch !== this.#epoch) return { first: from, wanted: 0 };
    const first = Math.max(from, segments.retiredRows - this.#base);
    return { first, wanted: Math.min(from + count, this.#count) - first };
  }
}

/** Rows that were chosen by their numbers. */
export class ChosenRowsQuery implements TrafficQuery {
  readonly #store: QueriedStore;
  readonly #chosen: readonly number[];
  #found: readonly number[] = [];

  constructor(store: QueriedStore, seqs: readonly number[]) {
    this.#store = store;
    this.#chosen = [...new Set(seqs)].toSorted((a, b) => a - b);
  }

  refresh({ signal }: RefreshOptions = {}): Promise<QueryCounts> {
    signal?.throwIfAborted();
    const { segments } = this.#store;
    this.#found = this.#chosen.filter((seq) => segments.holding(seq)?.reader.row(seq) !== undefined);
    return Promise.resolve(this.counts());
  }

  counts(): QueryCounts {
    const total = this.#store.segments.rows;
    return { count: this.#found.length, total, searched: total };
  }

  window(from: number, count: number): RowWindow {
    const { segments, revision } = this.#store;
    const rows = this.seqs(from, count).flatMap((seq) => segments.holding(seq)?.reader.row(seq) ?? []);
    return { from, rows, revision };
  }

  seqs(from: number, count: number): readonly number[] {
    return this.#found.slice(from, from + count);
  }

  placeOf(seq: number): number | undefined {
    const place = this.#found.indexOf(seq);
    return place < 0 ? undefined : place;
  }
}

/** A piece of a scan should hold the thread about this long. */
const PIECE_MS = 8;
const FIRST_PIECE_ROWS = 2_048;
const MAX_PIECE_ROWS = 65_536;

/** The rows that pass a condition; keeps their sequence numbers. */
export class FilteredQuery<Row = StoredRow> implements TrafficQuery<Row> {
  readonly #store: QueriedStore<Row>;
  readonly #condition: SqlCondition;
  readonly #clock: Clock;
  readonly #found = new SeqSet();
  /** Rows that still awaited their end when they were looked at: only these can change. */
  #unsettled: number[] = [];
  #scannedSeq = 0;
  #epoch: number;
  #pieceRows = FIRST_PIECE_ROWS;
  #running: Promise<unknown> = Promise.resolve();

  constructor(store: QueriedStore<Row>, condition: SqlCondition, clock: Clock) {
    this.#store = store;
    this.#condition = condition;
    this.#clock = clock;
    this.#epoch = store.epoch;
  }

  refresh(options: RefreshOptions = {}): Promise<QueryCounts> {
    // One after the other: two scans over the same state would each add the rows that both find.
    const run = this.#running.then(() => this.#refresh(options));
    this.#running = run.catch(() => undefined); // the caller of that refresh was told
    return run;
  }

  counts(): QueryCounts {
    const { segments, epoch } = this.#store;
    if (epoch !== this.#epoch) return { count: 0, total: segments.rows, searched: 0 };
    let searched = 0;
    for (const { rows, firstSeq, lastSeq } of segments) {
      if (rows === 0 || firstSeq > this.#scannedSeq) continue;
      searched += lastSeq <= this.#scannedSeq ? rows : Math.min(rows, this.#scannedSeq - firstSeq + 1);
    }
    return { count: this.#found.size, total: segments.rows, searched };
  }

  window(from: number, count: number): RowWindow<Row> {
    const { segments, revision } = this.#store;
    const first = this.#firstPlace(from);
    const rows: Row[] = [];
    for (const seq of this.#found.slice(first, from + count)) {
      const row = segments.holding(seq)?.reader.row(seq);
      if (row !== undefined) rows.push(row);
    }
    return { from: first, rows, revision };
  }

  seqs(from: number, count: number): readonly number[] {
    return Array.from(this.#found.slice(this.#firstPlace(from), from + count));
  }

  placeOf(seq: number): number | undefined {
    const place = this.#found.indexOf(seq);
    return this.#found.slice(place, place + 1)[0] === seq ? place : undefined;
  }

  /** Place of the first row at `from` or behind it that is still stored. */
  #firstPlace(from: number): number {
    const { segments, epoch } = this.#store;
    const oldest = segments.firstSeq;
    if (epoch !== this.#epoch || oldest === 0) return Math.max(from, this.#found.size);
    return Math.max(from, this.#found.indexOf(oldest));
  }

  async #refresh(options: RefreshOptions): Promise<QueryCounts> {
    options.signal?.throwIfAborted();
    this.#forgetDropped();
    await this.#settle(options.signal);
    await this.#scan(options);
    return this.counts();
  }

  #forgetDropped(): void {
    const { segments, epoch } = this.#store;
    if (epoch !== this.#epoch) {
      this.#epoch = epoch;
      this.#found.clear();
      this.#unsettled = [];
      // What was cleared may have come back.
      this.#scannedSeq = 0;
    }
    if (segments.firstSeq > 0) this.#found.dropBelow(segments.firstSeq);
  }

  /** Looks again at rows that ended meanwhile: they may match now, or no more. */
  async #settle(signal: AbortSignal | undefined): Promise<void> {
    const { segments } = this.#store;
    const before = this.#unsettled;
    this.#unsettled = [];
    let [pieceEndsMs, at] = [this.#clock.nowMs() + PIECE_MS, 0];
    try {
      for (; at < before.length; at += 1) {
        const seq = before[at] ?? 0;
        const reader = segments.holding(seq)?.reader;
        if (reader === undefined) continue;
        if (reader.open(seq, seq).length > 0) this.#unsettled.push(seq);
        else if (reader.matching(this.#condition, { firstSeq: seq, lastSeq: seq }).length > 0) this.#found.add(seq);
        else this.#found.remove(seq);
        if (this.#clock.nowMs() > pieceEndsMs) {
          await nextTurn();
          signal?.throwIfAborted();
          pieceEndsMs = this.#clock.nowMs() + PIECE_MS;
        }
      }
    } catch (error) {
      this.#unsettled.push(...before.slice(at + 1));
      throw error;
    }
  }

  async #scan({ signal, onPiece }: RefreshOptions): Promise<void> {
    const { segments } = this.#store;
    const { lastSeq } = segments;
    const epoch = this.#epoch;
    while (this.#scannedSeq < lastSeq && this.#store.epoch === epoch) {
      // Looked up anew for each piece: segments come and go while others have their turn.
      const segment = Array.from(segments).find(
        (candidate) => candidate.rows > 0 && candidate.lastSeq > this.#scannedSeq,
      );
      if (segment === undefined) return;
      const range = {
        firstSeq: Math.max(this.#scannedSeq + 1, segment.firstSeq),
        lastSeq: Math.min(segment.lastSeq, lastSeq),
      };
      if (range.lastSeq < range.firstSeq) return;
      this.#look(segment.reader, range);
      onPiece?.();
      await nextTurn();
      signal?.throwIfAborted();
    }
  }

  /** Looks at as much of the range as fits one piece. */
  #look(reader: QueriedReader<Row>, { firstSeq, lastSeq }: SeqRange): void {
    const startedMs = this.#clock.nowMs();
    if (this.#condition.uneven) {
      const isOver = (): boolean => this.#clock.nowMs() - startedMs > PIECE_MS;
      const { found, scannedSeq } = reader.stepThrough(this.#condition, { firstSeq, lastSeq }, isOver);
      this.#found.append(found);
      this.#noteOpen(reader, { firstSeq, lastSeq: scannedSeq });
      return;
    }
    const range = { firstSeq, lastSeq: Math.min(firstSeq + this.#pieceRows - 1, lastSeq) };
    this.#found.append(reader.matching(this.#condition, range));
    this.#noteOpen(reader, range);
    this.#adapt(this.#clock.nowMs() - startedMs);
  }

  #noteOpen(reader: QueriedReader<Row>, { firstSeq, lastSeq }: SeqRange): void {
    this.#unsettled.push(...reader.open(firstSeq, lastSeq));
    this.#scannedSeq = lastSeq;
  }

  #adapt(tookMs: number): void {
    if (tookMs > PIECE_MS) this.#pieceRows = Math.max(256, this.#pieceRows >> 1);
    else if (tookMs < PIECE_MS / 2) this.#pieceRows = Math.min(MAX_PIECE_ROWS, this.#pieceRows << 1);
  }
}
