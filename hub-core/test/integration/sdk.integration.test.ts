import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HubClient as BrowserHubClient } from '../../client/index.ts';
import {
  ConnectError,
  HubClient,
  Kind,
  RefusedError,
  RemoteError,
  type ClientState,
  type ConnectOptions,
} from '../../client/node/index.ts';
import { startTestHub, type TestHub } from '../support/test-hub.ts';

let owned: AsyncDisposableStack;
let running: TestHub;
let key: string;

beforeEach(async () => {
  owned = new AsyncDisposableStack();
  running = owned.use(await startTestHub());
  key = running.addClient('tester');
});

afterEach(() => owned.disposeAsync());

async function connect(options: Partial<ConnectOptions> = {}): Promise<HubClient> {
  return owned.use(await HubClient.connect({ url: running.url, client: 'tester', key, ...options }));
}

/** Resolves with the next state of that kind. */
function stateOf(client: HubClient, kind: ClientState['kind']): Promise<ClientState> {
  const { promise, resolve } = Promise.withResolvers<ClientState>();
  client.onDidChangeState.subscribe((state) => {
    if (state.kind === kind) resolve(state);
  });
  return promise;
}

describe.each([
  ['Node, binary', HubClient, 'whub.v1.fbs'],
  ['Node, JSON', HubClient, 'whub.v1.json'],
  ["the platform's WebSocket, binary", BrowserHubClient, 'whub.v1.fbs'],
  ["the platform's WebSocket, JSON", BrowserHubClient, 'whub.v1.json'],
] as const)('HubClient over %s', (_name, Client, subprotocol) => {
  it('[CL25] calls and provides, text and bytes alike, with a provider on the other subprotocol', async () => {
    const other = subprotocol === 'whub.v1.fbs' ? 'whub.v1.json' : 'whub.v1.fbs';
    const provider = await connect({ subprotocol: other, connections: 2 });
    await provider.provide({
      id: 'echo',
      routes: [{ pattern: '/*path', handler: (request) => ({ body: request.bytes(), encoding: request.encoding }) }],
    });
    await using client = await Client.connect({ url: running.url, client: 'tester', key, subprotocol });
    const bytes = randomBytes(300_000);
    const binary = await client.request({ method: 'POST', uri: '/echo/x', body: bytes });
    const json = await client.request({ method: 'POST', uri: '/echo/x', json: { n: 1 } });
    expect([Buffer.from(binary.bytes()).equals(bytes), json.json()]).toEqual([true, { n: 1 }]);
  });

  it('[CL25] is refused with a wrong key', async () => {
    const options = { url: running.url, client: 'tester', key: 'whub_no_key', subprotocol };
    await expect(Client.connect(options)).rejects.toThrow(RefusedError);
  });
});

describe('HubClient at a running hub', () => {
  it('[CL26] says what is wrong when nothing listens, or it is no hub', async () => {
    await expect(HubClient.connect({ url: 'ws://127.0.0.1:1' })).rejects.toThrow('nothing listens there');
    await expect(HubClient.connect({ url: `${running.url}elsewhere` })).rejects.toThrow(/answers HTTP 4\d\d/);
    await expect(BrowserHubClient.connect({ url: 'ws://127.0.0.1:1' })).rejects.toThrow(ConnectError);
  });

  it('[CL26] keeps the order of requests of one connection', async () => {
    const client = await connect();
    const seen: string[] = [];
    await client.provide({
      id: 'log',
      routes: [{ pattern: '/:n', handler: ({ params }) => void seen.push(params['n'] ?? '') }],
    });
    await Promise.all(Array.from({ length: 200 }, (_, n) => client.request({ uri: `/log/${String(n)}` })));
    expect(seen).toEqual(Array.from({ length: 200 }, (_, n) => String(n)));
  });

  it('[CL26] reconnects, registers again, and answers what waited meanwhile', async () => {
    const client = await connect({ reconnect: { baseDelayMs: 10, maxDelayMs: 50 } });
    const provision = await client.provide({
      id: 'echo',
      routes: [{ pattern: '/x', handler: () => ({ json: 'here' }) }],
    });
    const again = Promise.withResolvers<number>();
    provision.onDidRegister.subscribe(again.resolve);
    const [connection] = running.hub.connections.list().filter(({ closedAtMs }) => closedAtMs === null);
    running.hub.connections.close(connection?.id ?? '', 'for a test');
    const reopened = await again.promise;
    expect([reopened, (await client.request({ uri: '/echo/x' })).json()]).toEqual([1, 'here']);
  });

  it('[CL26] sends an idempotent request again when its provider is lost', async () => {
    const lost = await connect({ reconnect: false });
    const stays = await connect();
    const came = Promise.withResolvers<void>();
    const routes = (handler: () => Promise<{ json: string }>) => [
      { pattern: '/x', methods: ['GET' as const], handler },
    ];
    const never = (): Promise<{ json: string }> => {
      came.resolve();
      return Promise.withResolvers<{ json: string }>().promise;
    };
    await lost.provide({ id: 'svc', routes: routes(never) });
    const caller = await connect();
    const asked = caller.request({ uri: '/svc/x' });
    await came.promise;
    await stays.provide({ id: 'svc', routes: routes(async () => await Promise.resolve({ json: 'second' })) });
    const [connection] = running.hub.services.list().find(({ id }) => id === 'svc')?.providers ?? [];
    running.hub.connections.close(connection?.connection ?? '', 'for a test');
    expect((await asked).json()).toBe('second');
  });

  it('[CL26] fails for good when the client is revoked', async () => {
    const client = await connect();
    const failed = stateOf(client, 'failed');
    running.hub.clients.revoke('tester');
    await failed;
    await expect(client.request({ uri: '/status/info' })).rejects.toThrow(RefusedError);
  });

  it('[CL26] is told when it may not provide a service', async () => {
    const limited = running.addClient('limited', { provide: ['mine'] });
    const client = owned.use(await HubClient.connect({ url: running.url, client: 'limited', key: limited }));
    const refused = client.provide({ id: 'other', routes: [{ pattern: '/', handler: () => undefined }] });
    await expect(refused).rejects.toThrow(RemoteError);
    expect(
      (await client.provide({ id: 'mine', routes: [{ pattern: '/', handler: () => undefined }] })).connections,
    ).toBe(1);
  });

  it('[CL26] cancels at the provider when the caller gives up', async () => {
    const client = await connect();
    const [came, gone] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    await client.provide({
      id: 'slow',
      routes: [
        {
          pattern: '/',
          handler: async ({ signal }) => {
            came.resolve();
            await once(signal, 'abort');
            gone.resolve();
          },
        },
      ],
    });
    const controller = new AbortController();
    const asked = client.request({ uri: '/slow/', signal: controller.signal });
    await came.promise;
    controller.abort(new Error('enough'));
    await expect(asked).rejects.toThrow('enough');
    await gone.promise;
  });

  it('[CL26] takes a message handler on a connected client', async () => {
    const client = await connect();
    const pong = Promise.withResolvers<number>();
    using _own = client.dispatcher.handle(Kind.Pong, ({ id }) => pong.resolve(id));
    client.connections[0]?.send({ kind: Kind.Ping, id: 77 });
    expect(await pong.promise).toBe(77);
  });

  it('[CL26] serves anonymously what the hub allows to everyone', async () => {
    const client = owned.use(await HubClient.connect({ url: running.url }));
    expect([
      (await client.request({ uri: '/status/info' })).status,
      (await client.request({ uri: '/services/' })).status,
    ]).toEqual([200, 401]);
  });
});
