import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MAX_COLUMNS, type ColumnWish } from '../common/traffic/custom-column.ts';
import type { TrafficBatch } from '../common/traffic/exchange.ts';
import { FakeClock } from '../test/support/fake-clock.ts';
import { bodiesBatch, type BodyPair } from '../test/support/bodies-batch.ts';
import {
  exchangeEnd,
  exchangeStart,
  openTrafficStore,
  temporaryFolder,
  trafficBatch,
} from '../test/support/traffic.ts';
import { CaptureReadOnlyError, ColumnError } from './capture-errors.ts';
import { SecretMask } from './secret-mask.ts';
import { SortedQuery } from './sorted-query.ts';
import type { TrafficStore, TrafficStoreOptions } from './traffic-store.ts';

let folder: ReturnType<typeof temporaryFolder>;
let clock: FakeClock;
beforeEach(() => {
  folder = temporaryFolder();
  clock = new FakeClock();
});
afterEach(() => folder[Symbol.dispose]());

const open = (options: Partial<TrafficStoreOptions> = {}): TrafficStore =>
  openTrafficStore(folder.path, { clock, ...options });

const ID: ColumnWish = { name: 'Order', path: '$.id', side: 'request' };
const TOTAL: ColumnWish = { name: 'Total', path: '$.total', side: 'reply' };

/** What rows show in a column: texts, and `!reason` where there is none. */
async function shown(store: TrafficStore, id: string): Promise<readonly string[]> {
  const query = store.query('');
  const { count } = await query.refresh();
  return store.columns.cells(query.window(0, count).rows).map((cells) => {
    const cell = cells?.[id];
    return cell === undefined ? '' : cell.kind === 'none' ? `!${cell.reason}` : cell.text;
  });
}

const pair = (seq: number): BodyPair => ({ request: `{"id":${String(seq)}}`, reply: `{"total":"t${String(seq)}"}` });
const pairs = (first: number, count: number): TrafficBatch =>
  bodiesBatch(
    first,
    Array.from({ length: count }, (_, place) => pair(first + place)),
  );

function message(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return error instanceof ColumnError ? `${error.field ?? 'none'}: ${error.message}` : String(error);
  }
  return 'fine';
}

describe('CustomColumns, their definitions', () => {
  it('[TS12] keeps columns over restarts, with what they are', () => {
    let id = '';
    {
      using store = open();
      ({ id } = store.columns.add({ name: '  Order ', path: ' $.order["a b"][0] ', side: 'reply' }));
      store.columns.change({ id, name: 'Renamed' });
    }
    using store = open();
    expect(store.columns.states()).toEqual([
      { id, name: 'Renamed', path: '$.order["a b"][0]', side: 'reply', fills: true, unfilledRows: 0 },
    ]);
  });

  it('[TS12] refuses names and paths that cannot be, and one column too many, with the reason', () => {
    using store = open();
    const { columns } = store;
    const { id } = columns.add(ID);
    expect([
      message(() => columns.add({ ...ID, name: ' ' })),
      message(() => columns.add({ ...ID, name: 'ORDER' })),
      message(() => columns.add({ ...ID, name: 'x'.repeat(41) })),
      message(() => columns.add({ ...ID, name: 'Other', path: '$.a[x]' })),
      message(() => columns.change({ id, path: 'id' })),
      message(() => columns.change({ id, name: 'order', side: 'reply' })),
    ]).toEqual([
      'name: Cannot use the name "": it is empty; give the column a name',
      'name: Cannot use the name "ORDER": another column has it; choose another name',
      `name: Cannot use the name "${'x'.repeat(41)}": it has 41 characters; use at most 40`,
      'path: Cannot use the path "$.a[x]": it goes wrong at character 5; brackets take a number, a quoted name or "*", and are closed by "]"',
      'path: Cannot use the path "id": it goes wrong at character 1; a path starts with "$", as in json:$.order.id=7',
      'fine',
    ]);
    for (let place = 1; place < MAX_COLUMNS; place += 1) columns.add({ ...ID, name: `Order ${String(place)}` });
    expect(message(() => columns.add({ ...ID, name: 'More' }))).toBe(
      'none: Cannot add the column "More": there are 12, and there may be no more; remove one first',
    );
    expect(columns.change({ id: 'nobody' })).toBeUndefined();
  });

  it('[TS12] begins without columns that it cannot read, and keeps that file when others are defined', () => {
    writeFileSync(join(folder.path, 'columns.json'), '{"version":1,"columns":[{"id":""}]}');
    using store = open();
    expect(store.columns.states()).toEqual([]);
    expect(readFileSync(join(folder.path, 'columns.json'), 'utf8')).toContain('""');
    store.columns.add(ID);
    expect(readdirSync(folder.path).some((name) => name.startsWith('columns.json.unreadable-'))).toBe(true);
  });

  it('[TS12] leaves the definitions of a newer version as they are', () => {
    const text = '{"version":2,"columns":{"new":true}}';
    writeFileSync(join(folder.path, 'columns.json'), text);
    using store = open();
    expect(message(() => store.columns.add(ID))).toContain('a newer version defined them');
    expect(readFileSync(join(folder.path, 'columns.json'), 'utf8')).toBe(text);
  });
});

describe('CustomColumns, values of what is stored', () => {
  it('[TS13] takes them whether the end comes in the same batch or later, on the side of the column', async () => {
    using store = open();
    const [order, total] = [store.columns.add(ID), store.columns.add(TOTAL)];
    store.write(pairs(1, 1));
    const both = pairs(2, 1);
    store.write({ ...both, ends: [] });
    expect([await shown(store, order.id), await shown(store, total.id)]).toEqual([
      ['1', '2'],
      ['t1', '!pending'],
    ]);
    store.write({ ...both, starts: [] });
    expect(await shown(store, total.id)).toEqual(['t1', 't2']);
  });

  it('[TS13] takes the value of the whole request when that comes after its beginning', async () => {
    using store = open();
    const { id } = store.columns.add(ID);
    const bytes = new TextEncoder().encode('{"id":1,{"id":2}');
    const [beginning, whole] = [
      { offset: 0, stored: 8, total: 8 },
      { offset: 8, stored: 8, total: 8 },
    ];
    store.write(trafficBatch({ bytes, starts: [exchangeStart(1, { body: beginning })] }));
    expect(await shown(store, id)).toEqual(['1']);
    store.write(trafficBatch({ bytes, ends: [exchangeEnd(1, { requestBody: whole })] }));
    expect(await shown(store, id)).toEqual(['2']);
    const none = new TextEncoder().encode('{"x":2}!');
    store.write(trafficBatch({ bytes, starts: [exchangeStart(2, { body: beginning })] }));
    store.write(trafficBatch({ bytes: none, ends: [exchangeEnd(2, { requestBody: { ...beginning, stored: 7 } })] }));
    expect(await shown(store, id)).toEqual(['2', '!cut-off']);
  });

  it('[TS13] takes them of what is imported', async () => {
    using store = open();
    const { id } = store.columns.add(ID);
    const { starts, ends, bytes } = pairs(1, 2);
    store.import(
      starts.map((start, place) => ({ start, end: ends[place], atMs: 1 })),
      bytes,
      new Map(),
    );
    expect(await shown(store, id)).toEqual(['1', '2']);
  });

  it('[TS13] takes them from masked bodies only', async () => {
    using store = open({ mask: new SecretMask({ headers: [], jsonPaths: ['$..token'] }) });
    const { id } = store.columns.add({ name: 'Token', path: '$.token', side: 'request' });
    const whole = store.columns.add({ name: 'All', path: '$', side: 'request' });
    store.write(bodiesBatch(1, [{ request: '{"token":"s3cret"}' }]));
    expect([await shown(store, id), await shown(store, whole.id)]).toEqual([['***'], ['{"token":"***"}']]);
  });

  it('[TS13] says why a row has none', async () => {
    using store = open();
    const [order, total] = [store.columns.add(ID), store.columns.add(TOTAL)];
    const batch = bodiesBatch(1, [
      { request: '{"x":1}' },
      { request: '{"id":12', requestTotal: 99 },
      { request: '{"id":"a","x":"cut', requestTotal: 99 },
      { request: '', requestTotal: 99 },
      {},
    ]);
    const [, , one, two] = batch.ends;
    if (one === undefined || two === undefined) throw new TypeError('Cannot go on: the batch is too short');
    store.write({ ...batch, ends: [{ ...one, outcome: 'one-way' }, two], droppedRows: 3, gapSeq: 9 });
    expect(await shown(store, order.id)).toEqual(['!absent', '!cut-off', 'a', '!not-stored', '!no-body', '']);
    expect(await shown(store, total.id)).toEqual(['!pending', '!pending', '!no-reply', '!no-body', '!pending', '']);
  });

  it('[TS13] goes on in new segments and after a restart, and nothing is there without columns', async () => {
    let id = '';
    {
      using store = open({ limits: { segmentRows: 2 } });
      ({ id } = store.columns.add(ID));
      for (const seq of [1, 3, 5]) store.write(pairs(seq, 2));
    }
    {
      using store = open({ limits: { segmentRows: 2 } });
      store.write(pairs(7, 1));
      expect(await shown(store, id)).toEqual(['1', '2', '3', '4', '5', '6', '7']);
      expect(store.columns.cells([])).toEqual([]);
      store.columns.remove(id);
      const query = store.query('');
      await query.refresh();
      expect(store.columns.cells(query.window(0, 1).rows)).toEqual([undefined]);
    }
    expect(existsSync(join(folder.path, 'columns.json'))).toBe(true);
  });

  it('[TS13] comes back with what was cleared', async () => {
    using store = open();
    const { id } = store.columns.add(ID);
    store.write(pairs(1, 2));
    store.clear();
    store.write(pairs(3, 1));
    expect(await shown(store, id)).toEqual(['3']);
    store.undoClear();
    expect(await shown(store, id)).toEqual(['1', '2', '3']);
  });

  it('[TS13, CA10] shows the values of a store that is only read, and changes none of its columns', async () => {
    let id = '';
    {
      using store = open({ limits: { segmentRows: 2 } });
      store.write(pairs(1, 2));
      ({ id } = store.columns.add(ID));
      store.write(pairs(3, 1));
    }
    const files = readdirSync(folder.path).filter((name) => /^segment-\d+\.db$/.test(name));
    const database = new Database(join(folder.path, files.toSorted().at(-1) ?? ''));
    database.pragma('user_version = 99');
    database.close();
    using store = open();
    expect(await shown(store, id)).toEqual(['!unfilled', '!unfilled', '3']);
    const changes = [
      () => store.columns.add(TOTAL),
      () => store.columns.change({ id, name: 'Other' }),
      () => store.columns.remove(id),
      () => store.columns.restore(id),
      () => store.columns.setFilling(id, true),
    ];
    for (const change of changes) expect(change).toThrow(CaptureReadOnlyError);
  });
});

describe('CustomColumns, removed and brought back', () => {
  it('[TS15] brings the last one back for a minute, with the values of what came meanwhile', async () => {
    using store = open();
    const [order, total] = [store.columns.add(ID), store.columns.add(TOTAL)];
    store.write(pairs(1, 1));
    expect(store.columns.remove(order.id)).toBe(true);
    expect(store.columns.remove(order.id)).toBe(false);
    store.write(pairs(2, 1));
    expect(store.columns.restore(order.id)?.name).toBe('Order');
    expect(store.columns.states().map(({ id }) => id)).toEqual([order.id, total.id]);
    expect(await shown(store, order.id)).toEqual(['1', '2']);

    store.columns.remove(order.id);
    store.columns.add({ ...ID, path: '$.other' });
    expect(message(() => store.columns.restore(order.id))).toContain('another column has it');
    store.columns.remove(total.id);
    expect(store.columns.restore(order.id)).toBeUndefined();
    clock.advance(60_000);
    expect(store.columns.restore(total.id)).toBeUndefined();
  });

  it('[TS15] stays, and what was removed before can still be brought back, when a removal cannot be written down', () => {
    using store = open();
    const [order, total] = [store.columns.add(ID), store.columns.add(TOTAL)];
    store.columns.remove(order.id);
    clock.advance(50_000);
    // Nothing can be written where a folder is, as on a disk that is full.
    mkdirSync(join(folder.path, 'columns.json.new'));
    expect(() => store.columns.remove(total.id)).toThrow('columns.json.new');
    expect(store.columns.states().map(({ id }) => id)).toEqual([total.id]);
    rmdirSync(join(folder.path, 'columns.json.new'));
    clock.advance(5_000);
    expect(store.columns.restore(order.id)?.name).toBe('Order');
    expect(store.columns.remove(total.id)).toBe(true);
    // The removal that failed would have been for good by now.
    clock.advance(57_000);
    expect(store.columns.restore(total.id)?.name).toBe('Total');
  });

  it('[TS15] is removed for good when the process ends', () => {
    {
      using store = open();
      store.columns.remove(store.columns.add(ID).id);
    }
    using store = open();
    expect(store.columns.states()).toEqual([]);
  });
});

describe('SortedQuery by a column', () => {
  it('[TS16] sorts the whole store across segments, equal ones by arrival, rows without a value last', async () => {
    using store = open({ limits: { segmentRows: 3 } });
    const { id } = store.columns.add(ID);
    const values = [
      '10',
      '9.5',
      '"b"',
      'null',
      '"B"',
      '4634343214213523455',
      '4634343214213523454',
      undefined,
      '-1',
      '10',
    ];
    const requests = values.map((value) => (value === undefined ? {} : { request: `{"id":${value}}` }));
    requests.forEach((request, place) => store.write(bodiesBatch(place + 1, [request])));
    const order = async (descending: boolean): Promise<readonly number[]> => {
      const query = new SortedQuery(store, store.query(''), { column: `custom:${id}`, descending });
      await query.refresh();
      return query.seqs(0, 99);
    };
    expect(await order(false)).toEqual([9, 2, 1, 10, 7, 6, 3, 5, 4, 8]);
    expect(await order(true)).toEqual([4, 3, 5, 6, 7, 1, 10, 2, 9, 8]);
    expect(() => new SortedQuery(store, store.query(''), { column: 'custom:x', descending: true })).toThrow(
      ColumnError,
    );
  });
});
