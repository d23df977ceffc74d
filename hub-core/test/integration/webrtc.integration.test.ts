import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { networkInterfaces } from 'node:os';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  ConnectError,
  HubClient,
  MessageTooLargeError,
  RefusedError,
  type ClientState,
  type ConnectOptions,
} from '../../client/node/index.ts';
import { Kind } from '../../common/protocol/message.ts';
import { parseJsonPayload } from '../../common/protocol/payload.ts';
import { ByteSource } from '../support/byte-source.ts';
import { hello, RtcPeer, whenOpen } from '../support/rtc-peer.ts';
import { startTestHub, temporaryDataDir, type TestHub } from '../support/test-hub.ts';
import { createHub } from '../../server/hub/create-hub.ts';

const CHANNEL_BYTES = 262_144;
const PROVIDER_PROGRAM = fileURLToPath(new URL('../support/rtc-provider-program.ts', import.meta.url));

let owned: AsyncDisposableStack;
let running: TestHub;
let key: string;

beforeEach(async () => {
  owned = new AsyncDisposableStack();
  running = owned.use(await startTestHub());
  key = running.addClient('tester');
});

afterEach(() => owned.disposeAsync());

const rtcUrl = (): string => `rtc+${running.httpUrl}`;

async function connect(options: Partial<ConnectOptions> = {}): Promise<HubClient> {
  return owned.use(await HubClient.connect({ url: rtcUrl(), client: 'tester', key, ...options }));
}

/** Over a WebSocket. */
const connectPlain = (): Promise<HubClient> => connect({ url: running.url });

function stateOf(client: HubClient, kind: ClientState['kind']): Promise<ClientState> {
  const { promise, resolve } = Promise.withResolvers<ClientState>();
  client.onDidChangeState.subscribe((state) => {
    if (state.kind === kind) resolve(state);
  });
  return promise;
}

function messagesIn({ hub }: TestHub): number {
  return hub.connections.list().find(({ transport }) => transport === 'webrtc')?.messagesIn ?? 0;
}

/** What `count` comes to when it grows no more, from 4 on. */
async function standstill(count: () => number): Promise<number> {
  let before = 0;
  await expect
    .poll(
      () => {
        const stands = count() > 3 && count() === before;
        before = count();
        return stands;
      },
      { interval: 300 },
    )
    .toBe(true);
  return before;
}

/** Its cryptography takes turns with everything else that the machine does. */
describe('a client over WebRTC', { timeout: 90_000 }, () => {
  it('[WR2] calls and provides as over any transport, and is shown with its own', async () => {
    const provider = await connect();
    await provider.provide({
      id: 'echo',
      routes: [{ pattern: '/*rest', handler: (request) => ({ body: request.bytes(), encoding: request.encoding }) }],
    });
    const caller = await connect();
    const bytes = randomBytes(100_000);
    const binary = await caller.request({ method: 'POST', uri: '/echo/x', body: bytes });
    const many = await Promise.all(
      Array.from({ length: 300 }, async (_, n) =>
        (await caller.request({ method: 'POST', uri: '/echo/x', json: { n } })).json(),
      ),
    );
    expect(Buffer.from(binary.bytes()).equals(bytes)).toBe(true);
    expect(many).toEqual(Array.from({ length: 300 }, (_, n) => ({ n })));
    const connections = running.hub.connections.list();
    expect(connections.map(({ transport }) => transport)).toEqual(['webrtc', 'webrtc']);
    expect(connections[0]?.remoteAddress).toMatch(/^127\.0\.0\.1:\d+$/);
  });

  it('[WR2] streams both ways at once, and cancels in the middle', async () => {
    const provider = await connect();
    const [pieces, size] = [32, 64 << 10];
    const cancelled = Promise.withResolvers<void>();
    await provider.provide({
      id: 'pipe',
      routes: [
        { pattern: '/', stream: true, handler: ({ stream }) => ({ body: stream }) },
        {
          pattern: '/endless',
          handler: ({ signal }) => {
            signal.addEventListener('abort', () => cancelled.resolve());
            return { body: new ByteSource(10_000, size).stream };
          },
        },
      ],
    });
    const caller = await connect();
    const { stream: body } = new ByteSource(pieces, size);
    const reply = await caller.request({ method: 'POST', uri: '/pipe/', body, stream: true });
    const received: Uint8Array[] = [];
    for await (const piece of reply) received.push(piece);
    const expected: Uint8Array[] = [];
    for await (const piece of new ByteSource(pieces, size).stream) expected.push(piece);
    expect(Buffer.concat(received).equals(Buffer.concat(expected))).toBe(true);

    const abort = new AbortController();
    const endless = await caller.request({ uri: '/pipe/endless', stream: true, signal: abort.signal });
    const reading = (async () => {
      for await (const _piece of endless) abort.abort();
    })();
    await expect(reading).rejects.toThrow(/abort/);
    await cancelled.promise;
  });

  it('[WR2] may come with its key in the offer, as in an upgrade', async () => {
    await using peer = new RtcPeer();
    const channel = peer.open('whub');
    await peer.join(running.port, { authorization: `Bearer ${key}` });
    await whenOpen(channel);
    channel.send(hello({ client: 'tester' }));
    const welcome = parseJsonPayload((await peer.next(Kind.Welcome)).payload) as Record<string, unknown>;
    expect(welcome['client']).toBe('tester');
  });

  it.runIf(networkInterfaces()['lo']?.some(({ address }) => address === '::1'))(
    '[WR1] reaches a hub at ::1',
    async () => {
      await using other = await startTestHub({ host: '::1' });
      const own = other.addClient('tester');
      await using client = await HubClient.connect({ url: `rtc+${other.httpUrl}`, client: 'tester', key: own });
      expect((await client.request({ uri: '/status/info' })).status).toBe(200);
    },
  );

  it('[WR6] is told the largest message of its link, and sends none above it', async () => {
    const provider = await connectPlain();
    await provider.provide({
      id: 'sink',
      routes: [{ pattern: '/', handler: (request) => ({ json: request.bytes().length }) }],
    });
    const caller = await connect();
    const most = CHANNEL_BYTES - 1_024;
    const fits = await caller.request({ method: 'POST', uri: '/sink/', body: new Uint8Array(most) });
    expect(fits.json()).toBe(most);
    const larger = caller.request({ method: 'POST', uri: '/sink/', body: new Uint8Array(CHANNEL_BYTES) });
    await expect(larger).rejects.toThrow(MessageTooLargeError);
  });

  it('[WR6] gets 413 in place of an answer that its link does not carry, and a stream in pieces that it does', async () => {
    const provider = await connectPlain();
    const piece = new Uint8Array(CHANNEL_BYTES - 100).fill(7);
    await provider.provide({
      id: 'source',
      routes: [
        { pattern: '/whole', handler: () => ({ body: new Uint8Array(CHANNEL_BYTES) }) },
        {
          pattern: '/pieces',
          handler: () => ({
            body: (async function* () {
              yield piece;
              yield piece;
            })(),
          }),
        },
      ],
    });
    const caller = await connect();
    const whole = await caller.request({ uri: '/source/whole' });
    expect([whole.status, whole.json()]).toEqual([
      413,
      expect.objectContaining({ type: 'urn:whub:error:TOO_LARGE_ERR' }),
    ]);
    const pieces = await caller.request({ uri: '/source/pieces', stream: true });
    let bytes = 0;
    for await (const part of pieces) bytes += part.byteLength;
    expect(bytes).toBe(2 * piece.byteLength);
  });

  it('[WR6] is not given a request that its link does not carry: the caller gets 413, the provider stays', async () => {
    const provider = await connect();
    await provider.provide({
      id: 'narrow',
      routes: [{ pattern: '/', handler: (request) => ({ json: request.bytes().length }) }],
    });
    const caller = await connectPlain();
    for (let n = 0; n < 8; n += 1) {
      const refused = await caller.request({ method: 'POST', uri: '/narrow/', body: new Uint8Array(CHANNEL_BYTES) });
      expect(refused.status).toBe(413);
    }
    const taken = await caller.request({ method: 'POST', uri: '/narrow/', body: new Uint8Array(1_000) });
    expect([taken.status, taken.json()]).toEqual([200, 1_000]);
  });

  it('[WR10] fails to connect with the reason: no hub, a bad key, a subprotocol of text', async () => {
    const closed = await startTestHub();
    const { httpUrl } = closed;
    await closed[Symbol.asyncDispose]();
    await expect(HubClient.connect({ url: `rtc+${httpUrl}` })).rejects.toThrow(
      new ConnectError(`Cannot connect to "rtc+${httpUrl}": no hub answers there`),
    );
    await expect(connect({ key: `${key.slice(0, -4)}AAAA` })).rejects.toThrow(RefusedError);
    await expect(connect({ subprotocol: 'whub.v1.json' })).rejects.toThrow('it carries whub.v1.fbs');
  });

  it('[WR10] connects and provides again after the hub was started again on its port', async () => {
    await using folder = { ...temporaryDataDir(), [Symbol.asyncDispose]: async () => {} };
    const first = createHub({ dataDir: folder.path, port: 0, drainTimeoutMs: 500 });
    await first.start();
    const { port } = first.address;
    const { key: own } = first.clients.register('again', ['*'], ['*']);
    const reconnect = { baseDelayMs: 20, maxDelayMs: 100 };
    await using client = await HubClient.connect({
      url: `rtc+http://127.0.0.1:${String(port)}`,
      client: 'again',
      key: own,
      reconnect,
    });
    await client.provide({ id: 'again', routes: [{ pattern: '/', handler: () => ({ json: 'here' }) }] });
    const lost = stateOf(client, 'reconnecting');
    await first.drain();
    await first.stop();
    const state = await lost;
    expect(state.kind === 'reconnecting' ? state.reason : '').toContain('the hub is stopping');

    const opened = stateOf(client, 'open');
    await using second = createHub({ dataDir: folder.path, port, drainTimeoutMs: 500 });
    await second.start();
    await opened;
    await expect.poll(async () => (await client.request({ uri: '/again/' })).status).toBe(200);
    await client.close();
    await second.stop();
    folder[Symbol.dispose]();
  });

  it('[WR9] that vanishes without a word is found out by its silence', async () => {
    await using watchful = await startTestHub({ limits: { heartbeatMs: 3_000 } });
    const own = watchful.addClient('tester');
    const child = spawn(process.execPath, [PROVIDER_PROGRAM], {
      env: { ...process.env, URL: `rtc+${watchful.httpUrl}`, KEY: own },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    await using caller = await HubClient.connect({ url: watchful.url, client: 'tester', key: own });
    expect((await caller.request({ uri: '/vanishing/' })).status).toBe(200);
    const asked = caller.request({ method: 'POST', uri: '/vanishing/never' });
    const failed = asked.then((reply) => reply.status);
    child.kill('SIGKILL');
    await once(child, 'close');
    expect(await failed).toBe(502);
    const open = watchful.hub.connections.list().filter(({ state }) => state === 'open');
    expect(open.map(({ transport }) => transport)).toEqual(['websocket']);
  });

  it('[WR7] is not read while the hub holds too much of its requests, and goes on afterwards', async () => {
    await using small = await startTestHub({ limits: { maxHeldRequestBytes: 300_000 } });
    const own = small.addClient('tester');
    const release = Promise.withResolvers<void>();
    await using provider = await HubClient.connect({ url: small.url, client: 'tester', key: own });
    let began = 0;
    await provider.provide({
      id: 'slow',
      routes: [
        {
          pattern: '/',
          handler: async () => {
            began += 1;
            await release.promise;
            return { json: began };
          },
        },
      ],
    });
    await using caller = await HubClient.connect({ url: `rtc+${small.httpUrl}`, client: 'tester', key: own });
    const body = new Uint8Array(100_000);
    const replies = Array.from({ length: 40 }, () => caller.request({ method: 'POST', uri: '/slow/', body }));
    const all = Promise.all(replies);
    // The window and what is on its way: far from the 40 that were sent.
    expect(await standstill(() => messagesIn(small))).toBeLessThan(30);
    release.resolve();
    const statuses = (await all).map(({ status }) => status);
    expect(statuses).toEqual(Array.from({ length: 40 }, () => 200));
  });
});
