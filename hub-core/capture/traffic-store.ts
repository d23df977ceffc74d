import { mkdirSync } from 'node:fs';
import type { Clock } from '../common/base/clock.ts';
import { Emitter, type Event } from '../common/base/emitter.ts';
import type { Logger } from '../common/log/logger.ts';
import type { QueryKey } from '../common/query/query-keys.ts';
import type { SeenValue } from '../common/query/complete-query.ts';
import { parseQuery } from '../common/query/parse-query.ts';
import type { TrafficBatch } from '../common/traffic/exchange.ts';
import type { CaptureMode } from '../server/modules/capture/capture-sink.ts';
import { BatchWriter } from './batch-writer.ts';
import { acquireCaptureLock } from './capture-lock.ts';
import type { CaptureStates } from './capture-mode.ts';
import { ColumnSet } from './column-set.ts';
import { CustomColumns } from './custom-columns.ts';
import { RateMeter } from './rate-meter.ts';
import type { SecretMask } from './secret-mask.ts';
import { limitsOf, SegmentList, type SegmentLimits } from './segment-list.ts';
import type { NewRow } from './segment-writer.ts';
import type { Annotation, BodyOf, ByteRange, StoredBodyPart, StoredExchange } from './stored-exchange.ts';
import type { StoredFrame } from './stored-frame.ts';
import { AllRowsQuery, ChosenRowsQuery, FilteredQuery, type QueriedStore, type TrafficQuery } from './traffic-query.ts';
import { toSql } from './query-sql.ts';
import { FrameList } from './frame-list.ts';
import { toFrameSql } from './frame-query-sql.ts';

const DEFAULT_LIMITS: SegmentLimits = limitsOf({ maxRows: 1_000_000, maxBytes: 2 * 1024 ** 3 });

/** Time for which a cleared store can be brought back. */
const UNDO_CLEAR_MS = 10_000;

/** Rows in which seen values are looked for: the newest, so that one look takes a few milliseconds. */
const SEEN_ROWS = 20_000;
const MAX_SEEN_VALUES = 50;

export interface TrafficStoreOptions {
  /** Made with mode 0700 when missing. */
  readonly dir: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly states?: CaptureStates | undefined;
  readonly limits?: Partial<SegmentLimits> | undefined;
  /** What is replaced before anything is stored. */
  readonly mask?: SecretMask | undefined;
}

/** Where the store stands. */
export interface StoreWatermark extends Omit<CaptureStates, 'frames'> {
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
  /** A newer version wrote the store: nothing is recorded. */
  readonly readOnly: boolean;
  /** Rows that `undoClear` brings back, until that wall time; null when there is nothing to undo. */
  readonly cleared: { readonly rows: number; readonly untilMs: number } | null;
}

export interface FrameStatus {
  readonly recording: boolean;
  readonly rows: number;
  /** 0 when there are none. */
  readonly lastNumber: number;
  readonly droppedFrames: number;
}

/**
 * Captured traffic on disk: batches in, rows and bodies out. Everything is synchronous and short; scans are cut into pieces
 * by the queries themselves. Lives on the capture thread.
 */
export class TrafficStore implements Disposable {
  readonly columns: CustomColumns;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #limits: SegmentLimits;
  readonly #segments: SegmentList;
  readonly #frames: FrameList;
  readonly #writer: BatchWriter;
  readonly #resources: DisposableStack;
  readonly #rate: RateMeter;
  readonly #changed = new Emitter<void>();
  readonly #statesChanged = new Emitter<CaptureStates>();
  #states: CaptureStates;
  #revision = 0;
  #epoch = 0;
  #droppedRows = 0;
  #droppedBodies = 0;
  #droppedFrames = 0;
  #undo: (Disposable & { readonly untilMs: number }) | undefined;

  /** After each batch and whatever else moves the watermark. Not coalesced. */
  readonly onDidChange: Event<void> = this.#changed.event;
  readonly onDidChangeStates: Event<CaptureStates> = this.#statesChanged.event;

  /**
   * Opens the folder's store, or makes one. Exchanges that a dead process left open are marked as lost, and a row tells of what
   * it had not stored; files that cannot be read are set aside. A store that a newer version wrote is only read.
   *
   * @throws {CaptureLockedError} when another process has it open
   */
  constructor(options: TrafficStoreOptions) {
    this.#clock = options.clock;
    this.#log = options.log;
    this.#limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.#states = options.states ?? { state: 'recording', services: {}, frames: false };
    using setup = new DisposableStack();
    mkdirSync(options.dir, { recursive: true, mode: 0o700 });
    setup.use(acquireCaptureLock(options.dir));
    const { dir, clock, log } = options;
    const columns = setup.use(new ColumnSet({ dir, clock, log }));
    this.#segments = setup.use(new SegmentList({ dir, limits: this.#limits, clock, log, columns }));
    this.columns = setup.use(new CustomColumns(columns, this.#segments));
    this.#frames = new FrameList(this.#segments);
    this.#writer = new BatchWriter({ segments: this.#segments, frames: this.#frames, mask: options.mask, clock, log });
    this.#rate = setup.use(new RateMeter(options.clock, () => this.#changed.emit()));
    setup.use(this.#changed);
    setup.use(this.#statesChanged);
    setup.defer(() => this.#undo?.[Symbol.dispose]());
    if (!this.#segments.readOnly) {
      if (this.#segments.endedUnclean && this.#segments.rows > 0) this.#writer.tellEnded();
      this.#segments.settle();
    }
    this.#resources = setup.move();
  }

  get nextSeq(): number {
    return this.#segments.nextSeq;
  }

  get revision(): number {
    return this.#revision;
  }

  /** Grows when the store is cleared, and when that is undone: what a query found before is void. */
  get epoch(): number {
    return this.#epoch;
  }

  get segments(): SegmentList {
    return this.#segments;
  }

  /** A newer version wrote it. */
  get readOnly(): boolean {
    return this.#segments.readOnly;
  }

  /** @throws {CaptureReadOnlyError} */
  assertWritable(): void {
    this.#segments.assertWritable();
  }

  /** What is recorded; `off` throughout when the store is only read. */
  get states(): CaptureStates {
    return this.#segments.readOnly ? { ...this.#states, state: 'off', frames: false } : this.#states;
  }

  /** Live subscriptions to `onDidChange`; leak tests expect 0 at the end. */
  get changeListeners(): number {
    return this.#changed.listenerCount;
  }

  /**
   * @param service of which service; undefined: of all. `recording` takes a service's own state away
   * @throws {CaptureReadOnlyError}
   */
  setState(state: CaptureMode, service?: string): void {
    this.assertWritable();
    const before = service === undefined ? this.#states.state : (this.#states.services[service] ?? 'recording');
    if (state === before) return;
    const { [service ?? '']: _replaced, ...others } = this.#states.services;
    const services = service === undefined || state === 'recording' ? others : { ...others, [service]: state };
    this.#states = service === undefined ? { ...this.#states, state } : { ...this.#states, services };
    this.#statesChanged.emit(this.#states);
    // Nobody will end them.
    if (state === 'off' && service === undefined) this.markOpenAsLost();
    this.#changed.emit();
  }

  watermark(): StoreWatermark {
    const { state, services } = this.states;
    return {
      ...{ state, services },
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
      readOnly: this.#segments.readOnly,
      cleared: this.#undo === undefined ? null : { rows: this.#segments.clearedRows, untilMs: this.#undo.untilMs },
    };
  }

  /**
   * Stores a batch. One that cannot be written, on a full disk for example, is counted as dropped: recording goes on with
   * the next one.
   */
  write(batch: TrafficBatch): void {
    this.#droppedRows += batch.droppedRows;
    this.#droppedBodies += batch.droppedBodies;
    this.#droppedFrames += batch.droppedFrames ?? 0;
    if (this.#segments.readOnly) {
      this.#droppedRows += batch.starts.length;
      this.#changed.emit();
      return;
    }
    try {
      const rows = this.#writer.write(batch);
      this.#droppedRows += batch.starts.length - rows;
      this.#rate.add(rows);
    } catch (error) {
      this.#droppedRows += batch.starts.length;
      this.#log.error({ module: 'capture', error }, 'captured traffic could not be written and was dropped');
    }
    this.#revision += 1;
    this.#changed.emit();
  }

  /** Adds rows whose numbers were reserved for them. @throws {CaptureReadOnlyError} */
  import(rows: readonly NewRow[], bytes: Uint8Array<ArrayBuffer>, notes: ReadonlyMap<number, Annotation>): void {
    const { active } = this.#segments;
    active.write(() => {
      for (const row of rows) {
        active.insert(row, bytes);
        const note = notes.get(row.start.seq);
        if (note !== undefined) active.writer.annotate(row.start.seq, note);
      }
    });
    this.#segments.settle();
    this.#revision += 1;
    this.#changed.emit();
  }

  /**
   * Takes every row and the counts of what was left out away, in constant time. For ten seconds `undoClear` brings them back.
   *
   * @throws {CaptureReadOnlyError}
   */
  clear(): void {
    this.assertWritable();
    this.#segments.clear();
    this.#droppedRows = 0;
    this.#droppedBodies = 0;
    this.#droppedFrames = 0;
    this.#undo?.[Symbol.dispose]();
    const timer = this.#clock.after(UNDO_CLEAR_MS, () => {
      this.#undo = undefined;
      this.#segments.dropCleared();
      this.#changed.emit();
    });
    this.#undo = { untilMs: this.#clock.wallMs() + UNDO_CLEAR_MS, [Symbol.dispose]: () => timer[Symbol.dispose]() };
    this.#newEpoch();
  }

  /** @returns false when there is nothing to bring back any more */
  undoClear(): boolean {
    if (this.#undo === undefined) return false;
    this.#undo[Symbol.dispose]();
    this.#undo = undefined;
    this.#segments.undoClear();
    this.#newEpoch();
    return true;
  }

  /**
   * Marks, comments and tags an exchange.
   *
   * @returns false when it is not stored
   * @throws {CaptureReadOnlyError}
   */
  annotate(seq: number, annotation: Annotation): boolean {
    this.assertWritable();
    const segment = this.#segments.holding(seq);
    if (segment?.reader.row(seq) === undefined) return false;
    segment.write(() => segment.writer.annotate(seq, annotation));
    this.#revision += 1;
    this.#changed.emit();
    return true;
  }

  /** Marks every exchange that awaits its end as lost: the hub that would have ended it is gone. */
  markOpenAsLost(): void {
    if (this.#segments.readOnly) return;
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
    const now = { nowMs: this.#clock.wallMs() };
    const query = parseQuery(text, now);
    return query.kind === 'all' ? new AllRowsQuery(this) : new FilteredQuery(this, toSql(query, now), this.#clock);
  }

  /**
   * Prepares a query over the frames.
   *
   * @throws {QuerySyntaxError} also for keys that only exchanges have
   */
  queryFrames(text: string): TrafficQuery<StoredFrame> {
    const now = { nowMs: this.#clock.wallMs() };
    const query = parseQuery(text, now);
    const store = framesOf(this, this.#frames);
    return query.kind === 'all'
      ? new AllRowsQuery(store)
      : new FilteredQuery(store, toFrameSql(query, now), this.#clock);
  }

  /** Where the frames stand. */
  frameStatus(): FrameStatus {
    const { rows, lastSeq: lastNumber } = this.#frames;
    return { recording: this.states.frames, rows, lastNumber, droppedFrames: this.#droppedFrames };
  }

  /** @throws {CaptureReadOnlyError} */
  setFrames(recording: boolean): void {
    this.assertWritable();
    if (recording === this.#states.frames) return;
    this.#states = { ...this.#states, frames: recording };
    this.#statesChanged.emit(this.#states);
    this.#changed.emit();
  }

  /** The rows with these numbers, as far as they are stored. */
  rows(seqs: readonly number[]): TrafficQuery {
    return new ChosenRowsQuery(this, seqs);
  }

  /** Values of a key that the newest rows have, and that start with `prefix`; the most frequent first. */
  seenValues(key: QueryKey['key'], prefix: string): readonly SeenValue[] {
    const counts = new Map<string, number>();
    let left = SEEN_ROWS;
    for (const segment of [...this.#segments].toReversed()) {
      if (left <= 0) break;
      for (const { value, count } of segment.reader.seenValues(key, prefix, left))
        counts.set(value, (counts.get(value) ?? 0) + count);
      left -= segment.rows;
    }
    return Array.from(counts, ([value, count]) => ({ value, count }))
      .toSorted((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1))
      .slice(0, MAX_SEEN_VALUES);
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

  #newEpoch(): void {
    this.#epoch += 1;
    this.#revision += 1;
    this.#writer.forgetGap();
    this.#changed.emit();
  }
}

/** The frames of a store as its queries see them. */
const framesOf = (store: TrafficStore, segments: FrameList): QueriedStore<StoredFrame> => ({
  segments,
  get revision() {
    return store.revision;
  },
  get epoch() {
    return store.epoch;
  },
});
