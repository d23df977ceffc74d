import { mkdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { segmentFiles } from '../test/support/killed-store.ts';
import {
  exchangeEnd,
  exchangesBatch,
  exchangeStart,
  openTrafficStore,
  temporaryFolder,
  trafficBatch,
} from '../test/support/traffic.ts';

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder[Symbol.dispose]());

const segmentFile = (firstSeq: number): string => join(folder.path, `segment-${String(firstSeq).padStart(16, '0')}.db`);

describe('TrafficStore on a disk that takes nothing more', () => {
  it('[CA2] counts nothing as left out while the next file cannot be begun, and begins it later', async () => {
    {
      using store = openTrafficStore(folder.path, { limits: { segmentRows: 3 } });
      // Nothing can be written where a folder is, as on a disk that is full.
      for (const next of [4, 6]) mkdirSync(segmentFile(next));
      store.write(exchangesBatch(1, 3));
      store.write(exchangesBatch(4, 5));
      expect(store.watermark()).toMatchObject({ rows: 5, lastSeq: 5, droppedRows: 0 });
      for (const next of [4, 6]) rmdirSync(segmentFile(next));
      store.write(exchangesBatch(6, 6));
      store.write(exchangesBatch(7, 8));
      expect(segmentFiles(folder.path)).toHaveLength(2);
    }
    using store = openTrafficStore(folder.path, { limits: { segmentRows: 3 } });
    const query = store.query('');
    await query.refresh();
    expect(query.window(0, 9).rows.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(store.watermark()).toMatchObject({ rows: 8, droppedRows: 0 });
  });

  it('[CA2] stores new exchanges though the end of an earlier one cannot be', () => {
    using store = openTrafficStore(folder.path, { limits: { segmentRows: 2 } });
    store.write(trafficBatch({ starts: [exchangeStart(1), exchangeStart(2)] }));
    {
      using stack = new DisposableStack();
      const first = stack.adopt(new Database(segmentFile(1)), (open) => open.close());
      first.exec("CREATE TRIGGER full BEFORE UPDATE ON exchange BEGIN SELECT RAISE(ABORT, 'full'); END");
    }
    store.write(trafficBatch({ starts: [exchangeStart(3)], ends: [exchangeEnd(1), exchangeEnd(3)] }));
    store.write(exchangesBatch(4, 4));
    expect(store.watermark()).toMatchObject({ rows: 4, lastSeq: 4, droppedRows: 0 });
    expect([1, 3].map((seq) => store.exchange(seq)?.row.outcome)).toEqual([null, 'replied']);
  });
});
