import { mkdirSync } from 'node:fs';
import type { Clock } from '../common/base/clock.ts';
import { Emitter, type Event } from '../common/base/emitter.ts';
import type { Logger } from '../common/log/logger.ts';
import { parseQuery } from '../common/query/parse-query.ts';
import type { ExchangeEnd, TrafficBatch } from '../common/traffic/exchange.ts';
import { acquireCaptureLock } from './capture-lock.ts';
import { RateMeter } from './rate-meter.ts';
import type { NewRow, Segment } from './segment.ts';
import { SegmentList, type SegmentLimits } from './segment-list.ts';
import type { BodyOf, ByteRange, StoredBodyPart, StoredExchange } from './stored-exchange.ts';
import { AllRowsQuery, FilteredQuery, type TrafficQuery } from './traffic-query.ts';
import { toSql } from './query-sql.ts';

export type CaptureState = 'recording' | 'headers-only' | 'paused';

export const DEFAULT_SEGMENT_LIMITS: SegmentLimits = Object.freeze({
  segmentRows: 50_000,
  segmentBytes: 64 << 20,
  maxRows: 1_000_000,
  maxBytes: 2 * 1024 ** 3,
});

export interface TrafficStoreOptions {
  /** Made with mode 0700 when missing. */
  readonly dir: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly state?: CaptureState | undefined;
  readonly limits?: Partial<SegmentLimits> | undefined;
}

/** Where the store stands. */
export interface StoreWatermark {
  readonly state: CaptureState;
  readonly rows: number;
  /** 0 when empty. */
  readonly firstSeq: number;
  /** 0 when empty. */
  readonly lastSeq: number;
  /** Grows with every change of a stored row. */
  readonly revision: number;
  readonly bytes: number;
  readonly maxBytes: number;
  readonly maxRows: number;
  readonly droppedRows: number;
  readonly droppedBodies: number;
  readonly rowsPerSec: number;
}

/**
 * Captured traffic on disk: batches in, rows and bodies out. Everything is synchronous and short; scans are cut into pieces
 * by the queries themselves. Lives on the capture thread.
 */
export class TrafficStore implements Disposable {
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #limits: SegmentLimits;
  readonly #segments: SegmentList;
  readonly #resources: DisposableStack;
  readonly #rate: RateMeter;
  readonly #changed = new Emitter<void>();
  readonly #stateChanged = new Emitter<CaptureState>();
  #state: CaptureState;
  #revision = 0;
  #epoch = 0;
  #droppedRows = 0;
  #droppedBodies = 0;

  /** After each batch and whatever else moves the watermark. Not coalesced. */
  readonly onDidChange: Event<void> = this.#changed.event;
  readonly onDidChangeState: Event<CaptureState> = this.#stateChanged.event;

  /**
   * Opens the folder's store, or makes one. Exchanges that a dead process left open are marked as lost; files that cannot be
   * read are set aside.
   *
   * @throws {CaptureLockedError} when another process has it open; {CaptureVersionError} when it is from a newer version
   */
  constructor(options: TrafficStoreOptions) {
    this.#clock = options.clock;
    this.#log = options.log;
    this.#limits = { ...DEFAULT_SEGMENT_LIMITS, ...options.limits };
    this.#state = options.state ?? 'recording';
    using setup = new DisposableStack();
    mkdirSync(options.dir, { recursive: true, mode: 0o700 });
    setup.use(acquireCaptureLock(options.dir));
    this.#segments = setup.use(
      new SegmentList({ dir: options.dir, limits: this.#limits, clock: options.clock, log: options.log }),
    );
    this.#rate = setup.use(new RateMeter(options.clock, () => this.#changed.emit()));
    setup.use(this.#changed);
    setup.use(this.#stateChanged);
    this.#resources = setup.move();
  }

  get nextSeq(): number {
    return this.#segments.nextSeq;
  }

  get revision(): number {
    return this.#revision;
  }

  /** Grows when the store is cleared: what a query found before is void. */
  get epoch(): number {
    return this.#epoch;
  }

  get segments(): SegmentList {
    return this.#segments;
  }

  get state(): CaptureState {
    return this.#state;
  }

  /** Live subscriptions to `onDidChange`; leak tests expect 0 at the end. */
  get changeListeners(): number {
    return this.#changed.listenerCount;
  }

  setState(state: CaptureState): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#stateChanged.emit(state);
    this.#changed.emit();
  }

  watermark(): StoreWatermark {
    return {
      state: this.#state,
      rows: this.#segments.rows,
      firstSeq: this.#segments.firstSeq,
      lastSeq: this.#segments.lastSeq,
      revision: this.#revision,
      bytes: this.#segments.bytes,
      maxBytes: this.#limits.maxBytes,
      maxRows: this.#limits.maxRows,
      droppedRows: this.#droppedRows,
      droppedBodies: this.#droppedBodies,
      rowsPerSec: this.#rate.perSec(),
    };
  }

  /**
   * Stores a batch. One that cannot be written, on a full disk for example, is counted as dropped: recording goes on with
   * the next one.
   */
  write(batch: TrafficBatch): void {
    this.#droppedRows += batch.droppedRows;
    this.#droppedBodies += batch.droppedBodies;
    try {
      this.#store(batch);
    } catch (error) {
      this.#droppedRows += batch.starts.length;
      this.#log.error({ module: 'capture', error }, 'captured traffic could not be written and was dropped');
    }
    this.#revision += 1;
    this.#changed.emit();
  }

  /** Drops every row and the counts of what was left out. */
  clear(): void {
    this.#segments.clear();
    this.#epoch += 1;
    this.#revision += 1;
    this.#droppedRows = 0;
    this.#droppedBodies = 0;
    this.#changed.emit();
  }

  /** Marks every exchange that awaits its end as lost: the hub that would have ended it is gone. */
  markOpenAsLost(): void {
    let lost = 0;
    for (const segment of this.#segments) segment.write(() => (lost += segment.markOpenAsLost()));
    if (lost === 0) return;
    this.#revision += 1;
    this.#changed.emit();
  }

  /**
   * Prepares a query; its `refresh` looks at the rows.
   *
   * @throws {QuerySyntaxError}
   */
  query(text: string): TrafficQuery {
    const query = parseQuery(text);
    return query.kind === 'all' ? new AllRowsQuery(this) : new FilteredQuery(this, toSql(query), this.#clock);
  }

  exchange(seq: number): StoredExchange | undefined {
    return this.#segments.holding(seq)?.reader.exchange(seq);
  }

  /** @returns undefined when the row is not stored; no bytes when it has no such body */
  body(seq: number, of: BodyOf, range: ByteRange): StoredBodyPart | undefined {
    return this.#segments.holding(seq)?.reader.body(seq, of, range);
  }

  [Symbol.dispose](): void {
    this.#resources.dispose();
  }

  #store(batch: TrafficBatch): void {
    const { active } = this.#segments;
    const ends = new Map<number, ExchangeEnd>();
    for (const end of batch.ends) ends.set(end.seq, end);
    const rows = this.#newRows(batch, ends);
    const earlier = this.#bySegment(ends);
    active.write(() => {
      for (const row of rows) active.insert(row, batch.bytes);
      for (const end of earlier.get(active) ?? []) active.end(end, batch.bytes);
    });
    earlier.delete(active);
    this.#rate.add(rows.length);
    for (const [segment, itsEnds] of earlier) {
      segment.write(() => {
        for (const end of itsEnds) segment.end(end, batch.bytes);
      });
    }
    this.#segments.settle();
  }

  /** Takes the ends that belong to the batch's own starts out of `ends`. */
  #newRows(batch: TrafficBatch, ends: Map<number, ExchangeEnd>): NewRow[] {
    const rows: NewRow[] = [];
    let lastSeq = this.#segments.nextSeq - 1;
    for (const start of batch.starts) {
      // Numbers only grow; one that does not would break the order that segments and queries are built on.
      if (start.seq <= lastSeq) {
        this.#droppedRows += 1;
        continue;
      }
      lastSeq = start.seq;
      const end = ends.get(start.seq);
      ends.delete(start.seq);
      rows.push({ start, end, atMs: start.receivedMs + batch.clockOffsetMs });
    }
    return rows;
  }

  /** Ends of rows that are no longer stored are left out. */
  #bySegment(ends: ReadonlyMap<number, ExchangeEnd>): Map<Segment, ExchangeEnd[]> {
    const bySegment = new Map<Segment, ExchangeEnd[]>();
    for (const end of ends.values()) {
      const segment = this.#segments.holding(end.seq);
      if (segment === undefined) continue;
      const itsEnds = bySegment.get(segment);
      if (itsEnds === undefined) bySegment.set(segment, [end]);
      else itsEnds.push(end);
    }
    return bySegment;
  }
}
