import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseQuery } from '../common/query/parse-query.ts';
import {
  exchangeEnd,
  exchangesBatch,
  exchangeStart,
  openTrafficStore,
  temporaryFolder,
  trafficBatch,
} from '../test/support/traffic.ts';
import { toSql } from './query-sql.ts';
import { SortedQuery, type SortOrder } from './sorted-query.ts';
import { stepToRow } from './step-to-row.ts';
import { binLength, TrafficOverview } from './traffic-overview.ts';
import type { TrafficStore } from './traffic-store.ts';

let folder: ReturnType<typeof temporaryFolder>;
let store: TrafficStore;
beforeEach(() => {
  folder = temporaryFolder();
  store = openTrafficStore(folder.path, { limits: { segmentRows: 10, maxRows: 1_000 } });
});
afterEach(() => {
  store[Symbol.dispose]();
  folder[Symbol.dispose]();
});

const range = (first: number, last: number): number[] =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);

/** Every third fails; the sender is one of four, the duration falls with the number. */
function writeMixed(first: number, last: number): void {
  for (let from = first; from <= last; from += 10) {
    const seqs = range(from, Math.min(last, from + 9));
    store.write(
      trafficBatch({
        starts: seqs.map((seq) => exchangeStart(seq, { from: ['Dora', 'alice', 'Bob', 'carl'][seq % 4] ?? '' })),
        ends: seqs.map((seq) => exchangeEnd(seq, { status: seq % 3 === 0 ? 500 : 200, endedMs: seq + 1_000 - seq })),
      }),
    );
  }
}

async function sorted(filter: string, order: SortOrder) {
  const query = new SortedQuery(store, store.query(filter), order);
  await query.refresh();
  return query;
}

describe('SortedQuery', () => {
  it('[CA41] sorts by numbers, and rows that have none come last', async () => {
    writeMixed(1, 25);
    store.write(trafficBatch({ starts: [exchangeStart(26)] }));
    const [up, down] = [
      await sorted('', { column: 'duration', descending: false }),
      await sorted('', { column: 'duration', descending: true }),
    ];
    expect(up.seqs(0, 100)).toEqual([...range(1, 25).toReversed(), 26]);
    expect(down.seqs(0, 100)).toEqual(range(1, 26));
    expect(up.window(0, 2).rows.map(({ seq }) => seq)).toEqual([25, 24]);
  });
  it('[CA41] sorts by texts in either case, equal ones by arrival, of what matches only', async () => {
    writeMixed(1, 12);
    const query = await sorted('status:error OR id:1', { column: 'from', descending: false });
    // 1 alice, 9 alice, 6 Bob, 3 carl, 12 Dora
    expect(query.seqs(0, 10)).toEqual([1, 9, 6, 3, 12]);
    expect([query.placeOf(6), query.placeOf(2)]).toEqual([2, undefined]);
  });
  it('[CA41] is a snapshot that counts what came since', async () => {
    writeMixed(1, 12);
    const query = await sorted('status:error', { column: 'duration', descending: false });
    writeMixed(13, 30);
    expect(await query.refresh()).toMatchObject({ count: 4, fresh: 6, total: 30 });
    expect(query.seqs(0, 10)).toEqual([12, 9, 6, 3]);
    store.clear();
    expect(await query.refresh()).toMatchObject({ count: 0, fresh: 0 });
  });
});

describe('placeOf', () => {
  it('[CA42] gives the place of a row in each kind of result, and none for another row', async () => {
    store.write(exchangesBatch(1, 15));
    store.write(trafficBatch({ starts: [20, 22, 30].map((seq) => exchangeStart(seq, { from: 'carl' })) }));
    const queries = [store.query(''), store.query('from:carl'), store.rows([22, 3])];
    for (const query of queries) await query.refresh();
    expect(queries.map((query) => [query.placeOf(22), query.placeOf(21), query.placeOf(3)])).toEqual([
      [16, undefined, 2],
      [1, undefined, undefined],
      [1, undefined, 0],
    ]);
  });
});

describe('stepToRow', () => {
  const step = async (filter: string, seq: number | undefined, back: boolean) => {
    const query = store.query(filter);
    await query.refresh();
    const condition = toSql(parseQuery('status:error', { nowMs: 0 }), { nowMs: 0 });
    return (await stepToRow(store, query, { seq, back, condition }))?.seq;
  };
  it('[CA42] goes to the next row that passes, or the one before, within the result', async () => {
    writeMixed(1, 1_000);
    expect(await step('', 4, false)).toBe(6);
    expect(await step('', 4, true)).toBe(3);
    expect(await step('from:alice', 9, false)).toBe(21);
    expect(await step('from:alice', 901, true)).toBe(897);
    expect(await step('status:ok', 1, false)).toBeUndefined();
    expect(await step('', 999, false)).toBeUndefined();
  });
  it('[CA42] begins at an end without a row, and follows a sorted order', async () => {
    writeMixed(1, 40);
    expect([await step('', undefined, false), await step('', undefined, true)]).toEqual([3, 39]);
    const query = await sorted('', { column: 'from', descending: false });
    const condition = toSql(parseQuery('status:error', { nowMs: 0 }), { nowMs: 0 });
    // alice: 1, 5, 9, …; then Bob: 2, 6, …
    expect(await stepToRow(store, query, { seq: 33, back: false, condition })).toEqual({ place: 11, seq: 6 });
  });
});

describe('TrafficOverview', () => {
  it('[CA43] counts what went well, failed and was not recorded, by time', async () => {
    const at = (seq: number): number => seq * 100;
    const starts = range(1, 40).map((seq) => exchangeStart(seq, { receivedMs: at(seq) }));
    const ends = range(1, 39).map((seq) => exchangeEnd(seq, { status: seq % 10 === 0 ? 500 : 200 }));
    for (let from = 0; from < 40; from += 10)
      store.write(
        trafficBatch({ clockOffsetMs: 0, starts: starts.slice(from, from + 10), ends: ends.slice(from, from + 10) }),
      );
    const overview = new TrafficOverview(store);
    const bins = await overview.read(5);
    expect(bins).toEqual({
      ...{ firstMs: 100, fromMs: 0, binMs: 1_000 },
      ...{ ok: [9, 9, 9, 9, 1], error: [0, 1, 1, 1, 0], dropped: [0, 0, 0, 0, 0] },
    });
    store.write(trafficBatch({ ends: [exchangeEnd(40, { status: 500 })] }));
    expect((await overview.read(5)).error).toEqual([0, 1, 1, 1, 1]);
    const gap = { clockOffsetMs: 0, starts: [exchangeStart(42, { receivedMs: at(42) })], droppedRows: 7, gapSeq: 41 };
    store.write(trafficBatch(gap));
    const { dropped } = await overview.read(5);
    expect(dropped.reduce((sum, count) => sum + count, 0)).toBe(7);
  });
  it('[CA43] has nothing of an empty store, and uses bins of usual lengths', async () => {
    expect(await new TrafficOverview(store).read(100)).toMatchObject({ ok: [] });
    expect([binLength(100, 100), binLength(61_000, 60), binLength(3 * 86_400_000, 100), binLength(4e10, 100)]).toEqual([
      10, 2_000, 3_600_000, 432_000_000,
    ]);
  });
});
