import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from '../test/support/fake-clock.ts';
import { exchangesBatch, openTrafficStore, temporaryFolder } from '../test/support/traffic.ts';
import { JobList } from './job-list.ts';
import { Search } from './search.ts';
import type { QueryCounts, RefreshOptions, TrafficQuery } from './traffic-query.ts';

/** A query whose search goes on when the test says so. */
class SteppedQuery implements TrafficQuery {
  searched = 0;
  refreshes = 0;
  readonly #step = Promise.withResolvers<void>();
  #onPiece: (() => void) | undefined;

  async refresh({ signal, onPiece }: RefreshOptions = {}): Promise<QueryCounts> {
    this.refreshes += 1;
    this.#onPiece = onPiece;
    signal?.addEventListener('abort', () => this.#step.reject(signal.reason));
    await this.#step.promise;
    return this.counts();
  }
  advance(): void {
    this.searched += 10;
    this.#onPiece?.();
  }
  finish(error?: Error): void {
    if (error === undefined) this.#step.resolve();
    else this.#step.reject(error);
  }
  counts(): QueryCounts {
    return { count: this.searched / 10, total: 100, searched: this.searched };
  }
  window(from: number) {
    return { from, rows: [], revision: 0 };
  }
  seqs() {
    return [];
  }

  placeOf(): undefined {
    return undefined;
  }
}

describe('Search', () => {
  let clock: FakeClock;
  let jobs: JobList;
  let query: SteppedQuery;
  let search: Search;
  beforeEach(() => {
    clock = new FakeClock();
    jobs = new JobList(clock);
    query = new SteppedQuery();
    search = new Search({ query, label: 'body:x', jobs, clock });
  });
  afterEach(() => jobs[Symbol.dispose]());

  /** Waits 50 ms for a search that takes longer. */
  async function begin() {
    const state = search.advance(50, undefined);
    query.advance();
    clock.advance(50);
    return state;
  }

  it('[JB1] answers whole when it is complete in time, and is no job then', async () => {
    const state = search.advance(50, undefined);
    query.searched = 100;
    query.finish();
    expect(await state).toEqual({ count: 10, total: 100, searched: 100, complete: true, jobId: null });
    expect(jobs.snapshot()).toEqual([]);
  });

  it('[JB1] goes on as a job with progress, of which each call tells how far it came', async () => {
    let changes = 0;
    jobs.onDidChange.subscribe(() => (changes += 1));
    const first = await begin();
    expect(first).toEqual({
      count: 1,
      total: 100,
      searched: 10,
      complete: false,
      jobId: expect.any(String) as unknown,
    });
    const { jobId } = first;
    const running = { jobId, kind: 'search', label: 'body:x', startedMs: clock.wallMs(), message: '' };
    query.advance();
    expect(jobs.snapshot()).toEqual([{ ...running, state: 'running', searched: 20, of: 100, found: 2 }]);
    const second = search.advance(0, undefined);
    clock.advance(0);
    expect(await second).toMatchObject({ count: 2, complete: false, jobId });
    const third = search.advance(undefined, undefined);
    query.advance();
    query.finish();
    expect(await third).toEqual({ count: 3, total: 100, searched: 30, complete: true, jobId: null });
    expect(jobs.snapshot()).toEqual([{ ...running, state: 'done', searched: 30, of: 100, found: 3 }]);
    expect([query.refreshes, changes]).toEqual([1, 4]);
  });

  it('[JB2] Stop ends it where it is, for every later call', async () => {
    const { jobId } = await begin();
    const waiting = search.advance(undefined, undefined);
    expect(jobs.stop(jobId ?? '')).toBe(true);
    const stopped = { count: 1, total: 100, searched: 10, complete: false, jobId: null };
    expect(await waiting).toMatchObject({ count: 1, complete: false });
    expect(await search.advance(undefined, undefined)).toEqual(stopped);
    expect(jobs.snapshot()).toMatchObject([{ state: 'stopped', searched: 10 }]);
    expect([jobs.stop(jobId ?? ''), jobs.stop('none'), query.refreshes]).toEqual([false, false, 1]);
  });

  it('[JB2] ends with the query that it belongs to', async () => {
    await begin();
    search[Symbol.dispose]();
    await expect.poll(() => jobs.snapshot()).toMatchObject([{ state: 'stopped' }]);
  });

  it('[JB3] tells a failure to whoever waits, and shows it with the job', async () => {
    await begin();
    const waiting = search.advance(undefined, undefined);
    query.finish(new Error('disk I/O error'));
    await expect(waiting).rejects.toThrow('disk I/O error');
    expect(jobs.snapshot()).toMatchObject([{ state: 'failed', message: 'disk I/O error' }]);
  });

  it('[JB3] gives up with its caller as long as it is no job', async () => {
    const caller = new AbortController();
    const state = search.advance(undefined, caller.signal);
    caller.abort(new Error('gone'));
    await expect(state).rejects.toThrow('gone');
    expect(jobs.snapshot()).toEqual([]);
  });

  it('[JB3] shows the last twenty jobs that ended', async () => {
    for (let at = 0; at < 25; at += 1) {
      const job = jobs.start({
        kind: 'export',
        label: String(at),
        progress: () => ({ searched: 0, of: 0, found: 0 }),
        stop: () => {},
      });
      job.end('done');
    }
    expect(jobs.snapshot().map(({ label }) => Number(label))).toEqual(Array.from({ length: 21 }, (_, at) => at + 4));
  });
});

describe('FilteredQuery that looks into bodies', () => {
  it('[JB4] looks row by row, so that a piece ends in time whatever a row costs', async () => {
    using folder = temporaryFolder();
    // Every look at this clock moves it on: a piece ends after its second row.
    let nowMs = 0;
    const clock = Object.assign(new FakeClock(), { nowMs: () => (nowMs += 5) });
    using store = openTrafficStore(folder.path, { clock });
    store.write(exchangesBatch(1, 40));
    const query = store.query('-body:x');
    const searched: number[] = [];
    const counts = await query.refresh({ onPiece: () => searched.push(query.counts().searched) });
    expect(counts).toEqual({ count: 40, total: 40, searched: 40 });
    expect(searched).toEqual(Array.from({ length: 20 }, (_, at) => (at + 1) * 2));
  });
});
