import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Kind, Method } from '../common/protocol/message.ts';
import { QuerySyntaxError } from '../common/query/query-syntax-error.ts';
import { FRAME_WORDS, LinkEvent, type FrameBatch } from '../common/traffic/frames.ts';
import { exchangesBatch, openTrafficStore, temporaryFolder, trafficBatch } from '../test/support/traffic.ts';
import { FRAME_KINDS } from './frame-words.ts';
import type { TrafficStore } from './traffic-store.ts';

let folder: ReturnType<typeof temporaryFolder>;
let store: TrafficStore;

beforeEach(() => {
  folder = temporaryFolder();
  store = openTrafficStore(folder.path, { limits: { segmentRows: 2 } });
});
afterEach(() => {
  store[Symbol.dispose]();
  folder[Symbol.dispose]();
});

// prettier-ignore
const SESSION: FrameBatch = {
  connections: ['c1', 'c2'],
  frames: new Float64Array([
    1, 0, 0, LinkEvent.Open, 0, 0, 0, 0, 0, 0,
    2, 0, 0, Kind.Hello, 0, 0, 0, 0, 120, 0,
    3, 0, 1, Kind.Welcome, 0, 0, 0, 0, 300, 0,
    4, 0, 0, Kind.Request, Method.Get, 0, 8, 7, 2_000, 41,
    5, 1, 1, Kind.Request, Method.Get, 0, 8, 0x8000_0001, 2_010, 41,
    6, 1, 0, Kind.Response, 0, 503, 0, 0x8000_0001, 90, 41,
    7, 0, 1, Kind.Response, 0, 503, 0, 7, 80, 41,
    8, 0, 0, LinkEvent.Close, 0, 1006, 0, 0, 0, 0,
  ]),
};

const write = (frames: FrameBatch = SESSION): void =>
  store.write(trafficBatch({ frames: { ...frames, frames: frames.frames.slice() } }));

async function numbersOf(filter: string): Promise<readonly number[]> {
  const query = store.queryFrames(filter);
  await query.refresh();
  return query.seqs(0, 1_000);
}

describe('frames of a TrafficStore', () => {
  it('[FR4] have the words that filters are completed with', () => {
    expect([...FRAME_KINDS.keys()]).toEqual(['invalid', ...FRAME_WORDS]);
  });

  it('[FR2] are stored in their order, with what is known of each', async () => {
    write();
    const query = store.queryFrames('');
    expect(await query.refresh()).toEqual({ count: 8, total: 8, searched: 8 });
    expect(query.window(3, 1).rows).toEqual([
      {
        ...{ number: 4, atMs: 1_000_004, connection: 'c1', direction: 'in', kind: 'request', method: 'GET' },
        ...{ status: 0, flags: 8, id: 7, bytes: 2_000, exchange: 41 },
      },
    ]);
    expect(
      query.window(6, 9).rows.map(({ kind, direction, status, exchange }) => [kind, direction, status, exchange]),
    ).toEqual([
      ['response', 'out', 503, 41],
      ['close', 'in', 1006, null],
    ]);
  });

  it.each([
    ['conn:c2', [5, 6]],
    ['conn:c*', [1, 2, 3, 4, 5, 6, 7, 8]],
    ['frame:hello,welcome', [2, 3]],
    ['frame:re*', [4, 5, 6, 7]],
    ['frame:/^(open|close)$/', [1, 8]],
    ['dir:out', [3, 5, 7]],
    ['method:GET dir:in', [4]],
    ['-method:GET dir:in', [1, 2, 6, 8]],
    ['id:41', [4, 5, 6, 7]],
    ['id<42', [4, 5, 6, 7]],
    ['corr:7', [4, 7]],
    ['size>1KB', [4, 5]],
    ['status:error', [6, 7]],
    ['status:5xx', [6, 7]],
    ['code:1006', [8]],
    ['status:ok', []],
    ['frame:request OR conn:c2', [4, 5, 6]],
    ['welc', [3]],
    ['/^c2$/', [5, 6]],
    ['last:1m', []],
    ['before:2020-01-01', [1, 2, 3, 4, 5, 6, 7, 8]],
  ] as const)('[FR4] are found by %s', async (filter, numbers) => {
    write();
    expect(await numbersOf(filter)).toEqual(numbers);
  });

  it.each([
    'service:math',
    'from:a',
    'dur>1s',
    'mark:1',
    'is:late',
    'kind:stream',
    'body:"x"',
    'json:$.a',
    'status:pending',
    'tag:a',
  ])('[FR4] cannot be filtered by %s, which only exchanges have', (filter) => {
    expect(() => store.queryFrames(filter)).toThrow(QuerySyntaxError);
  });

  it('[FR3] have numbers without gaps over segments, and are found in each', async () => {
    for (const first of [1, 3, 5]) {
      write();
      store.write(exchangesBatch(first, first + 1));
    }
    expect([...store.segments].filter(({ frames }) => frames.rows > 0)).toHaveLength(3);
    const query = store.queryFrames('');
    await query.refresh();
    expect(query.window(6, 12).rows.map(({ number }) => number)).toEqual([7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18]);
    expect(await numbersOf('frame:hello')).toEqual([2, 10, 18]);
  });

  it('[FR3] go on being numbered after a restart, and a refresh finds what came since', async () => {
    write();
    store[Symbol.dispose]();
    store = openTrafficStore(folder.path);
    const query = store.queryFrames('frame:hello');
    expect((await query.refresh()).count).toBe(1);
    write();
    expect((await query.refresh()).count).toBe(2);
    expect(query.window(0, 9).rows.map(({ number }) => number)).toEqual([2, 10]);
    expect(store.frameStatus()).toEqual({ recording: false, rows: 16, lastNumber: 16, droppedFrames: 0 });
  });

  it('[FR3] are cleared, brought back and dropped with the exchanges of their time', async () => {
    write();
    store.write(exchangesBatch(1, 1));
    const all = store.queryFrames('');
    await all.refresh();
    store.clear();
    expect([await numbersOf(''), all.window(0, 9).rows]).toEqual([[], []]);
    write();
    expect(await numbersOf('frame:hello')).toEqual([10]);
    store.undoClear();
    expect(await numbersOf('frame:hello')).toEqual([2, 10]);
  });

  it('[FR3] that are lost with a batch that fails leave the numbers in order', async () => {
    write();
    const { active } = store.segments;
    expect(() =>
      active.write(() => {
        active.frames.add(SESSION, 9, 0);
        throw new Error('disk full');
      }),
    ).toThrow('disk full');
    expect([active.frames.lastSeq, store.frameStatus().rows]).toEqual([8, 8]);
  });

  it('[FR1] are recorded only while that is wanted, and what was left out is told', () => {
    const seen: boolean[] = [];
    store.onDidChangeStates.subscribe(({ frames }) => seen.push(frames));
    store.setFrames(true);
    store.setFrames(true);
    store.write(trafficBatch({ droppedFrames: 3 }));
    expect([seen, store.frameStatus()]).toEqual([
      [true],
      { recording: true, rows: 0, lastNumber: 0, droppedFrames: 3 },
    ]);
  });
});
