import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  exchangeEnd,
  exchangesBatch,
  exchangeStart,
  openTrafficStore,
  temporaryFolder,
  trafficBatch,
} from '../test/support/traffic.ts';
import type { RowWindow } from './traffic-query.ts';
import type { TrafficStore } from './traffic-store.ts';

let folder: ReturnType<typeof temporaryFolder>;
let store: TrafficStore;
beforeEach(() => {
  folder = temporaryFolder();
  store = openTrafficStore(folder.path, { limits: { segmentRows: 10, maxRows: 50 } });
});
afterEach(() => {
  store[Symbol.dispose]();
  folder[Symbol.dispose]();
});

const seqs = (window: RowWindow): number[] => window.rows.map((row) => row.seq);
const range = (first: number, last: number): number[] =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);

/** Even numbers fail. */
function mixedBatch(first: number, last: number) {
  return trafficBatch({
    starts: range(first, last).map((seq) => exchangeStart(seq)),
    ends: range(first, last).map((seq) => exchangeEnd(seq, { status: seq % 2 === 0 ? 500 : 200 })),
  });
}

describe('AllRowsQuery', () => {
  it('[CA13] counts every row and returns windows across segments', async () => {
    for (const first of [1, 11, 21]) store.write(exchangesBatch(first, first + 9));
    const query = store.query('  ');
    expect(await query.refresh()).toEqual({ count: 30, total: 30, searched: 30 });
    expect(seqs(query.window(0, 30))).toEqual(range(1, 30));
    expect(seqs(query.window(8, 5))).toEqual(range(9, 13));
    expect(seqs(query.window(28, 10))).toEqual([29, 30]);
    expect(query.window(30, 10)).toMatchObject({ from: 30, rows: [] });
  });

  it('[CA13] finds rows by place where numbers are missing', async () => {
    store.write(trafficBatch({ starts: [2, 3, 7, 9].map((seq) => exchangeStart(seq)) }));
    const query = store.query('');
    await query.refresh();
    expect(seqs(query.window(1, 2))).toEqual([3, 7]);
  });

  it('[CA14] keeps places while rows are dropped, until refresh', async () => {
    for (const first of [1, 11, 21, 31, 41]) store.write(exchangesBatch(first, first + 9));
    const query = store.query('');
    await query.refresh();
    store.write(exchangesBatch(51, 60));
    expect(seqs(query.window(5, 7))).toEqual([11, 12]);
    expect(query.window(5, 7).from).toBe(10);
    expect(await query.refresh()).toEqual({ count: 50, total: 50, searched: 50 });
    expect(seqs(query.window(0, 2))).toEqual([11, 12]);
  });

  it('[CA14] is empty after clear() until refresh', async () => {
    store.write(exchangesBatch(1, 5));
    const query = store.query('');
    await query.refresh();
    store.clear();
    store.write(exchangesBatch(6, 8));
    expect(query.window(0, 5).rows).toEqual([]);
    expect(await query.refresh()).toEqual({ count: 3, total: 3, searched: 3 });
    expect(seqs(query.window(0, 5))).toEqual([6, 7, 8]);
  });
});

describe('FilteredQuery', () => {
  it('[CA15] finds what matches in every segment, in order of arrival', async () => {
    for (const first of [1, 11, 21]) store.write(mixedBatch(first, first + 9));
    const query = store.query('status:5xx');
    expect(await query.refresh()).toEqual({ count: 15, total: 30, searched: 30 });
    expect(seqs(query.window(3, 4))).toEqual([8, 10, 12, 14]);
  });

  it('[CA15] adds what came since, without looking at the rest again', async () => {
    store.write(mixedBatch(1, 4));
    const query = store.query('status:5xx');
    await query.refresh();
    store.write(mixedBatch(5, 8));
    expect(await query.refresh()).toEqual({ count: 4, total: 8, searched: 8 });
    expect(seqs(query.window(0, 9))).toEqual([2, 4, 6, 8]);
  });

  it('[CA16] looks again at rows that were pending: they may match now, or no more', async () => {
    store.write(
      trafficBatch({ starts: [1, 2, 3].map((seq) => exchangeStart(seq)), ends: [exchangeEnd(3, { status: 500 })] }),
    );
    const [errors, pending] = [store.query('status:error'), store.query('status:pending')];
    expect([await errors.refresh(), await pending.refresh()]).toEqual([
      { count: 1, total: 3, searched: 3 },
      { count: 2, total: 3, searched: 3 },
    ]);
    store.write(trafficBatch({ ends: [exchangeEnd(1, { status: 404 })] }));
    await Promise.all([errors.refresh(), pending.refresh()]);
    expect([seqs(errors.window(0, 9)), seqs(pending.window(0, 9))]).toEqual([[1, 3], [2]]);
    store.write(trafficBatch({ ends: [exchangeEnd(2)] }));
    await Promise.all([errors.refresh(), pending.refresh()]);
    expect([seqs(errors.window(0, 9)), seqs(pending.window(0, 9))]).toEqual([[1, 3], []]);
  });

  it('[CA14] forgets rows that were dropped', async () => {
    for (const first of [1, 11, 21, 31, 41]) store.write(mixedBatch(first, first + 9));
    const query = store.query('status:5xx');
    await query.refresh();
    store.write(mixedBatch(51, 60));
    expect(query.window(3, 4)).toMatchObject({ from: 5 });
    expect(seqs(query.window(3, 4))).toEqual([12, 14]);
    expect(await query.refresh()).toEqual({ count: 25, total: 50, searched: 50 });
    store.clear();
    expect(query.window(0, 9).rows).toEqual([]);
    expect(await query.refresh()).toEqual({ count: 0, total: 0, searched: 0 });
  });

  it('[CA17] gives up when its signal aborts, and can be refreshed afterwards', async () => {
    for (const first of [1, 11, 21]) store.write(mixedBatch(first, first + 9));
    const query = store.query('status:5xx');
    const abort = new AbortController();
    const refresh = query.refresh({ signal: abort.signal });
    abort.abort(new Error('enough'));
    await expect(refresh).rejects.toThrow('enough');
    expect(await query.refresh()).toEqual({ count: 15, total: 30, searched: 30 });
    expect(seqs(query.window(0, 99))).toEqual(range(1, 30).filter((seq) => seq % 2 === 0));
  });

  it('[CA17] two refreshes at once find each row once', async () => {
    for (const first of [1, 11, 21]) store.write(mixedBatch(first, first + 9));
    const query = store.query('status:5xx');
    await Promise.all([query.refresh(), query.refresh()]);
    expect(seqs(query.window(0, 99))).toEqual(range(1, 30).filter((seq) => seq % 2 === 0));
  });
});
