import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from '../test/support/fake-clock.ts';
import {
  exchangeEnd,
  exchangesBatch,
  exchangeStart,
  openTrafficStore,
  temporaryFolder,
  trafficBatch,
} from '../test/support/traffic.ts';
import { CaptureLockedError, CaptureReadOnlyError } from './capture-errors.ts';

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder[Symbol.dispose]());

const segmentFiles = (): string[] => readdirSync(folder.path).filter((name) => /^segment-\d+\.db$/.test(name));

describe('TrafficStore.write', () => {
  it('[CA1] stores a row when it begins, and folds its end in when that comes', () => {
    using store = openTrafficStore(folder.path);
    store.write(trafficBatch({ starts: [exchangeStart(1)] }));
    expect(store.exchange(1)?.row).toEqual({
      seq: 1,
      atMs: 1_000_001,
      method: 'GET',
      service: 'math',
      uri: '/math/add?a=1',
      from: 'alice',
      connection: 'c1',
      via: 'socket',
      transport: 'tcp',
      provider: '',
      providerClient: '',
      status: null,
      outcome: null,
      error: '',
      durationMs: null,
      queueMs: null,
      requestBytes: 0,
      replyBytes: 0,
      traits: 0,
      mark: 0,
      comment: '',
      tags: [],
      gap: null,
    });
    expect(store.exchange(1)?.reply).toBeNull();

    store.write(trafficBatch({ ends: [exchangeEnd(1, { headers: [['x-a', '1']] })] }));
    expect(store.exchange(1)).toMatchObject({
      row: { status: 200, outcome: 'replied', provider: 'math@c2', providerClient: 'bob', durationMs: 6 },
      reply: { encoding: 1, headers: [['x-a', '1']], storedBytes: 0, totalBytes: 0 },
      timing: { checkedMs: 1, sentMs: 2, repliedMs: 5, endedMs: 6 },
      attempts: 1,
    });
  });

  it('[CA1] gives the same row whether the end came in the same batch or in a later one', () => {
    using store = openTrafficStore(folder.path);
    const bytes = new TextEncoder().encode('questionanswer');
    const start = exchangeStart(1, { body: { offset: 0, stored: 8, total: 8 } });
    const end = { body: { offset: 8, stored: 6, total: 900 } };
    store.write(trafficBatch({ starts: [start], ends: [exchangeEnd(1, end)], bytes }));
    store.write(trafficBatch({ starts: [{ ...start, seq: 2, correlationId: 1 }], bytes }));
    store.write(trafficBatch({ ends: [exchangeEnd(2, { ...end, ...pick(exchangeEnd(1)) })], bytes }));
    const [one, two] = [store.exchange(1), store.exchange(2)];
    expect(two).toEqual({ ...one, row: { ...one?.row, seq: 2 } });
    expect(store.body(2, 'reply', { offset: 0, length: 99 })).toEqual({
      bytes: bytes.slice(8),
      offset: 0,
      totalBytes: 6,
    });
  });

  it('[CA2] counts what the hub left out, and what came with a number that is not above the last', () => {
    using store = openTrafficStore(folder.path);
    store.write(trafficBatch({ starts: [exchangeStart(5)], droppedRows: 3, droppedBodies: 2 }));
    store.write(trafficBatch({ starts: [exchangeStart(5), exchangeStart(4), exchangeStart(6)] }));
    expect(store.watermark()).toMatchObject({ rows: 2, firstSeq: 5, lastSeq: 6, droppedRows: 5, droppedBodies: 2 });
  });

  it('[CA2] ignores the end of a row that is not stored, and a second end', () => {
    using store = openTrafficStore(folder.path);
    store.write(trafficBatch({ starts: [exchangeStart(1)], ends: [exchangeEnd(9)] }));
    store.write(trafficBatch({ ends: [exchangeEnd(1, { status: 204 })] }));
    store.write(trafficBatch({ ends: [exchangeEnd(1, { status: 500 })] }));
    expect(store.exchange(1)?.row.status).toBe(204);
    expect(store.exchange(9)).toBeUndefined();
  });

  it('[CA3] announces a change and grows the revision with every batch', () => {
    using store = openTrafficStore(folder.path);
    let changes = 0;
    store.onDidChange.subscribe(() => (changes += 1));
    const before = store.revision;
    store.write(exchangesBatch(1, 2));
    store.write(exchangesBatch(3, 4));
    expect({ changes, grown: store.revision - before }).toEqual({ changes: 2, grown: 2 });
  });
});

describe('TrafficStore.body', () => {
  it('[CA4] returns the part asked for, clipped to what is stored', () => {
    using store = openTrafficStore(folder.path);
    const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
    store.write(trafficBatch({ starts: [exchangeStart(1, { body: { offset: 0, stored: 256, total: 1000 } })], bytes }));
    expect(store.body(1, 'request', { offset: 10, length: 3 })).toEqual({
      bytes: Uint8Array.of(10, 11, 12),
      offset: 10,
      totalBytes: 256,
    });
    expect(store.body(1, 'request', { offset: 254, length: 9 })?.bytes).toEqual(Uint8Array.of(254, 255));
    expect(store.body(1, 'request', { offset: 999, length: 9 })).toEqual({
      bytes: new Uint8Array(0),
      offset: 256,
      totalBytes: 256,
    });
    expect(store.body(1, 'request', { offset: 0, length: 0 })).toEqual({
      bytes: new Uint8Array(0),
      offset: 0,
      totalBytes: 256,
    });
  });

  it('[CA4] tells a row without that body from a row that is not there', () => {
    using store = openTrafficStore(folder.path);
    store.write(exchangesBatch(1, 1));
    expect(store.body(1, 'reply', { offset: 0, length: 5 })).toEqual({
      bytes: new Uint8Array(0),
      offset: 0,
      totalBytes: 0,
    });
    expect(store.body(2, 'reply', { offset: 0, length: 5 })).toBeUndefined();
  });
});

describe('TrafficStore retention', () => {
  const limits = { segmentRows: 10, maxRows: 30 };

  it('[CA5] begins a new segment when one is full, and drops whole segments, the oldest first', () => {
    using store = openTrafficStore(folder.path, { limits });
    for (let first = 1; first < 100; first += 10) store.write(exchangesBatch(first, first + 9));
    expect(store.watermark()).toMatchObject({ rows: 30, firstSeq: 71, lastSeq: 100 });
    expect(segmentFiles()).toHaveLength(4);
    expect(store.exchange(70)).toBeUndefined();
    expect(store.exchange(71)?.row.seq).toBe(71);
  });

  it('[CA5] drops by bytes as well, but never the segment that is written to', () => {
    using store = openTrafficStore(folder.path, { limits: { segmentRows: 10, maxBytes: 1 } });
    for (let first = 1; first < 30; first += 10) store.write(exchangesBatch(first, first + 9));
    expect(store.watermark()).toMatchObject({ rows: 0, firstSeq: 0, lastSeq: 0 });
    store.write(exchangesBatch(31, 33));
    expect(store.watermark()).toMatchObject({ rows: 3, firstSeq: 31, lastSeq: 33 });
  });

  it('[CA6] ends rows in segments that take no new ones', () => {
    using store = openTrafficStore(folder.path, { limits });
    store.write(trafficBatch({ starts: [exchangeStart(1)] }));
    store.write(exchangesBatch(2, 20));
    store.write(trafficBatch({ ends: [exchangeEnd(1)] }));
    expect(store.exchange(1)?.row.status).toBe(200);
  });

  it('[CA7] clear() drops every row and file, and numbering goes on', async () => {
    {
      using store = openTrafficStore(folder.path, { limits });
      store.write(exchangesBatch(1, 25));
      store.clear();
      expect(store.watermark()).toMatchObject({ rows: 0, firstSeq: 0, lastSeq: 0, droppedRows: 0 });
      expect(store.nextSeq).toBe(26);
      store.write(exchangesBatch(26, 27));
      expect(store.watermark()).toMatchObject({ rows: 2, firstSeq: 26 });
      store.clear();
    }
    using again = openTrafficStore(folder.path, { limits });
    expect(again.nextSeq).toBe(28);
    await expect.poll(() => readdirSync(folder.path).filter((name) => name.includes('.gone'))).toEqual([]);
  });
});

describe('TrafficStore reopened', () => {
  it('[CA8] has its rows, and marks those that were open as lost', () => {
    {
      using store = openTrafficStore(folder.path, { limits: { segmentRows: 10 } });
      store.write(exchangesBatch(1, 15));
      store.write(trafficBatch({ starts: [exchangeStart(16)] }));
    }
    using store = openTrafficStore(folder.path, { limits: { segmentRows: 10 } });
    expect(store.watermark()).toMatchObject({ rows: 16, firstSeq: 1, lastSeq: 16 });
    expect(store.exchange(16)?.row).toMatchObject({ outcome: 'lost', status: 0 });
    expect(store.exchange(15)?.row.outcome).toBe('replied');
    store.write(exchangesBatch(17, 17));
    expect(store.exchange(17)?.row.seq).toBe(17);
  });

  it('[CA8] marks open rows as lost when the hub is gone and the store stays', () => {
    using store = openTrafficStore(folder.path);
    store.write(trafficBatch({ starts: [exchangeStart(1), exchangeStart(2)], ends: [exchangeEnd(2)] }));
    const before = store.revision;
    store.markOpenAsLost();
    expect([store.exchange(1)?.row.outcome, store.exchange(2)?.row.outcome]).toEqual(['lost', 'replied']);
    expect(store.revision).toBe(before + 1);
    store.markOpenAsLost();
    expect(store.revision).toBe(before + 1);
  });

  it('[ST1] every file of it is for this user alone, whatever the umask says', () => {
    const umask = process.umask(0);
    try {
      using store = openTrafficStore(folder.path);
      store.write(exchangesBatch(1, 2));
      const files = readdirSync(folder.path);
      expect(files).toContain('capture.lock');
      expect(files.filter((file) => (statSync(join(folder.path, file)).mode & 0o077) !== 0)).toEqual([]);
    } finally {
      process.umask(umask);
    }
  });

  it('[CA9] refuses a folder that another store has open', () => {
    using first = openTrafficStore(folder.path);
    expect(() => openTrafficStore(folder.path)).toThrow(CaptureLockedError);
    expect(first.nextSeq).toBe(1);
  });

  it('[CA10] is only read, and left as it is, when a newer version wrote a segment', async () => {
    {
      using store = openTrafficStore(folder.path, { limits: { segmentRows: 2 } });
      store.write(exchangesBatch(1, 5));
    }
    const [file = ''] = segmentFiles();
    const path = join(folder.path, file);
    const database = new Database(path);
    database.exec('ALTER TABLE exchange ADD COLUMN later TEXT; PRAGMA user_version = 99');
    database.close();
    const [files, before] = [segmentFiles(), readFileSync(path)];
    {
      using store = openTrafficStore(folder.path);
      expect(store.watermark()).toMatchObject({ readOnly: true, state: 'off', rows: 5, lastSeq: 5 });
      const query = store.query('service:math id>3');
      expect(await query.refresh()).toEqual({ count: 2, total: 5, searched: 5 });
      store.write(exchangesBatch(6, 8));
      expect(store.watermark()).toMatchObject({ rows: 5, droppedRows: 3 });
      for (const change of [
        () => store.clear(),
        () => store.setState('recording'),
        () => void store.annotate(1, { mark: 1 }),
      ]) {
        expect(change).toThrow(CaptureReadOnlyError);
      }
    }
    expect([segmentFiles(), readFileSync(path)]).toEqual([files, before]);
  });

  it('[CA11] sets a file aside that is no segment, and goes on', () => {
    {
      using store = openTrafficStore(folder.path);
      store.write(exchangesBatch(1, 3));
    }
    const file = 'segment-0000000000000009.db';
    writeFileSync(join(folder.path, file), 'not a database, but long enough to be looked at'.repeat(50));
    using store = openTrafficStore(folder.path);
    expect(store.watermark()).toMatchObject({ rows: 3 });
    expect(existsSync(join(folder.path, file))).toBe(false);
    expect(readdirSync(folder.path).some((name) => name.startsWith(`${file}.unreadable-`))).toBe(true);
    // Its number is not used again.
    expect(store.nextSeq).toBe(9);
  });
});

describe('TrafficStore.watermark', () => {
  it('[CA12] shows the rows of the last second, and announces once more when it went quiet', () => {
    const clock = new FakeClock();
    using store = openTrafficStore(folder.path, { clock });
    let changes = 0;
    store.onDidChange.subscribe(() => (changes += 1));
    store.write(exchangesBatch(1, 40));
    expect(store.watermark().rowsPerSec).toBe(40);
    clock.advance(500);
    store.write(exchangesBatch(41, 50));
    expect(store.watermark().rowsPerSec).toBe(50);
    clock.advance(600);
    expect(store.watermark().rowsPerSec).toBe(10);
    clock.advance(1000);
    expect({ rate: store.watermark().rowsPerSec, changes }).toEqual({ rate: 0, changes: 3 });
  });

  it('[CA12] setState() announces a state once', () => {
    using store = openTrafficStore(folder.path, { states: { state: 'headers-only', services: {}, frames: false } });
    const states: string[] = [];
    store.onDidChangeStates.subscribe(({ state }) => states.push(state));
    store.setState('headers-only');
    store.setState('paused');
    expect({ states, state: store.watermark().state }).toEqual({ states: ['paused'], state: 'paused' });
  });
});

/** The times of an end that belong to a row received at 1. */
function pick({ checkedMs, sentMs, repliedMs, endedMs }: ReturnType<typeof exchangeEnd>) {
  return { checkedMs, sentMs, repliedMs, endedMs };
}
