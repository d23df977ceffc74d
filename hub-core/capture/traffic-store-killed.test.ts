import { mkdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from '../test/support/fake-clock.ts';
import { copyAsKilled } from '../test/support/killed-store.ts';
import { exchangesBatch, openTrafficStore, temporaryFolder } from '../test/support/traffic.ts';

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder[Symbol.dispose]());

describe('TrafficStore after its process was killed', () => {
  it('[TS2] tells of the end of a process without warning by a row', () => {
    using store = openTrafficStore(folder.path);
    store.write(exchangesBatch(1, 3));
    using copy = copyAsKilled(folder.path);
    const clock = new FakeClock();
    {
      using again = openTrafficStore(copy.path, { clock });
      expect(again.watermark()).toMatchObject({ rows: 4, lastSeq: 4 });
      expect(again.exchange(4)).toBeUndefined();
      const query = again.query('');
      expect(query.window(0, 9).rows).toEqual([]);
      again.write(exchangesBatch(5, 6));
      expect(again.watermark().rows).toBe(6);
    }
    using closed = openTrafficStore(copy.path, { clock });
    expect(closed.watermark().rows).toBe(6);
  });

  it('[TS2] tells of it, too, when the process ended while it began another file', () => {
    const limits = { segmentRows: 3 };
    const next = join(folder.path, 'segment-0000000000000004.db');
    using store = openTrafficStore(folder.path, { limits });
    // Instead of a kill at that moment: the file cannot be made.
    mkdirSync(next);
    store.write(exchangesBatch(1, 3));
    expect(store.watermark().rows).toBe(3);
    rmdirSync(next);
    using copy = copyAsKilled(folder.path);
    using again = openTrafficStore(copy.path, { limits });
    expect(again.watermark()).toMatchObject({ rows: 4, lastSeq: 4 });
  });

  it('[TS2] tells of it, too, when the process ended before it had closed the file before that', () => {
    const limits = { segmentRows: 3 };
    const sealed = (path: string): unknown[] => {
      using stack = new DisposableStack();
      const first = join(path, 'segment-0000000000000001.db');
      const database = stack.adopt(new Database(first), (open) => open.close());
      return database.prepare('DELETE FROM sealed RETURNING rows').all();
    };
    using store = openTrafficStore(folder.path, { limits });
    store.write(exchangesBatch(1, 3));
    using copy = copyAsKilled(folder.path);
    expect(sealed(copy.path)).toEqual([{ rows: 3 }]);
    {
      using again = openTrafficStore(copy.path, { limits });
      expect(again.watermark()).toMatchObject({ rows: 4, lastSeq: 4 });
    }
    expect(sealed(copy.path)).toEqual([{ rows: 3 }]);
  });

  it('[TS2] shows that row among the others, and finds it with is:gap', async () => {
    using store = openTrafficStore(folder.path);
    store.write(exchangesBatch(1, 3));
    using copy = copyAsKilled(folder.path);
    using again = openTrafficStore(copy.path);
    const query = again.query('is:gap');
    await query.refresh();
    expect(query.window(0, 9).rows).toMatchObject([{ seq: 4, outcome: 'gap', gap: { rows: null, reason: 'ended' } }]);
  });
});
