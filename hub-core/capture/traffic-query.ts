import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '../common/base/clock.ts';
import type { SqlCondition } from './query-sql.ts';
import { SeqSet } from './seq-set.ts';
import type { SegmentList } from './segment-list.ts';
import type { StoredRow } from './stored-exchange.ts';

/** What a query needs to know of its store. */
export interface QueriedStore {
  readonly segments: SegmentList;
  readonly revision: number;
  readonly epoch: number;
}

export interface QueryCounts {
  /** Rows that match. */
  readonly count: number;
  /** Rows that were looked at. */
  readonly total: number;
}

export interface RowWindow {
  /** Place of the first row returned. */
  readonly from: number;
  readonly rows: readonly StoredRow[];
  readonly revision: number;
}

/** Rows in order of arrival, by their place in the result. A place holds until the next `refresh`. */
export interface TrafficQuery {
  /**
   * Looks at what came since, forgets what was dropped, and counts. In pieces, so that the thread stays free in between.
   *
   * @throws the signal's reason when it aborts
   */
  refresh(signal?: AbortSignal): Promise<QueryCounts>;
  /** Rows that were dropped since the last `refresh` are left out. */
  window(from: number, count: number): RowWindow;
}

/** Every row: places are arithmetic on the segments' extents, nothing is kept per row. */
export class AllRowsQuery implements TrafficQuery {
  readonly #store: QueriedStore;
  #epoch: number;
  #base: number;
  #count = 0;

  constructor(store: QueriedStore) {
    this.#store = store;
    this.#epoch = store.epoch;
    this.#base = store.segments.retiredRows;
  }

  refresh(signal?: AbortSignal): Promise<QueryCounts> {
    signal?.throwIfAborted();
    this.#epoch = this.#store.epoch;
    this.#base = this.#store.segments.retiredRows;
    this.#count = this.#store.segments.rows;
    return Promise.resolve({ count: this.#count, total: this.#count });
  }

  window(from: number, count: number): RowWindow {
    const { segments, revision, epoch } = this.#store;
    if (epoch !== this.#epoch) return { from, rows: [], revision };
    const first = Math.max(from, segments.retiredRows - this.#base);
    const wanted = Math.min(from + count, this.#count) - first;
    const rows = wanted > 0 ? segments.rowsAt(this.#base + first, wanted) : [];
    return { from: first, rows, revision };
  }
}

/** A piece of a scan should hold the thread about this long. */
const PIECE_MS = 8;
const FIRST_PIECE_ROWS = 2_048;
const MAX_PIECE_ROWS = 65_536;

/** The rows that pass a condition; keeps their sequence numbers. */
export class FilteredQuery implements TrafficQuery {
  readonly #store: QueriedStore;
  readonly #condition: SqlCondition;
  readonly #clock: Clock;
  readonly #found = new SeqSet();
  /** Rows that still awaited their end when they were looked at: only these can change. */
  #unsettled: number[] = [];
  #scannedSeq = 0;
  #epoch: number;
  #pieceRows = FIRST_PIECE_ROWS;
  #running: Promise<unknown> = Promise.resolve();

  constructor(store: QueriedStore, condition: SqlCondition, clock: Clock) {
    this.#store = store;
    this.#condition = condition;
    this.#clock = clock;
    this.#epoch = store.epoch;
  }

  refresh(signal?: AbortSignal): Promise<QueryCounts> {
    // One after the other: two scans over the same state would each add the rows that both find.
    const run = this.#running.then(() => this.#refresh(signal));
    this.#running = run.catch(() => undefined); // the caller of that refresh was told
    return run;
  }

  window(from: number, count: number): RowWindow {
    const { segments, revision, epoch } = this.#store;
    if (epoch !== this.#epoch) return { from, rows: [], revision };
    const oldest = segments.firstSeq;
    const first = Math.max(from, oldest === 0 ? this.#found.size : this.#found.indexOf(oldest));
    const rows: StoredRow[] = [];
    for (const seq of this.#found.slice(first, from + count)) {
      const row = segments.holding(seq)?.reader.row(seq);
      if (row !== undefined) rows.push(row);
    }
    return { from: first, rows, revision };
  }

  async #refresh(signal: AbortSignal | undefined): Promise<QueryCounts> {
    signal?.throwIfAborted();
    this.#forgetDropped();
    await this.#settle(signal);
    await this.#scan(signal);
    return { count: this.#found.size, total: this.#store.segments.rows };
  }

  #forgetDropped(): void {
    const { segments, epoch } = this.#store;
    if (epoch !== this.#epoch) {
      this.#epoch = epoch;
      this.#found.clear();
      this.#unsettled = [];
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

  async #scan(signal: AbortSignal | undefined): Promise<void> {
    const { segments } = this.#store;
    const lastSeq = segments.lastSeq;
    while (this.#scannedSeq < lastSeq) {
      // Looked up anew for each piece: segments come and go while others have their turn.
      const segment = Array.from(segments).find(
        (candidate) => candidate.rows > 0 && candidate.lastSeq > this.#scannedSeq,
      );
      if (segment === undefined) return;
      const first = Math.max(this.#scannedSeq + 1, segment.firstSeq);
      const range = { firstSeq: first, lastSeq: Math.min(first + this.#pieceRows - 1, segment.lastSeq, lastSeq) };
      if (range.lastSeq < range.firstSeq) return;
      const startedMs = this.#clock.nowMs();
      this.#found.append(segment.reader.matching(this.#condition, range));
      this.#unsettled.push(...segment.reader.open(range.firstSeq, range.lastSeq));
      this.#scannedSeq = range.lastSeq;
      this.#adapt(this.#clock.nowMs() - startedMs);
      await nextTurn();
      signal?.throwIfAborted();
    }
  }

  #adapt(tookMs: number): void {
    if (tookMs > PIECE_MS) this.#pieceRows = Math.max(256, this.#pieceRows >> 1);
    else if (tookMs < PIECE_MS / 2) this.#pieceRows = Math.min(MAX_PIECE_ROWS, this.#pieceRows << 1);
  }
}
