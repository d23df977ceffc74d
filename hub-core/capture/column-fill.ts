import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '../common/base/clock.ts';
import type { Logger } from '../common/log/logger.ts';
import type { DefinedColumn } from './column-file.ts';
import { seriesOf } from './column-set.ts';
import { unfilledIn } from './custom-columns.ts';
import type { Job, JobList } from './job-list.ts';
import type { Segment } from './segment.ts';
import type { TrafficStore } from './traffic-store.ts';

/** A piece of work should hold the thread about this long. */
const PIECE_MS = 8;
/** Rows whose values are dropped in a piece. */
const DROPPED_ROWS = 2_048;

export interface ColumnFillDeps {
  readonly store: TrafficStore;
  readonly jobs: JobList;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Looking at earlier rows for one column, for people to see and to stop. */
interface FillJob {
  readonly series: string;
  readonly job: Job;
  readonly counts: { done: number; found: number };
}

/** Values of a series that is gone, on their way out. */
interface Dropping {
  readonly segment: Segment;
  readonly series: string;
  fromSeq: number;
}

/**
 * Brings stored rows in line with the columns that are defined: drops values of columns that are gone, then looks at rows of before
 * a column, the newest first. In pieces; how far it came is noted with each, so that it goes on there after a restart or a crash.
 */
export class ColumnFill implements Disposable {
  readonly #deps: ColumnFillDeps;
  readonly #subscriptions = new DisposableStack();
  #current: FillJob | undefined;
  #dropping: Dropping | undefined;
  #epoch: number;
  #running: Promise<void> | undefined;
  /** Something changed since it was looked at last. */
  #wanted = false;
  #disposed = false;

  /** Begins at once where there is something to do. */
  constructor(deps: ColumnFillDeps) {
    this.#deps = deps;
    const { store } = deps;
    this.#epoch = store.epoch;
    this.#subscriptions.use(store.columns.onDidChange.subscribe(() => this.#wake()));
    this.#subscriptions.use(
      store.onDidChange.subscribe(() => {
        // What was cleared came back.
        if (store.epoch !== this.#epoch) this.#wake();
        this.#epoch = store.epoch;
      }),
    );
    this.#wake();
  }

  /** Resolves when there is nothing left to do. */
  async idle(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  [Symbol.dispose](): void {
    this.#disposed = true;
    this.#subscriptions.dispose();
    this.#endJob();
  }

  #wake(): void {
    if (this.#disposed || this.#deps.store.readOnly) return;
    this.#wanted = true;
    this.#running ??= this.#run();
  }

  async #run(): Promise<void> {
    // Whoever changed a column has its answer first.
    await nextTurn();
    while (this.#wanted && !this.#disposed) {
      this.#wanted = false;
      await this.#work();
    }
    this.#running = undefined;
  }

  async #work(): Promise<void> {
    try {
      while (!this.#disposed && (this.#dropPiece() || this.#fillPiece())) await nextTurn();
      this.#endJob();
    } catch (error) {
      // A full disk, for example: the next change or start goes on where this one was.
      this.#endJob('Values could not be written');
      this.#deps.log.error({ module: 'capture', error }, 'values of columns could not be written');
    }
  }

  /** @returns false when there is nothing to drop */
  #dropPiece(): boolean {
    const dropping = this.#deps.store.columns.isKnown ? this.#nextToDrop() : undefined;
    if (dropping === undefined) return false;
    const { segment, series } = dropping;
    const lastSeq = Math.min(segment.lastSeq, dropping.fromSeq + DROPPED_ROWS - 1);
    const isLast = lastSeq >= segment.lastSeq;
    segment.write(() => {
      segment.columns.drop(series, { firstSeq: dropping.fromSeq, lastSeq });
      if (isLast) segment.columns.end(series);
    });
    dropping.fromSeq = lastSeq + 1;
    // There is room for a column that found none.
    if (isLast) this.#deps.store.segments.takeColumns();
    return true;
  }

  #nextToDrop(): Dropping | undefined {
    const segments = [...this.#deps.store.segments];
    const before = this.#dropping;
    const goesOn = before !== undefined && segments.includes(before.segment);
    if (goesOn && before.segment.columns.leftovers().includes(before.series)) return before;
    this.#dropping = undefined;
    for (const segment of segments) {
      const [series] = segment.columns.leftovers();
      if (series !== undefined) this.#dropping = { segment, series, fromSeq: segment.firstSeq };
    }
    return this.#dropping;
  }

  /** @returns false when every row was looked at */
  #fillPiece(): boolean {
    const { store, clock } = this.#deps;
    const next = this.#nextToFill();
    if (next === undefined) return false;
    const { column, segment } = next;
    const live = store.columns.live(column);
    if (live === undefined) return false;
    const { series } = live;
    const before = unfilledIn(segment, series);
    if (segment.columns.extent(series) === undefined) {
      let hasRoom = false;
      segment.write(() => (hasRoom = segment.columns.begin(series, segment.lastSeq + 1)));
      if (!hasRoom) throw new Error(`Cannot fill "${series}" in "${segment.path}": it has values of too many columns`);
    }
    const job = this.#jobOf(column);
    const startedMs = clock.nowMs();
    const isOver = (): boolean => clock.nowMs() - startedMs > PIECE_MS;
    const { found } = segment.columns.fill(live, isOver, (work) => segment.write(work));
    job.counts.found += found;
    job.counts.done += before - unfilledIn(segment, series);
    job.job.progressed();
    store.columns.progressed();
    return true;
  }

  /** The newest segment with rows that were not looked at, for the first column that has such. */
  #nextToFill(): { readonly column: DefinedColumn; readonly segment: Segment } | undefined {
    const { store } = this.#deps;
    const segments = [...store.segments].toReversed();
    for (const column of store.columns.defined) {
      if (!column.fills) continue;
      const segment = segments.find((candidate) => unfilledIn(candidate, seriesOf(column)) > 0);
      if (segment !== undefined) return { column, segment };
    }
    return undefined;
  }

  #jobOf(column: DefinedColumn): FillJob {
    const { store, jobs } = this.#deps;
    const series = seriesOf(column);
    const current = this.#current;
    if (current?.series === series && current.job.running) return current;
    this.#endJob();
    const counts = { done: 0, found: 0 };
    const of = store.columns.unfilledRows(series);
    const job = jobs.start({
      kind: 'fill',
      label: `${column.name}: ${column.path}`,
      progress: () => ({ searched: counts.done, of, found: counts.found }),
      stop: () => void store.columns.setFilling(column.id, false),
    });
    this.#current = { series, job, counts };
    return this.#current;
  }

  /** @param failure why it could not go on */
  #endJob(failure?: string): void {
    const current = this.#current;
    this.#current = undefined;
    if (current === undefined) return;
    if (failure !== undefined) current.job.end('failed', failure);
    // The column may have been changed or removed meanwhile.
    else current.job.end(this.#deps.store.columns.unfilledRows(current.series) > 0 ? 'stopped' : 'done');
  }
}
