import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HubClient } from '../../client/node/index.ts';
import type { FrameRow } from '../../console/contract/capture-contract.ts';
import { createHubHost } from '../../host/create-hub-host.ts';
import { captureConsoleOf, hubConsoleOf, type CaptureConsole } from '../support/host-console.ts';
import { temporaryFolder } from '../support/traffic.ts';

let owned: AsyncDisposableStack;
let url: string;
let key: string;
let capture: CaptureConsole;

beforeEach(async () => {
  owned = new AsyncDisposableStack();
  const folder = owned.use(temporaryFolder());
  const config = { dataDir: join(folder.path, 'data'), port: 0 };
  const host = owned.use(createHubHost({ config, consoleAssetsDir: undefined, logLevel: 'silent' }));
  ({ url } = await host.start());
  capture = captureConsoleOf(host, owned);
  ({ key } = await hubConsoleOf(host, owned).clients.register({ client: 'cat', mayCall: ['*'], mayProvide: ['*'] }));
});

afterEach(() => owned.disposeAsync());

async function framesOf(query: string): Promise<FrameRow[]> {
  const { queryId } = await capture.frames.open({ query });
  const { rows } = await capture.frames.window({ queryId, from: 0, count: 512 });
  await capture.frames.close({ queryId });
  return rows;
}

const connect = (): Promise<HubClient> => HubClient.connect({ url, client: 'cat', key });
const words = (frames: readonly FrameRow[]): string[] => frames.map(({ direction, kind }) => `${direction} ${kind}`);

/** Until the store has the end of that connection. */
async function wholeSession(connection: string): Promise<FrameRow[]> {
  await expect.poll(() => framesOf(`conn:${connection} frame:close`)).toHaveLength(1);
  return framesOf(`conn:${connection}`);
}

describe('captured frames', { timeout: 60_000 }, () => {
  it('[FR1, FR2, FR3] of a caller and its provider are there in wire order, from the opening to the close', async () => {
    expect(await capture.frames.setRecording({ recording: true })).toMatchObject({ recording: true, rows: 0 });
    await using provider = await connect();
    await provider.provide({
      id: 'echo',
      routes: [{ pattern: '/*rest', handler: (request) => ({ body: request.bytes() }) }],
    });
    const caller = await connect();
    expect((await caller.request({ method: 'POST', uri: '/echo/a', body: 'hello' })).status).toBe(200);
    expect((await caller.request({ uri: '/nowhere/a' })).status).toBe(404);
    await caller[Symbol.asyncDispose]();

    const called = await wholeSession('c2');
    expect(words(called)).toEqual([
      ...['in open', 'in hello', 'out welcome'],
      ...['in request', 'out response', 'in request', 'out response'],
      ...['in goodbye', 'in close'],
    ]);
    const [, , , asked, answered, refusedAsk, refused] = called;
    expect([asked?.method, answered?.status, refused?.status]).toEqual(['POST', 200, 404]);
    expect(called.map(({ number }) => number)).toEqual(called.map(({ number }) => number).toSorted((a, b) => a - b));
    expect(asked?.bytes).toBeGreaterThan(5);

    const seq = asked?.exchange ?? 0;
    expect((await capture.exchange({ seq }))?.row).toMatchObject({ uri: '/echo/a', connection: 'c2' });
    expect([answered?.exchange, refused?.exchange]).toEqual([seq, refusedAsk?.exchange]);
    const ofExchange = await framesOf(`id:${String(seq)}`);
    expect(ofExchange.map(({ connection, direction, kind }) => `${connection} ${direction} ${kind}`)).toEqual([
      'c2 in request',
      'c1 out request',
      'c1 in response',
      'c2 out response',
    ]);

    const { queryId } = await capture.frames.open({ query: 'frame:request conn:c2' });
    const places = [asked, refusedAsk, answered].map((frame) =>
      capture.frames.place({ queryId, number: frame?.number ?? 1 }),
    );
    expect(await Promise.all(places)).toEqual([{ place: 0 }, { place: 1 }, { place: null }]);
  });

  it('[FR1] are not recorded unless that is wanted, and no longer when it is not', async () => {
    // It stays open: the hub notes the end of a link after the client does.
    await using first = await connect();
    await first.request({ uri: '/status/info' });
    await capture.frames.setRecording({ recording: true });
    const second = await connect();
    await second[Symbol.asyncDispose]();
    await wholeSession('c2');
    await capture.frames.setRecording({ recording: false });
    const third = await connect();
    await third.request({ uri: '/status/info' });
    await expect.poll(async () => (await capture.open({ query: 'service:status' })).count).toBe(2);
    expect(new Set((await framesOf('')).map(({ connection }) => connection))).toEqual(new Set(['c2']));
    await third[Symbol.asyncDispose]();
  });

  it('[FR4] a filter that only exchanges can have is refused', async () => {
    await expect(capture.frames.open({ query: 'service:echo' })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  });
});
