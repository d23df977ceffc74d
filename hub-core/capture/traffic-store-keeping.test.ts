import { existsSync, mkdirSync, readdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Encoding, Flag } from '../common/protocol/message.ts';
import { TraitBit, traitWords } from '../common/query/traits.ts';
import { FakeClock } from '../test/support/fake-clock.ts';
import { copyAsKilled, segmentFiles } from '../test/support/killed-store.ts';
import {
  exchangeEnd,
  exchangesBatch,
  exchangeStart,
  openTrafficStore,
  temporaryFolder,
  trafficBatch,
} from '../test/support/traffic.ts';
import { choiceBatch, recordedChoice } from '../test/support/recorded-choice.ts';
import { SecretMask } from './secret-mask.ts';
import { limitsOf } from './segment-list.ts';
import type { TrafficStore } from './traffic-store.ts';

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder[Symbol.dispose]());

const utf8 = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

async function seqsOf(store: TrafficStore, filter: string): Promise<readonly number[]> {
  const query = store.query(filter);
  await query.refresh();
  return query.seqs(0, 1_000);
}

describe('TrafficStore.clear', () => {
  const limits = { segmentRows: 10 };

  it('[TS1] takes every row away at once, and undoClear() brings them back before what came since', async () => {
    const clock = new FakeClock();
    using store = openTrafficStore(folder.path, { clock, limits });
    store.write(exchangesBatch(1, 25));
    const [all, even] = [store.query(''), store.query('id>20')];
    await Promise.all([all.refresh(), even.refresh()]);
    store.clear();
    expect(store.watermark()).toMatchObject({ rows: 0, cleared: { rows: 25, untilMs: clock.wallMs() + 10_000 } });
    store.write(exchangesBatch(26, 27));
    expect(await seqsOf(store, '')).toEqual([26, 27]);
    expect(store.undoClear()).toBe(true);
    expect(store.watermark()).toMatchObject({ rows: 27, firstSeq: 1, lastSeq: 27, cleared: null });
    await Promise.all([all.refresh(), even.refresh()]);
    expect([all.seqs(0, 3), all.seqs(24, 9), even.seqs(0, 9)]).toEqual([
      [1, 2, 3],
      [25, 26, 27],
      [21, 22, 23, 24, 25, 26, 27],
    ]);
    expect(all.window(20, 9).rows.map(({ seq }) => seq)).toEqual([21, 22, 23, 24, 25, 26, 27]);
    expect(store.undoClear()).toBe(false);
  });

  it('[TS1] drops the files ten seconds later', async () => {
    const clock = new FakeClock();
    using store = openTrafficStore(folder.path, { clock, limits });
    for (const first of [1, 11, 21]) store.write(exchangesBatch(first, first + 9));
    store.clear();
    clock.advance(9_999);
    expect(segmentFiles(folder.path)).toHaveLength(4); // three full ones, and the one for what comes
    let changes = 0;
    store.onDidChange.subscribe(() => (changes += 1));
    clock.advance(1);
    await expect.poll(() => segmentFiles(folder.path)).toHaveLength(1);
    expect([store.undoClear(), store.watermark().cleared, changes]).toEqual([false, null, 1]);
  });

  it('[TS1] ends exchanges that were cleared, so that they are whole when that is undone', () => {
    using store = openTrafficStore(folder.path, { limits });
    store.write(trafficBatch({ starts: [exchangeStart(1)] }));
    store.clear();
    store.write(trafficBatch({ starts: [exchangeStart(2)], ends: [exchangeEnd(1)] }));
    expect(store.exchange(1)).toBeUndefined();
    store.undoClear();
    expect(store.exchange(1)?.row.outcome).toBe('replied');
  });

  it('[TS1] holds after a crash within the ten seconds', async () => {
    using store = openTrafficStore(folder.path, { limits });
    store.write(exchangesBatch(1, 25));
    store.clear();
    store.write(exchangesBatch(26, 26));
    using copy = copyAsKilled(folder.path);
    const { writeFile, readFile } = await import('node:fs/promises');
    await writeFile(join(copy.path, 'cleared-below'), await readFile(join(folder.path, 'cleared-below')));
    using again = openTrafficStore(copy.path, { limits });
    expect(again.watermark()).toMatchObject({ firstSeq: 26, cleared: null });
    expect(existsSync(join(copy.path, 'cleared-below'))).toBe(false);
  });

  it('[TS1] clears nothing when the process ends before it is written down whole', () => {
    using store = openTrafficStore(folder.path, { limits });
    store.write(exchangesBatch(1, 25));
    // Instead of a kill at that moment: what is written beside the file cannot be.
    const half = join(folder.path, 'cleared-below.new');
    mkdirSync(half);
    expect(() => store.clear()).toThrow('EISDIR');
    expect(store.watermark()).toMatchObject({ rows: 25, cleared: null });
    expect(existsSync(join(folder.path, 'cleared-below'))).toBe(false);
    rmdirSync(half);
    store.clear();
    expect(store.watermark()).toMatchObject({ rows: 0, cleared: { rows: 25 } });
  });

  it('[TS1] clears an empty store, and one that was just cleared', () => {
    using store = openTrafficStore(folder.path, { limits });
    store.clear();
    store.write(exchangesBatch(1, 2));
    store.clear();
    store.clear();
    store.write(exchangesBatch(3, 4));
    expect(store.watermark()).toMatchObject({ rows: 2, firstSeq: 3, lastSeq: 4 });
  });
});

describe('TrafficStore about what it does not have', () => {
  it('[TS3] tells of exchanges that were left out by a row with their number, and adds what follows at once', async () => {
    using store = openTrafficStore(folder.path);
    store.write(exchangesBatch(1, 2));
    store.write(trafficBatch({ starts: [exchangeStart(3)], droppedRows: 5, gapSeq: 4 }));
    store.write(trafficBatch({ droppedRows: 7, gapSeq: 5 }));
    store.write(trafficBatch({ starts: [exchangeStart(9)], droppedRows: 2, gapSeq: 8 }));
    store.write(trafficBatch({ droppedRows: 1 }));
    const query = store.query('is:gap');
    await query.refresh();
    expect(query.window(0, 9).rows.map(({ seq, gap }) => [seq, gap])).toEqual([[4, { rows: 14, reason: 'behind' }]]);
    expect(await seqsOf(store, '')).toEqual([1, 2, 3, 4, 9]);
    expect(store.watermark().droppedRows).toBe(15);
  });
});

describe('TrafficStore about what a person adds', () => {
  it('[TS4] keeps marks, comments and tags, and finds them', async () => {
    {
      using store = openTrafficStore(folder.path);
      store.write(exchangesBatch(1, 4));
      const before = store.revision;
      expect(store.annotate(2, { mark: 3, comment: 'odd', tags: ['Slow', 'b c'] })).toBe(true);
      expect(store.annotate(2, { comment: 'odd one' })).toBe(true);
      expect(store.annotate(3, { tags: ['slow'] })).toBe(true);
      expect(store.annotate(3, { tags: [] })).toBe(true);
      expect(store.annotate(9, { mark: 1 })).toBe(false);
      expect(store.revision).toBe(before + 4);
    }
    using store = openTrafficStore(folder.path);
    expect(store.exchange(2)?.row).toMatchObject({ mark: 3, comment: 'odd one', tags: ['Slow', 'b c'] });
    const filters = ['mark:3', 'has:comment', 'tag:slow', 'tag:"b c"', 'low', '-mark:0'];
    expect(await Promise.all(filters.map((filter) => seqsOf(store, filter)))).toEqual(filters.map(() => [2]));
  });

  it('[TS4] offers values that the newest rows have, with their counts', () => {
    using store = openTrafficStore(folder.path, { limits: { segmentRows: 2 } });
    store.write(trafficBatch({ starts: [1, 2, 3].map((seq) => exchangeStart(seq)) }));
    store.write(
      trafficBatch({ starts: [exchangeStart(4, { service: 'Mail' }), exchangeStart(5, { service: 'geo' })] }),
    );
    store.write(trafficBatch({ ends: [exchangeEnd(1), exchangeEnd(2, { status: 404 })] }));
    expect(store.seenValues('service', 'm')).toEqual([
      { value: 'math', count: 3 },
      { value: 'Mail', count: 1 },
    ]);
    expect(store.seenValues('to', '').map(({ value }) => value)).toEqual(['bob', 'math@c2']);
    expect(store.seenValues('status', '4')).toEqual([{ value: '404', count: 1 }]);
    expect(store.seenValues('dur', '')).toEqual([]);
  });
});

describe('TrafficStore about secrets and bodies', () => {
  const mask = new SecretMask({ headers: ['Authorization', 'x-secret-*'], jsonPaths: ['$..password', '$.card[0]'] });

  it('[TS5] never stores what the list names, and says so', () => {
    using store = openTrafficStore(folder.path, { mask });
    const asked = utf8('{"user":"ann","password":"hunter2","card":[4111111111111111,1]}');
    const replied = utf8('{"ok":true,"n":4634343214213523454}');
    const bytes = Buffer.concat([asked, replied]);
    store.write(
      trafficBatch({
        bytes: new Uint8Array(bytes),
        starts: [
          exchangeStart(1, {
            encoding: Encoding.Json,
            headers: [
              ['authorization', 'Bearer hunter2'],
              ['x-secret-key', 'k'],
              ['accept', '*/*'],
            ],
            body: { offset: 0, stored: asked.byteLength, total: asked.byteLength },
          }),
        ],
        ends: [
          exchangeEnd(1, { body: { offset: asked.byteLength, stored: replied.byteLength, total: replied.byteLength } }),
        ],
      }),
    );
    const text = (part: 'request' | 'reply'): string =>
      new TextDecoder().decode(store.body(1, part, { offset: 0, length: 1_000 })?.bytes);
    expect(text('request')).toBe('{"user":"ann","password":"***","card":["***",1]}');
    expect(text('reply')).toBe('{"ok":true,"n":4634343214213523454}');
    expect(store.exchange(1)?.request.headers).toEqual([
      ['authorization', '***'],
      ['x-secret-key', '***'],
      ['accept', '*/*'],
    ]);
    expect(traitWords(store.exchange(1)?.row.traits ?? 0)).toEqual(['is:masked']);
  });

  it('[TS5] masks a reply that comes later, and the rest of a request in pieces', async () => {
    using store = openTrafficStore(folder.path, { mask });
    store.write(trafficBatch({ starts: [exchangeStart(1, { encoding: Encoding.Json })] }));
    const bytes = utf8('{"password":1}{"password":{"a":"hunter2"}}');
    const [requestBody, body] = [
      { offset: 0, stored: 14, total: 14 },
      { offset: 14, stored: 28, total: 28 },
    ];
    store.write(trafficBatch({ bytes, ends: [exchangeEnd(1, { body, requestBody })] }));
    const whole = { offset: 0, length: 100 };
    expect(new TextDecoder().decode(store.body(1, 'request', whole)?.bytes)).toBe('{"password":"***"}');
    expect(new TextDecoder().decode(store.body(1, 'reply', whole)?.bytes)).toBe('{"password":"***"}');
    expect(await seqsOf(store, 'is:masked')).toEqual([1]);
    expect(readdirSync(folder.path).length).toBeGreaterThan(0);
  });

  it('[TS6] knows which bodies are cut off, which are no text, and which requests are streams or one-way', async () => {
    using store = openTrafficStore(folder.path);
    const bytes = new Uint8Array([...utf8('ab\u00e9'), 0, 255, 3]);
    const slice = (offset: number, stored: number, total = stored) => ({ offset, stored, total });
    store.write(
      trafficBatch({
        bytes,
        starts: [
          exchangeStart(1, { body: slice(0, 4) }),
          exchangeStart(2, { body: slice(0, 3, 9) }),
          exchangeStart(3, { body: slice(4, 3) }),
          exchangeStart(4, { body: slice(0, 2), encoding: Encoding.Cbor, flags: Flag.Stream }),
          exchangeStart(5, { body: slice(4, 3), encoding: Encoding.Text, flags: Flag.OneWay }),
        ],
      }),
    );
    store.write(trafficBatch({ bytes, ends: [exchangeEnd(1, { body: slice(4, 3, 4), encoding: Encoding.Bytes })] }));
    const filters = ['is:binary', 'is:truncated', 'kind:stream', 'kind:one-way'];
    expect(await Promise.all(filters.map((filter) => seqsOf(store, filter)))).toEqual([[1, 3, 4], [1, 2], [4], [5]]);
  });
});

describe('TrafficStore about how much it keeps', () => {
  it('[TS7] keeps states of single services, and announces each change once', () => {
    using store = openTrafficStore(folder.path);
    const seen: unknown[] = [];
    store.onDidChangeStates.subscribe((states) => seen.push(states));
    store.setState('headers-only', 'math');
    store.setState('headers-only', 'math');
    store.setState('paused');
    store.setState('recording', 'math');
    expect(seen).toEqual([
      { state: 'recording', services: { math: 'headers-only' }, frames: false },
      { state: 'paused', services: { math: 'headers-only' }, frames: false },
      { state: 'paused', services: {}, frames: false },
    ]);
  });

  it('[TS7] off ends what is open, since nobody will', () => {
    using store = openTrafficStore(folder.path);
    store.write(trafficBatch({ starts: [exchangeStart(1)] }));
    store.setState('off');
    expect(store.exchange(1)?.row.outcome).toBe('lost');
  });

  it('[TS8] drops by small segments where little is kept, and nothing where there is no limit', () => {
    expect(limitsOf({ maxRows: 100, maxBytes: 20 << 20 })).toEqual({
      segmentRows: 5,
      segmentBytes: 1 << 20,
      maxRows: 100,
      maxBytes: 20 << 20,
    });
    expect(limitsOf({ maxRows: 0, maxBytes: 0 })).toMatchObject({
      segmentRows: 50_000,
      maxRows: Number.MAX_SAFE_INTEGER,
    });
    using store = openTrafficStore(folder.path, { limits: limitsOf({ maxRows: 100, maxBytes: 0 }) });
    for (let first = 1; first < 300; first += 10) store.write(exchangesBatch(first, first + 9));
    const { rows, lastSeq } = store.watermark();
    expect([rows > 85 && rows <= 100, lastSeq]).toEqual([true, 300]);
  });

  it('[TS9] brings a store of version 1 up to this one', async () => {
    {
      using store = openTrafficStore(folder.path);
      store.write(
        trafficBatch({
          starts: [
            exchangeStart(1, { correlationId: 77, flags: Flag.Stream, body: { offset: 0, stored: 0, total: 5 } }),
          ],
          ends: [exchangeEnd(1, { attempts: 3, checkedMs: 2, sentMs: 6 })],
        }),
      );
    }
    const [file = ''] = segmentFiles(folder.path);
    const database = new Database(join(folder.path, file));
    for (const column of ['correlation', 'queue_ms', 'tries', 'traits', 'transport'])
      database.exec(`ALTER TABLE exchange DROP COLUMN ${column}`);
    for (const table of ['note', 'label', 'gap', 'frame', 'choice', 'column_value', 'column_fill'])
      database.exec(`DROP TABLE ${table}`);
    database.pragma('user_version = 1');
    database.close();
    using store = openTrafficStore(folder.path);
    expect(await seqsOf(store, 'corr:77 attempt:3 queue:4 kind:stream is:truncated')).toEqual([1]);
    expect(store.exchange(1)?.row.traits).toBe(TraitBit.Stream | TraitBit.Truncated);
    expect(store.annotate(1, { mark: 2 })).toBe(true);
  });

  /** A segment as version 2 wrote it. */
  function makeVersion2(file: string): void {
    const database = new Database(join(folder.path, file));
    database.exec('ALTER TABLE exchange DROP COLUMN transport; PRAGMA user_version = 2');
    for (const table of ['frame', 'choice', 'column_value', 'column_fill']) database.exec(`DROP TABLE ${table}`);
    database.close();
  }

  it('[TS9, TS10] brings a store of version 2 up to this one, whose rows have no transport', async () => {
    {
      using store = openTrafficStore(folder.path);
      store.write(exchangesBatch(1, 2));
    }
    makeVersion2(segmentFiles(folder.path)[0] ?? '');
    using store = openTrafficStore(folder.path);
    store.write(trafficBatch({ starts: [exchangeStart(3, { transport: 'udp' })], ends: [exchangeEnd(3)] }));
    expect([store.exchange(1)?.row.transport, store.exchange(3)?.row.transport]).toEqual(['', 'udp']);
    expect(await Promise.all(['transport:udp', 'transport:""'].map((filter) => seqsOf(store, filter)))).toEqual([
      [3],
      [1, 2],
    ]);
    expect(store.seenValues('transport', '')).toEqual([{ value: 'udp', count: 1 }]);
  });

  it('[CA10, TS9] reads a segment of version 2 that must stay as it is', async () => {
    {
      using store = openTrafficStore(folder.path, { limits: { segmentRows: 2 } });
      store.write(exchangesBatch(1, 2));
      store.write(exchangesBatch(3, 3));
    }
    const [earlier = '', later = ''] = segmentFiles(folder.path);
    makeVersion2(earlier);
    const database = new Database(join(folder.path, later));
    database.pragma('user_version = 99');
    database.close();
    using store = openTrafficStore(folder.path);
    expect(store.watermark()).toMatchObject({ readOnly: true, rows: 3 });
    expect([store.exchange(1)?.row.transport, store.exchange(3)?.row.transport]).toEqual(['', 'tcp']);
    expect(await seqsOf(store, '-transport:tcp service:math')).toEqual([1, 2]);
    expect(store.frameStatus()).toMatchObject({ recording: false, rows: 0 });
    expect(store.exchange(1)?.choices).toEqual([]);
  });

  it('[TS11] keeps how an exchange came to its providers, whenever that is told', () => {
    using store = openTrafficStore(folder.path, { limits: { segmentRows: 2 } });
    const choice = recordedChoice({ weighed: 1 / 3 });
    store.write(trafficBatch({ starts: [exchangeStart(1)], choices: choiceBatch(1, choice) }));
    store.write(exchangesBatch(2, 3));
    // Its segment takes no new rows by now.
    const again = { ...choice, attempt: 2, after: 'math@c2', provider: 'math@c3' };
    store.write(trafficBatch({ choices: choiceBatch(1, again), ends: [exchangeEnd(1, { attempts: 2 })] }));
    const [first, second] = store.exchange(1)?.choices ?? [];
    expect(first).toEqual(recordedChoice({ weighed: 0.333333 }));
    expect(second).toMatchObject({ attempt: 2, after: 'math@c2', provider: 'math@c3', pool: 20 });
    expect(store.exchange(2)?.choices).toEqual([]);
    store.write(trafficBatch({ choices: choiceBatch(99, choice) }));
    expect(store.exchange(99)).toBeUndefined();
  });
});
