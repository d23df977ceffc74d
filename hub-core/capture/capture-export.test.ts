import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Encoding } from '../common/protocol/message.ts';
import { systemClock } from '../common/base/clock.ts';
import type { CaptureRecord } from '../common/transfer/capture-record.ts';
import {
  exchangeEnd,
  exchangesBatch,
  exchangeStart,
  openTrafficStore,
  temporaryFolder,
  trafficBatch,
} from '../test/support/traffic.ts';
import { choiceBatch, recordedChoice } from '../test/support/recorded-choice.ts';
import { CaptureExport } from './capture-export.ts';
import { CaptureImportError } from './capture-errors.ts';
import { importedRows, parseRecords } from './import-records.ts';
import { JobList } from './job-list.ts';
import { SecretMask } from './secret-mask.ts';
import type { TrafficStore } from './traffic-store.ts';

let folder: ReturnType<typeof temporaryFolder>;
let store: TrafficStore;
let jobs: JobList;
beforeEach(() => {
  folder = temporaryFolder();
  store = openTrafficStore(folder.path, { limits: { segmentRows: 100 } });
  jobs = new JobList(systemClock);
});
afterEach(() => {
  jobs[Symbol.dispose]();
  store[Symbol.dispose]();
  folder[Symbol.dispose]();
});

const mask = new SecretMask({ headers: ['authorization'], jsonPaths: ['$..password'] });

async function exporting(filter: string, masked = false): Promise<CaptureExport> {
  const query = store.query(filter);
  await query.refresh();
  return new CaptureExport({ store, query, mask: masked ? mask : undefined, jobs, label: filter, clock: systemClock });
}

async function exported(filter: string, masked = false): Promise<string> {
  const run = await exporting(filter, masked);
  let text = '';
  for (let piece = run.read(); piece !== undefined; piece = run.read()) text += piece.lines;
  return text;
}

const bytes = new Uint8Array(
  Buffer.concat([Buffer.from('{"password":"hunter2","n":4634343214213523454}'), Buffer.from([255, 0, 1])]),
);
const secretBatch = trafficBatch({
  bytes,
  starts: [
    exchangeStart(1, {
      encoding: Encoding.Json,
      headers: [['authorization', 'Bearer hunter2']],
      body: { offset: 0, stored: 46, total: 46 },
    }),
  ],
  ends: [exchangeEnd(1, { encoding: Encoding.Bytes, body: { offset: 46, stored: 3, total: 9 } })],
});

describe('CaptureExport', () => {
  it('[EX3] writes what matches, in pieces that are asked for, and shows how far it is', async () => {
    for (let first = 1; first < 1_000; first += 50) store.write(exchangesBatch(first, first + 49));
    const run = await exporting('id>400');
    expect([run.total, jobs.snapshot()]).toMatchObject([600, [{ kind: 'export', state: 'running', of: 600 }]]);
    const seqs: number[] = [];
    for (let piece = run.read(); piece !== undefined; piece = run.read()) {
      const lines = piece.lines.split('\n').filter((line) => line !== '');
      seqs.push(...lines.map((line) => (JSON.parse(line) as CaptureRecord).seq));
      expect(piece.written).toBe(seqs.length);
    }
    expect(seqs).toEqual(Array.from({ length: 600 }, (_, at) => at + 401));
    expect(jobs.snapshot()).toMatchObject([{ state: 'done', found: 600 }]);
  });

  it('[EX3] ends where it is stopped, and passes over rows that were dropped meanwhile', async () => {
    store.write(exchangesBatch(1, 10));
    const [run, other] = [await exporting(''), await exporting('')];
    expect(jobs.stop(jobs.snapshot()[0]?.jobId ?? '')).toBe(true);
    expect(run.read()).toBeUndefined();
    store.clear();
    expect(other.read()).toEqual({ lines: '', written: 0, done: true });
  });

  it('[EX4] replaces secrets unless they are asked for', async () => {
    store.write(secretBatch);
    const [masked, whole] = [await exported('', true), await exported('')];
    expect(masked).not.toContain('hunter2');
    expect(JSON.parse(masked)).toMatchObject({
      request: { headers: [['authorization', '***']], text: '{"password":"***","n":4634343214213523454}', bytes: 46 },
    });
    expect(JSON.parse(whole)).toMatchObject({
      request: { text: '{"password":"hunter2","n":4634343214213523454}', stored: 46 },
      reply: { base64: '/wAB', stored: 3, bytes: 9 },
    });
  });
});

describe('importedRows', () => {
  it('[EX5] brings back what was exported, under new numbers', async () => {
    store.write(secretBatch);
    store.write(trafficBatch({ starts: [exchangeStart(2, { uri: '/geo', service: 'geo' })] }));
    store.write(
      trafficBatch({
        starts: [exchangeStart(3)],
        ends: [exchangeEnd(3, { outcome: 'deadline', status: 504, error: 'DEADLINE_ERR', repliedMs: Number.NaN })],
      }),
    );
    store.write(trafficBatch({ choices: choiceBatch(3, recordedChoice()) }));
    store.annotate(3, { mark: 5, comment: 'see', tags: ['a', 'b'] });
    const text = await exported('');
    const records = parseRecords(`{"whub":"capture","version":1}\n\n${text}`);
    const { rows, bytes: bodies, notes } = importedRows(records, store.nextSeq);
    store.import(rows, bodies, notes);
    const again = await exported('is:imported');
    const withoutNumbers = (lines: string): unknown[] =>
      parseRecords(lines).map(({ seq: _seq, traits, ...rest }) => ({
        ...rest,
        traits: traits.filter((trait) => trait !== 'is:imported'),
      }));
    const [first, second, third] = withoutNumbers(text);
    expect(third).toMatchObject({ choices: [recordedChoice()] });
    // What was open will not end here.
    const lost = { ...(second as CaptureRecord), outcome: 'lost', status: 0 };
    expect(withoutNumbers(again)).toEqual([first, lost, third]);
    expect(store.watermark()).toMatchObject({ rows: 6, lastSeq: 6 });
    const query = store.query('is:imported service:geo');
    expect((await query.refresh()).count).toBe(1);
  });

  it.each([
    ['{', 'line 1: it is no JSON'],
    ['\n[]', 'line 2: '],
    ['{"seq":1}', 'line 1: at: '],
    ['null', 'line 1: '],
  ])('[EX5] refuses %j', (lines, message) => {
    expect(() => parseRecords(lines)).toThrow(CaptureImportError);
    expect(() => parseRecords(lines)).toThrow(message);
  });
});
