import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLogger } from '../common/log/logger.ts';
import type { ColumnWish } from '../common/traffic/custom-column.ts';
import { bodiesBatch } from '../test/support/bodies-batch.ts';
import { FakeClock } from '../test/support/fake-clock.ts';
import { openTrafficStore, temporaryFolder } from '../test/support/traffic.ts';
import { ColumnFill } from './column-fill.ts';
import { JobList } from './job-list.ts';
import type { TrafficStore } from './traffic-store.ts';

const SEGMENT_ROWS = 10;
const ID: ColumnWish = { name: 'Order', path: '$.id', side: 'request' };
const REPLY: ColumnWish = { name: 'Total', path: '$.total', side: 'reply' };

/** Time goes on by so much with each look at it: so few rows are a piece. */
class SteppingClock extends FakeClock {
  stepMs = 0;
  override nowMs(): number {
    if (this.stepMs > 0) this.advance(this.stepMs);
    return super.nowMs();
  }
}

let folder: ReturnType<typeof temporaryFolder>;
let clock: SteppingClock;
let owned: DisposableStack;
let store: TrafficStore;
let jobs: JobList;

function openAll(path: string): ColumnFill {
  owned = new DisposableStack();
  store = owned.use(openTrafficStore(path, { clock, limits: { segmentRows: SEGMENT_ROWS, maxRows: 1_000 } }));
  jobs = owned.use(new JobList(clock));
  return owned.use(new ColumnFill({ store, jobs, clock, log: silentLogger }));
}

beforeEach(() => {
  folder = temporaryFolder();
  clock = new SteppingClock();
});
afterEach(() => {
  owned.dispose();
  folder[Symbol.dispose]();
});

function writeRows(first: number, last: number): void {
  for (let from = first; from <= last; from += SEGMENT_ROWS) {
    const count = Math.min(SEGMENT_ROWS, last - from + 1);
    const seqs = Array.from({ length: count }, (_, place) => from + place);
    const bodies = seqs.map((seq) => ({ request: `{"id":${String(seq)}}`, reply: `{"total":${String(-seq)}}` }));
    store.write(bodiesBatch(from, bodies));
  }
}

/** Rows by what they show: those with a value, and how many have none for which reason. */
function shown(id: string): { readonly values: string; readonly missing: Readonly<Record<string, number>> } {
  const values: string[] = [];
  const missing: Record<string, number> = {};
  const rows = [...store.segments].flatMap(({ rows: count, reader, firstSeq, lastSeq }) =>
    count === 0 ? [] : reader.rows(firstSeq, lastSeq),
  );
  for (const cells of store.columns.cells(rows)) {
    const cell = cells?.[id];
    if (cell === undefined) continue;
    if (cell.kind === 'none') missing[cell.reason] = (missing[cell.reason] ?? 0) + 1;
    else values.push(cell.text);
  }
  return {
    values: values.length === 0 ? '' : `${values[0] ?? ''} to ${values.at(-1) ?? ''}: ${String(values.length)}`,
    missing,
  };
}

/** Lets others have their turn until a column shows that. */
async function untilShown(id: string, values: RegExp): Promise<void> {
  while (!values.test(shown(id).values)) await nextTurn();
}

/** All values in the files, of whatever column. */
function storedValues(): number {
  const files = readdirSync(folder.path).filter((name) => /^segment-\d+\.db$/.test(name));
  return files.reduce((sum, name) => {
    using stack = new DisposableStack();
    const database = stack.adopt(new Database(join(folder.path, name), { readonly: true }), (db) => db.close());
    return sum + Number(database.prepare('SELECT count(*) FROM column_value').pluck().get());
  }, 0);
}

describe('ColumnFill', () => {
  it('[TS14] looks at the rows of before a column as a job, while new ones have theirs at once', async () => {
    const fill = openAll(folder.path);
    writeRows(1, 35);
    const [order, total] = [store.columns.add(ID), store.columns.add(REPLY)];
    writeRows(36, 40);
    expect(shown(order.id)).toEqual({ values: '36 to 40: 5', missing: { unfilled: 35 } });
    const before = store.columns.generation;
    await fill.idle();
    expect([shown(order.id), shown(total.id)]).toEqual([
      { values: '1 to 40: 40', missing: {} },
      { values: '-1 to -40: 40', missing: {} },
    ]);
    expect(store.columns.generation).toBeGreaterThan(before);
    expect(jobs.snapshot()).toMatchObject([
      { kind: 'fill', label: 'Order: $.id', state: 'done', searched: 35, of: 35, found: 35 },
      { kind: 'fill', label: 'Total: $.total', state: 'done', searched: 35, of: 35, found: 35 },
    ]);
  });

  it('[TS14] goes in pieces from the newest row on, can be stopped, and goes on where it was', async () => {
    const fill = openAll(folder.path);
    writeRows(1, 35);
    // Each look at the clock is worth a piece: one row at a time.
    clock.stepMs = 9;
    const { id } = store.columns.add(ID);
    await untilShown(id, /^33 to 35/);
    const [job] = jobs.snapshot();
    jobs.stop(job?.jobId ?? '');
    await fill.idle();
    const { values, missing } = shown(id);
    expect(values).toMatch(/ to 35: \d+$/);
    expect(missing['unfilled']).toBeGreaterThan(20);
    expect(jobs.snapshot()).toMatchObject([{ state: 'stopped' }]);
    expect(store.columns.states()).toMatchObject([{ fills: false, unfilledRows: missing['unfilled'] }]);

    owned.dispose();
    const again = openAll(folder.path);
    await again.idle();
    // Whoever stopped it does not want it to begin with the next start.
    expect(shown(id)).toEqual({ values, missing });
    store.columns.setFilling(id, true);
    await again.idle();
    expect(shown(id)).toEqual({ values: '1 to 35: 35', missing: {} });
    expect(jobs.snapshot()).toMatchObject([{ state: 'done', of: missing['unfilled'] }]);
  });

  it('[TS14] goes on after a restart, and after a crash', async () => {
    openAll(folder.path);
    writeRows(1, 35);
    clock.stepMs = 9;
    const { id } = store.columns.add(ID);
    await untilShown(id, /^34 to 35/);
    using copy = temporaryFolder();
    for (const name of readdirSync(folder.path).filter((file) => file.endsWith('.db'))) {
      const database = new Database(join(folder.path, name), { readonly: true });
      database.prepare('VACUUM INTO ?').run(join(copy.path, name));
      database.close();
    }
    cpSync(join(folder.path, 'columns.json'), join(copy.path, 'columns.json'));
    for (const path of [folder.path, copy.path]) {
      owned.dispose();
      clock.stepMs = 0;
      const fill = openAll(path);
      expect(store.columns.states()[0]?.unfilledRows).toBeGreaterThan(25);
      await fill.idle();
      expect(shown(id)).toMatchObject({ values: '1 to 35: 35' });
    }
    owned.dispose();
    openAll(folder.path);
  });

  it('[TS15] drops the values of a column that is gone for good, and of a path that was changed', async () => {
    const fill = openAll(folder.path);
    writeRows(1, 35);
    const [order, total] = [store.columns.add(ID), store.columns.add(REPLY)];
    await fill.idle();
    expect(storedValues()).toBe(70);
    store.columns.change({ id: order.id, path: '$.none' });
    expect(shown(order.id)).toEqual({ values: '', missing: { unfilled: 35 } });
    await fill.idle();
    expect([shown(order.id), storedValues()]).toEqual([{ values: '', missing: { absent: 35 } }, 35]);
    store.columns.change({ id: order.id, path: '$.total', side: 'reply' });
    await fill.idle();
    expect([shown(order.id).values, storedValues()]).toEqual(['-1 to -35: 35', 70]);

    store.columns.remove(order.id);
    await fill.idle();
    expect(storedValues()).toBe(70);
    clock.advance(60_000);
    await fill.idle();
    expect([storedValues(), shown(total.id).values]).toEqual([35, '-1 to -35: 35']);
    store.columns.remove(total.id);
    owned.dispose();
    await openAll(folder.path).idle();
    expect(storedValues()).toBe(0);
  });

  it('[TS15] ends the job of a column that is removed or changed meanwhile', async () => {
    const fill = openAll(folder.path);
    writeRows(1, 35);
    clock.stepMs = 9;
    const { id } = store.columns.add(ID);
    await untilShown(id, /^34 to 35/);
    store.columns.change({ id, path: '$' });
    await untilShown(id, /^\{"id":34\} to /);
    store.columns.remove(id);
    await fill.idle();
    expect(jobs.snapshot().map(({ state }) => state)).toEqual(['stopped', 'stopped']);
  });

  it('[TS14] looks at what was cleared and came back, and leaves what was dropped', async () => {
    const fill = openAll(folder.path);
    writeRows(1, 15);
    store.clear();
    const { id } = store.columns.add(ID);
    writeRows(16, 20);
    await fill.idle();
    expect(shown(id)).toEqual({ values: '16 to 20: 5', missing: {} });
    store.undoClear();
    await fill.idle();
    expect(shown(id)).toEqual({ values: '1 to 20: 20', missing: {} });
    store.columns.change({ id, path: '$["id"]' });
    store.clear();
    clock.advance(10_000);
    await fill.idle();
    expect(shown(id)).toEqual({ values: '', missing: {} });
  });

  it.each([
    ['a newer version', '{"version":2,"columns":{}}'],
    ['nobody can read', '{"version":1,"columns":[{"id":'],
  ])('[TS15] values of columns that %s defined are not dropped', async (_, definitions) => {
    const fill = openAll(folder.path);
    writeRows(1, 15);
    const { id } = store.columns.add(ID);
    await fill.idle();
    owned.dispose();
    const path = join(folder.path, 'columns.json');
    const before = readFileSync(path);
    writeFileSync(path, definitions);
    await openAll(folder.path).idle();
    expect([store.columns.defined, storedValues()]).toEqual([[], 15]);
    owned.dispose();
    writeFileSync(path, before);
    await openAll(folder.path).idle();
    expect([shown(id), jobs.snapshot()]).toEqual([{ values: '1 to 15: 15', missing: {} }, []]);
  });

  it('[TS14] has room for many changes of columns, one after another', async () => {
    const fill = openAll(folder.path);
    writeRows(1, 15);
    const ids = Array.from({ length: 12 }, (_, place) => store.columns.add({ ...ID, name: `c${String(place)}` }).id);
    // More than there are slots, before anything was dropped.
    for (const side of ['reply', 'request', 'reply'] as const)
      for (const id of ids) store.columns.change({ id, side, path: side === 'reply' ? '$.total' : '$.id' });
    writeRows(16, 18);
    await fill.idle();
    expect(ids.map((id) => shown(id))).toEqual(ids.map(() => ({ values: '-1 to -18: 18', missing: {} })));
    expect(storedValues()).toBe(12 * 18);
  });

  it('[TS14] gives the thread to others between two pieces', async () => {
    const fill = openAll(folder.path);
    writeRows(1, 30);
    clock.stepMs = 9;
    const { id } = store.columns.add(ID);
    let turns = 0;
    while (shown(id).missing['unfilled'] !== undefined) {
      await nextTurn();
      turns += 1;
    }
    await fill.idle();
    expect(turns).toBeGreaterThan(20);
  });
});
