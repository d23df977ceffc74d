import type { Clock } from '../common/base/clock.ts';
import type { Job, JobList } from './job-list.ts';
import type { StoredRow } from './stored-exchange.ts';
import type { QueryCounts, RowWindow, TrafficQuery } from './traffic-query.ts';

export interface SearchDeps<Row = StoredRow> {
  readonly query: TrafficQuery<Row>;
  /** The filter's text. */
  readonly label: string;
  readonly jobs: JobList;
  readonly clock: Clock;
}

export interface SearchState extends QueryCounts {
  /** False while it goes on, and when it was stopped. */
  readonly complete: boolean;
  /** The job that it became. */
  readonly jobId: string | null;
}

interface Run {
  readonly done: Promise<void>;
  readonly abort: AbortController;
  job: Job | undefined;
}

/** One open query: what it has not looked at yet is looked at in the background, as a job, when that takes longer than one waits. */
export class Search<Row = StoredRow> implements Disposable {
  readonly #deps: SearchDeps<Row>;
  #run: Run | undefined;
  #stopped = false;

  constructor(deps: SearchDeps<Row>) {
    this.#deps = deps;
  }

  /**
   * Goes on with the search and waits for its end, though not longer than `waitMs`: then it goes on as a job. One that was
   * stopped stays where it is.
   *
   * @param waitMs undefined: until it is complete
   * @throws the signal's reason, and what the store throws
   */
  async advance(waitMs: number | undefined, signal: AbortSignal | undefined): Promise<SearchState> {
    signal?.throwIfAborted();
    if (this.#stopped) return this.#state();
    const run = (this.#run ??= this.#start());
    await this.#waitFor(run, waitMs, signal);
    if (this.#stopped) return this.#state();
    if (this.#run === run) {
      run.job ??= this.#becomeJob(run);
      return this.#state();
    }
    await run.done; // rethrows why it failed
    return this.#state();
  }

  get query(): TrafficQuery<Row> {
    return this.#deps.query;
  }

  window(from: number, count: number): RowWindow<Row> {
    return this.#deps.query.window(from, count);
  }

  /** Ends a search that goes on. */
  [Symbol.dispose](): void {
    this.#run?.job?.end('stopped');
    this.#run?.abort.abort();
  }

  #start(): Run {
    const abort = new AbortController();
    const run: Run = {
      abort,
      job: undefined,
      done: this.#deps.query
        .refresh({ signal: abort.signal, onPiece: () => run.job?.progressed() })
        .then(() => run.job?.end('done'))
        .catch((error: unknown) => {
          run.job?.end('failed', error instanceof Error ? error.message : String(error));
          throw error;
        })
        .finally(() => (this.#run = undefined)),
    };
    // Whoever waits is told; when it is a job, the job says so.
    run.done.catch(() => {});
    return run;
  }

  /** Resolves when the run is over, or the time, or rejects when the caller gives up: then nobody wants the run any more. */
  async #waitFor(run: Run, waitMs: number | undefined, signal: AbortSignal | undefined): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    using cleanup = new DisposableStack();
    if (waitMs !== undefined) cleanup.use(this.#deps.clock.after(waitMs, resolve));
    const giveUp = (): void => {
      if (run.job === undefined) run.abort.abort();
      reject(signal?.reason);
    };
    signal?.addEventListener('abort', giveUp);
    cleanup.defer(() => signal?.removeEventListener('abort', giveUp));
    run.done.then(resolve, () => resolve());
    await promise;
  }

  #becomeJob(run: Run): Job {
    const { jobs, label, query } = this.#deps;
    return jobs.start({
      kind: 'search',
      label,
      progress: () => {
        const { searched, total, count } = query.counts();
        return { searched, of: total, found: count };
      },
      stop: () => {
        this.#stopped = true;
        run.abort.abort();
      },
    });
  }

  #state(): SearchState {
    const running = this.#run !== undefined;
    return {
      ...this.#deps.query.counts(),
      complete: !running && !this.#stopped,
      jobId: this.#run?.job?.id ?? null,
    };
  }
}
