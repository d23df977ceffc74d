import { describe, expect, it } from 'vitest';
import type { ExchangeRow, QueryResult, Watermark } from '../../../hub-core/console/contract/capture-contract.ts';
import { ExchangeList } from './exchange-list.ts';
import type { RowStore } from './exchange-list.ts';
import { PAGE_ROWS } from './page-cache.ts';
import { exchangeRow } from './test-rows.ts';

class Refused extends Error {
  readonly code = 'BAD_REQUEST';
  readonly data = { column: 4, suggestion: 'ab "!"' };
}

/** A store in memory behind the calls that the list makes; it notes each and can be made to fail. */
class MemoryStore {
  rows: ExchangeRow[] = [];
  revision = 1;
  fails = false;
  /** Rows that a search has looked at; undefined: it is complete at once. */
  searched: number | undefined;
  stopped = false;
  /** Called with each refresh, before its answer. */
  moved = (): void => undefined;
  readonly calls: string[] = [];
  readonly #queries = new Map<string, string>();
  #onWay = 0;
  mostOnWay = 0;

  readonly client: RowStore = {
    open: ({ query }: { query: string }) =>
      this.#answer(`open ${query}`, () => {
        if (query.includes('!')) throw new Refused('A word is missing');
        const queryId = `q${this.#queries.size + 1}`;
        this.#queries.set(queryId, query);
        return { queryId, ...this.#counts(queryId) };
      }),
    refresh: ({ queryId }: { queryId: string }) =>
      this.#answer(
        'refresh',
        () => {
          this.moved();
          return { queryId, ...this.#counts(queryId) };
        },
        this.searched !== undefined,
      ),
    window: ({ queryId, from, count }: { queryId: string; from: number; count: number }) =>
      this.#answer(`window ${from}`, () => ({
        from,
        rows: this.#matching(queryId).slice(from, from + count),
        revision: this.revision,
      })),
    close: ({ queryId }: { queryId: string }) =>
      this.#answer('close', () => ({ closed: this.#queries.delete(queryId) })),
  };

  watermark(): Watermark {
    return {
      state: 'recording',
      rows: this.rows.length,
      firstSeq: this.rows[0]?.seq ?? 0,
      lastSeq: this.rows.at(-1)?.seq ?? 0,
      revision: this.revision,
      bytes: 0,
      maxBytes: 1,
      maxRows: 1,
      droppedRows: 0,
      droppedBodies: 0,
      rowsPerSec: 0,
      services: {},
      readOnly: false,
      cleared: null,
    };
  }

  forgetQueries(): void {
    this.#queries.clear();
  }

  add(count: number, change: Partial<ExchangeRow> = {}): void {
    for (let index = 0; index < count; index += 1) this.rows.push(exchangeRow(this.rows.length + 1, change));
    this.revision += 1;
  }

  #matching(queryId: string): ExchangeRow[] {
    const text = this.#queries.get(queryId);
    if (text === undefined) throw new Error(`There is no query "${queryId}"`);
    return this.rows.slice(0, this.searched).filter((row) => row.from.includes(text));
  }

  #counts(queryId: string): Omit<QueryResult, 'queryId'> {
    const total = this.rows.length;
    const searched = this.searched ?? total;
    const complete = searched >= total;
    const jobId = complete || this.stopped ? null : 'job';
    return { count: this.#matching(queryId).length, total, searched, complete, jobId };
  }

  /** @param waits for more of a search, as the store does */
  async #answer<T>(call: string, result: () => T, waits = false): Promise<T> {
    this.calls.push(call);
    this.#onWay += call === 'close' ? 0 : 1;
    this.mostOnWay = Math.max(this.mostOnWay, this.#onWay);
    await (waits ? settle() : Promise.resolve());
    this.#onWay -= call === 'close' ? 0 : 1;
    if (this.fails) throw new Error('The line is lost');
    return result();
  }
}

/** Lets everything that is on the way arrive. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function opened(store: MemoryStore, range = { first: 0, end: 30 }) {
  const later: (() => void)[] = [];
  const list = new ExchangeList(store.client, (fn) => void later.push(fn));
  list.setWatermark(store.watermark());
  list.setQuery('');
  list.setRange(range);
  await settle();
  return { list, later };
}

describe('ExchangeList', () => {
  it('[UI45] a store that moves on with each answer does not keep back what is in sight', async () => {
    const store = new MemoryStore();
    store.add(2);
    const { list } = await opened(store);
    store.calls.length = 0;
    const add = (): void => {
      store.add(1);
      list.setWatermark(store.watermark());
    };
    store.moved = () => {
      if (store.rows.length < 7) add();
    };
    add();
    await settle();
    expect(list.row(6)?.seq).toBe(7);
    expect(store.calls.slice(0, 4)).toEqual(['refresh', 'window 0', 'refresh', 'window 0']);
  });
  it('[UI45] pulls the pages in sight and nothing else', async () => {
    const store = new MemoryStore();
    store.add(10_000);
    const { list } = await opened(store, { first: 5_000, end: 5_060 });
    expect(store.calls).toEqual(['open ', `window ${312 * PAGE_ROWS}`]);
    expect([list.state().count, list.row(5_000)?.seq, list.row(0)]).toEqual([10_000, 5_001, undefined]);
  });
  it('[UI45] has one request on the way, and of many wishes asks for the newest', async () => {
    const store = new MemoryStore();
    store.add(100_000);
    const { list } = await opened(store);
    store.calls.length = 0;
    for (let first = 0; first < 90_000; first += 1_000) list.setRange({ first, end: first + 40 });
    await settle();
    expect(store.mostOnWay).toBe(1);
    expect(store.calls.length).toBeLessThanOrEqual(3);
    expect(list.row(89_000)?.seq).toBe(89_001);
  });
  it('[UI46] whoever follows the end is told of a new one when its rows are there', async () => {
    const store = new MemoryStore();
    store.add(1_000);
    const { list } = await opened(store, { first: 970, end: 1_000 });
    list.setRange({ first: 970, end: 1_000 }, true);
    const counts: (number | undefined)[] = [];
    const last: (number | undefined)[] = [];
    list.subscribe(() => {
      const { count = 0 } = list.state();
      counts.push(count);
      last.push(list.row(count - 1)?.seq);
    });
    store.add(500);
    list.setWatermark(store.watermark());
    await settle();
    expect([counts, last]).toEqual([[1_500], [1_500]]);
  });
  it('[UI45] rows of a place that was left meanwhile draw nothing', async () => {
    const store = new MemoryStore();
    store.add(100_000);
    const { list } = await opened(store);
    const versions: number[] = [];
    list.subscribe(() => versions.push(list.version()));
    const before = list.version();
    list.setRange({ first: 50_000, end: 50_040 });
    list.setRange({ first: 70_000, end: 70_040 });
    await settle();
    expect([versions, list.row(70_000)?.seq]).toEqual([[before + 1], 70_001]);
  });
  it('[UI46] a watermark brings the new count, and pulls again what may have changed', async () => {
    const store = new MemoryStore();
    store.add(3, { status: null, outcome: null });
    const { list } = await opened(store);
    store.rows[0] = exchangeRow(1);
    store.add(2);
    list.setWatermark(store.watermark());
    await settle();
    expect([list.state().count, list.row(0)?.status, list.row(4)?.seq]).toEqual([5, 200, 5]);
  });
  it('[UI46] a watermark without news asks for nothing', async () => {
    const store = new MemoryStore();
    store.add(5);
    const { list } = await opened(store);
    store.calls.length = 0;
    list.setWatermark(store.watermark());
    await settle();
    expect(store.calls).toEqual([]);
  });
  it('[UI47] a wrong filter is said with its column, and the last right result stays and grows', async () => {
    const store = new MemoryStore();
    store.add(5);
    const { list } = await opened(store);
    list.setQuery('ab !');
    await settle();
    expect(list.state()).toMatchObject({
      count: 5,
      error: { message: 'A word is missing', column: 4, suggestion: 'ab "!"' },
    });
    store.add(1);
    list.setWatermark(store.watermark());
    await settle();
    expect(list.state()).toMatchObject({ count: 6, error: { column: 4 } });
    list.setQuery('ali');
    await settle();
    expect(list.state()).toMatchObject({ count: 6, error: undefined });
  });
  it('[IN5] a search that goes on shows its rows as they are found, and is asked for more until it is complete', async () => {
    const store = new MemoryStore();
    store.add(600);
    store.searched = 100;
    const { list } = await opened(store);
    expect(list.state()).toMatchObject({ count: 100, searched: 100, total: 600, complete: false, jobId: 'job' });
    expect(list.row(0)?.seq).toBe(1);
    store.searched = 600;
    await settle();
    await settle();
    expect(list.state()).toMatchObject({ count: 600, complete: true, jobId: null });
    store.calls.length = 0;
    await settle();
    expect(store.calls).toEqual([]);
  });
  it('[IN5] a search that was stopped is not asked for more, and begins anew when that is wanted', async () => {
    const store = new MemoryStore();
    store.add(600);
    store.searched = 100;
    const { list } = await opened(store);
    store.stopped = true;
    await settle();
    await settle();
    expect(list.state()).toMatchObject({ count: 100, complete: false, jobId: null });
    store.calls.length = 0;
    await settle();
    expect(store.calls).toEqual([]);
    [store.stopped, store.searched] = [false, undefined];
    list.reopen();
    await settle();
    expect(list.state()).toMatchObject({ count: 600, complete: true });
  });
  it('[IN14] rows that were annotated are pulled again, though they had ended', async () => {
    const store = new MemoryStore();
    store.add(300);
    const { list } = await opened(store);
    store.rows[3] = exchangeRow(4, { mark: 2 });
    list.invalidate();
    expect(list.row(3)?.mark).toBe(0);
    await settle();
    expect(list.row(3)?.mark).toBe(2);
  });
  it('[UI48] a store that was started again is asked again', async () => {
    const store = new MemoryStore();
    store.add(5);
    const { list, later } = await opened(store);
    store.forgetQueries();
    store.add(1);
    list.setWatermark(store.watermark());
    await settle();
    expect(later).toHaveLength(1);
    later[0]?.();
    await settle();
    expect(list.state()).toMatchObject({ count: 6, error: undefined, searching: false });
  });
  it('[UI48] a store out of reach is said to be so, and asked once in a while', async () => {
    const store = new MemoryStore();
    store.fails = true;
    const { list, later } = await opened(store);
    expect(list.state()).toMatchObject({ count: undefined, error: { message: 'The line is lost' }, searching: true });
    expect(store.calls).toEqual(['open ']);
    expect(later).toHaveLength(1);
  });
  it('[UI48] a query that was closed while the store was asked about it is no failure of the store', async () => {
    const store = new MemoryStore();
    store.add(600);
    store.searched = 100;
    const { list, later } = await opened(store);
    const errors: unknown[] = [];
    list.subscribe(() => errors.push(list.state().error));
    store.calls.length = 0;
    list.reopen();
    await settle();
    await settle();
    expect(store.calls.filter((call) => call !== 'refresh').slice(0, 3)).toEqual(['close', 'open ', 'window 0']);
    expect([later.length, errors.filter((error) => error !== undefined)]).toEqual([0, []]);
  });
  it('[UI48] a text that was opened before the store is asked again stays open', async () => {
    const store = new MemoryStore();
    store.add(5);
    const { list, later } = await opened(store);
    store.forgetQueries();
    store.add(1);
    list.setWatermark(store.watermark());
    await settle();
    list.setQuery('ali');
    await settle();
    store.calls.length = 0;
    for (const again of later) again();
    await settle();
    expect([later.length, store.calls, list.state().count]).toEqual([1, [], 6]);
  });
  it('[UI45] a query that is open only after the list is gone is closed', async () => {
    const store = new MemoryStore();
    const list = new ExchangeList(store.client);
    list.setQuery('');
    list.dispose();
    await settle();
    expect(store.calls).toEqual(['open ', 'close']);
  });
  it('[UI49] a store that was cleared is opened anew', async () => {
    const store = new MemoryStore();
    store.add(300);
    const { list } = await opened(store);
    store.rows = [];
    store.revision += 1;
    list.setWatermark(store.watermark());
    await settle();
    expect([list.state().count, list.row(0)]).toEqual([0, undefined]);
    expect(store.calls).toContain('close');
  });
});
