import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  ConnectError,
  HubClient,
  MessageTooLargeError,
  RefusedError,
  type ConnectOptions,
  type Notice,
} from '../../client/node/index.ts';
import { seededRandom } from '../../common/base/random.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { LossyProxy } from '../support/lossy-proxy.ts';
import { startTestHub, type TestHub } from '../support/test-hub.ts';

let opened: AsyncDisposableStack;
let test: TestHub;
let runs: string[];
let key: string;

beforeEach(async () => {
  opened = new AsyncDisposableStack();
  test = opened.use(await startTestHub());
  runs = [];
  key = test.addClient('sensor');
  const provider = opened.use(await HubClient.connect({ url: test.url, key: test.addClient('provider') }));
  await provider.provide({
    id: 'echo',
    routes: [
      {
        pattern: '/*rest',
        handler: (request) => {
          runs.push(request.uri);
          return { json: request.method === 'GET' ? request.params['rest'] : request.json() };
        },
      },
    ],
  });
});
afterEach(() => opened.disposeAsync());

const connect = async (options: Partial<ConnectOptions> = {}): Promise<HubClient> => {
  const url = `udp://127.0.0.1:${String(test.port)}`;
  return opened.use(await HubClient.connect({ url, key, ...options }));
};
const failure = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );

describe('HubClient over udp', () => {
  it('[UD23] asks and is answered', async () => {
    const client = await connect({ client: 'sensor' });
    expect((await client.request({ uri: '/echo/a' })).json()).toBe('a');
    const body = { text: 'grüße', list: [1, 2.5, null] };
    expect((await client.request({ method: 'POST', uri: '/echo/b', json: body })).json()).toEqual(body);
    const missing = await client.request({ uri: '/nothing/here' });
    expect([missing.status, client.abilities]).toEqual([404, { provide: false, streams: false }]);
    const all = await Promise.all(
      Array.from({ length: 1_000 }, (_, at) => client.request({ uri: `/echo/${String(at)}` })),
    );
    expect(all.map((reply) => reply.json())).toEqual(Array.from({ length: 1_000 }, (_, at) => String(at)));
  });

  it('[UD23] a request that nobody answers is sent once', async () => {
    const client = await connect();
    client.notify({ method: 'POST', uri: '/echo/one', json: 1 });
    await client.request({ uri: '/echo/two' });
    expect(runs).toEqual(['/echo/one', '/echo/two']);
  });

  it('[UD23] Notices come', async () => {
    const client = await connect();
    const { promise, resolve } = Promise.withResolvers<Notice>();
    client.onNotice.subscribe(resolve);
    const boss = opened.use(
      await HubClient.connect({ url: test.url, key: test.addClient('boss', { call: ['*', 'message'] }) }),
    );
    const sent = await boss.request({
      method: 'POST',
      uri: '/message/send',
      json: { to: 'sensor', topic: 'weather', payload: 'rain' },
    });
    expect(sent.json()).toEqual({ delivered: 1 });
    expect((await promise).json()).toEqual('rain');
  });

  it('[UD24] a message that does not fit is not sent', async () => {
    const client = await connect();
    const error = await failure(client.request({ method: 'POST', uri: '/echo/a', body: new Uint8Array(1_200) }));
    expect([error, runs]).toEqual([expect.any(MessageTooLargeError), []]);
    expect((await client.request({ method: 'POST', uri: '/echo/a', json: 'x'.repeat(500) })).status).toBe(200);
  });

  it('[UD24] services and streams are refused before anything is sent', async () => {
    const client = await connect();
    const provided = failure(client.provide({ id: 'mine', routes: [{ pattern: '/', handler: () => ({}) }] }));
    expect(await provided).toEqual(
      new TypeError('Cannot provide "mine": udp: carries single requests only; connect with ws: or tcp:'),
    );
    expect(await failure(client.request({ uri: '/echo/a', stream: true }))).toBeInstanceOf(TypeError);
    const body = new ReadableStream<Uint8Array>();
    expect(await failure(client.request({ method: 'POST', uri: '/echo/a', body }))).toBeInstanceOf(TypeError);
    expect(runs).toEqual([]);
  });

  it('[UD22] a wrong key, a token and an anonymous caller are told what they are', async () => {
    expect(await failure(connect({ key: `${key.slice(0, -3)}AAA` }))).toBeInstanceOf(RefusedError);
    expect(await failure(connect({ key: undefined, token: 'eyJ' }))).toBeInstanceOf(RefusedError);
    const anonymous = await connect({ key: undefined });
    expect((await anonymous.request({ uri: '/status/info' })).status).toBe(200);
    expect((await anonymous.request({ uri: '/echo/a' })).status).toBe(401);
  });

  it('[UD22] a client that is revoked is refused, and asks no more', async () => {
    const client = await connect();
    test.hub.clients.revoke('sensor');
    await expect.poll(() => client.state.kind).toBe('failed');
    expect(await failure(client.request({ uri: '/echo/a' }))).toBeInstanceOf(RefusedError);
  });

  it('[UD23] finds the address that answers among those of a name', async () => {
    const client = await connect({ url: `udp://localhost:${String(test.port)}` });
    expect((await client.request({ uri: '/echo/a' })).status).toBe(200);
  });

  it('[UD23] says what is wrong with an address', async () => {
    const socket = createSocket('udp4');
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    const { port } = socket.address();
    const silent = failure(connect({ url: `udp://127.0.0.1:${String(port)}`, connectTimeoutMs: 300 }));
    expect(await silent).toEqual(
      new ConnectError(`Cannot connect to "udp://127.0.0.1:${String(port)}": no session after 300 ms`),
    );
    const closed = once(socket, 'close');
    socket.close();
    await closed;
    expect(String(await failure(connect({ url: `udp://127.0.0.1:${String(port)}` })))).toContain(
      'nothing listens there',
    );
    expect(String(await failure(connect({ url: 'udp://127.0.0.1' })))).toContain('write it as udp://host:port');
    expect(String(await failure(connect({ url: 'udp://no-such-host.invalid:1' })))).toContain(
      'there is no host of that name',
    );
    expect(String(await failure(connect({ subprotocol: 'whub.v1.json' })))).toContain('Cannot speak whub.v1.json over');
  });

  it('[UD21] a hub that was started anew is found again', async () => {
    const client = await connect({ reconnect: { baseDelayMs: 20, maxDelayMs: 100 } });
    const { port, dataDir } = test;
    await test.hub.stop();
    const { createHub } = await import('../../server/hub/create-hub.ts');
    await using hub = createHub({ dataDir, port });
    await hub.start();
    expect((await client.request({ uri: '/status/info', timeoutMs: 15_000 })).status).toBe(200);
  });

  it('[UD21] a session that the hub has forgotten is opened anew, and the request answered', async () => {
    const hubClock = new FakeClock();
    const forgetful = opened.use(await startTestHub({ udp: { sessionIdleMs: 50 } }, { clock: hubClock }));
    const proxy = opened.use(
      await LossyProxy.start({ port: forgetful.port, random: seededRandom(1), loss: 0, duplication: 0, reordering: 0 }),
    );
    const clock = new FakeClock();
    const url = `udp://127.0.0.1:${String(proxy.port)}`;
    const client = opened.use(
      await HubClient.connect({ url, key: forgetful.addClient('sensor'), clock, random: () => 0.5 }),
    );
    const sessions = (): number => forgetful.hub.connections.list().filter(({ state }) => state === 'open').length;
    expect(sessions()).toBe(1);
    // Its Goodbye does not arrive, nor does anything that could bring it again.
    proxy.isCut = true;
    hubClock.advance(60_000);
    await expect.poll(sessions).toBe(0);
    await expect
      .poll(() => forgetful.hub.modules().find(({ name }) => name === 'udp-listener')?.health.detail)
      .toMatch(/ 0 sessions$/);
    proxy.isCut = false;
    let status = 0;
    const asking = client.request({ uri: '/status/info', timeoutMs: 60_000 }).then((reply) => (status = reply.status));
    await expect
      .poll(
        () => {
          clock.advance(200);
          return status;
        },
        { interval: 5 },
      )
      .toBe(200);
    await asking;
  });
});
