import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HubClient as BrowserHubClient } from '../../client/index.ts';
import {
  ConnectError,
  ConnectionLostError,
  DeadlineError,
  HubClient,
  MessageTooLargeError,
  RefusedError,
  type ConnectOptions,
  type ProviderRequest,
  type ReplyInit,
} from '../../client/node/index.ts';
import { startTestHub, type TestHub } from '../support/test-hub.ts';

let owned: AsyncDisposableStack;
let stage: TestHub;
let key: string;
/** What the service `web` answers with. */
let handler: (request: ProviderRequest) => ReplyInit | undefined | Promise<ReplyInit | undefined>;

beforeEach(async () => {
  owned = new AsyncDisposableStack();
  stage = owned.use(await startTestHub({ limits: { maxFrameBytes: 1 << 20 } }));
  key = stage.addClient('cat', { provide: [] });
  const provider = owned.use(await HubClient.connect({ url: stage.url, key: stage.addClient('dog') }));
  handler = (request) => ({ status: 201, headers: { 'x-from': request.from }, body: request.bytes() });
  await provider.provide({ id: 'web', routes: [{ pattern: '/*path', handler: (request) => handler(request) }] });
});
afterEach(() => owned.disposeAsync());

async function connect(options: Partial<ConnectOptions> = {}, Client = HubClient): Promise<HubClient> {
  return owned.use(await Client.connect({ url: stage.httpUrl, key, ...options }));
}
const failure = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'no error',
    (error: unknown) => error,
  );

describe.each([
  ['Node', HubClient],
  ['browsers', BrowserHubClient as typeof HubClient],
])('HubClient over HTTP, for %s', (_where, Client) => {
  it('[HC1] asks as over a connection', async () => {
    const client = await connect({ client: 'cat' }, Client);
    const reply = await client.request({
      method: 'PUT',
      uri: '/web/a?b',
      json: { n: 1 },
      headers: { 'x-a': ['1', '2'] },
    });
    const [connection] = client.connections;
    const { welcome } = connection ?? {};
    expect([reply.status, reply.headers.get('x-from'), reply.json()]).toEqual([201, 'cat', { n: 1 }]);
    expect([welcome?.client, welcome?.role, welcome?.hub.id, welcome?.limits.maxFrameBytes]).toEqual([
      'cat',
      'client',
      stage.hub.id,
      1 << 20,
    ]);
  });

  it('[HC2] is refused as over a connection', async () => {
    const refused = [
      await failure(Client.connect({ url: stage.httpUrl, key: 'whub_no_such' })),
      await failure(Client.connect({ url: stage.httpUrl, key, client: 'dog' })),
      await failure(Client.connect({ url: stage.httpUrl, client: 'cat' })),
    ];
    expect(refused.map((error) => (error instanceof RefusedError ? error.status : error))).toEqual([401, 401, 401]);
  });
});

describe('HubClient over HTTP', () => {
  it('[HC1] gives statuses and problems of the hub and of providers back', async () => {
    const client = await connect();
    handler = () => {
      throw new Error('no luck');
    };
    const missing = await client.request({ uri: '/nowhere/' });
    const failed = await client.request({ uri: '/web/' });
    expect([missing.status, failed.status]).toEqual([404, 500]);
    expect(() => failed.orThrow()).toThrow(
      expect.objectContaining({ name: 'RemoteError', status: 500, detail: 'no luck' }),
    );
  });

  it('[HC1] asks as nobody without a credential', async () => {
    const client = await connect({ key: undefined });
    expect([client.connections[0]?.welcome.client, (await client.request({ uri: '/web/' })).status]).toEqual([
      'anonymous',
      401,
    ]);
  });

  it('[HC1] collects an answer that comes in pieces', async () => {
    const client = await connect();
    handler = () => ({ body: new Blob(['one', 'two']).stream() });
    expect((await client.request({ uri: '/web/' })).text()).toBe('onetwo');
  });

  it('[HC1] logs in and asks with a token', async () => {
    await stage.hub.clients.setPassword('cat', 'correct horse battery');
    await using session = await HubClient.login({
      url: stage.httpUrl,
      client: 'cat',
      password: 'correct horse battery',
    });
    const client = await connect({ key: undefined, token: session.token });
    expect((await client.request({ uri: '/web/' })).headers.get('x-from')).toBe('cat');
  });

  it('[HC2] is refused later when its key is revoked, which is final', async () => {
    const client = await connect();
    stage.hub.clients.revoke('cat');
    const [first, second] = [
      await failure(client.request({ uri: '/web/' })),
      await failure(client.request({ uri: '/web/' })),
    ];
    expect([first, second]).toEqual([expect.any(RefusedError), expect.any(RefusedError)]);
    expect(client.state).toMatchObject({ kind: 'failed' });
  });

  it('[HC3] cancels at the provider what is aborted', async () => {
    const client = await connect();
    const came = Promise.withResolvers<void>();
    const stopped = Promise.withResolvers<void>();
    handler = async (request) => {
      request.signal.addEventListener('abort', () => stopped.resolve());
      came.resolve();
      await stopped.promise;
      return undefined;
    };
    const abort = new AbortController();
    const asked = failure(client.request({ uri: '/web/', signal: abort.signal }));
    await came.promise;
    abort.abort(new Error('enough'));
    await stopped.promise;
    expect(await asked).toEqual(new Error('enough'));
    handler = () => ({ body: 'still here' });
    expect((await client.request({ uri: '/web/' })).text()).toBe('still here');
  });

  it('[HC3] says 504 with the hub, or DeadlineError before it', async () => {
    const client = await connect();
    handler = () => new Promise(() => undefined);
    const outcome = await client.request({ uri: '/web/', timeoutMs: 50 }).then(
      ({ status }) => status,
      (error: unknown) => error instanceof DeadlineError,
    );
    expect([504, true]).toContain(outcome);
  });

  it('[HC4] refuses what is more than a request', async () => {
    const client = await connect();
    const text = /http: carries single requests only/;
    await expect(client.provide({ id: 'x', routes: [] })).rejects.toThrow(text);
    await expect(client.request({ uri: '/web/', stream: true })).rejects.toThrow(text);
    await expect(client.request({ uri: '/web/', method: 'PUT', body: new Blob(['x']).stream() })).rejects.toThrow(text);
    expect(() => client.watchServices()).toThrow(text);
    await expect(HubClient.connect({ url: stage.httpUrl, key, subprotocol: 'whub.v1.json' })).rejects.toThrow(
      TypeError,
    );
  });

  it('[HC4] refuses what the hub would not take', async () => {
    const client = await connect();
    const body = new Uint8Array((1 << 20) + 1);
    await expect(client.request({ method: 'POST', uri: '/web/', body })).rejects.toThrow(MessageTooLargeError);
  });

  it('[HC5] finds nobody', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    await expect(HubClient.connect({ url: `http://127.0.0.1:${String(port)}` })).rejects.toThrow(
      new RegExp(`^Cannot connect: the hub closed the connection: .*ECONNREFUSED`),
    );
  });

  it('[HC5] loses what must not run twice when the hub goes, and waits with the rest', async () => {
    const client = await connect({ reconnect: { baseDelayMs: 1, maxDelayMs: 5 } });
    const { port, dataDir } = stage;
    const came = Promise.withResolvers<void>();
    handler = () => {
      came.resolve();
      return new Promise(() => undefined);
    };
    const posted = failure(client.request({ method: 'POST', uri: '/web/' }));
    await came.promise;
    await stage.hub.stop();
    const lost = await posted;
    const waiting = client.request({ uri: '/status/info' });
    await using next = await startAgain(dataDir, port);
    expect(lost).toEqual(expect.any(ConnectionLostError));
    expect([(await waiting).status, next.port]).toEqual([200, port]);
  });

  it('[HC6] sends a one-way request before it closes', async () => {
    const came = Promise.withResolvers<string>();
    handler = (request) => {
      came.resolve(request.text());
      return undefined;
    };
    const client = await connect();
    client.notify({ uri: '/web/', body: 'hello' });
    await client.close();
    expect(await came.promise).toBe('hello');
    expect(client.state).toEqual({ kind: 'closed' });
  });

  it('[HC7] shows its key to nobody else', async () => {
    const seen: (string | undefined)[] = [];
    const elsewhere = createServer((request, response) => {
      seen.push(request.headers.authorization);
      response.end('{}');
    }).listen(0, '127.0.0.1');
    await once(elsewhere, 'listening');
    const { port } = elsewhere.address() as AddressInfo;
    const leading = createServer((_request, response) => {
      response.writeHead(307, { location: `http://127.0.0.1:${String(port)}/status/info` }).end();
    }).listen(0, '127.0.0.1');
    await once(leading, 'listening');
    const url = `http://127.0.0.1:${String((leading.address() as AddressInfo).port)}`;
    await expect(HubClient.connect({ url, key })).rejects.toThrow(ConnectError);
    expect(seen).toEqual([]);
    leading.close();
    elsewhere.close();
  });

  it('[HC8] learns from /status/info who it is and what it may send', async () => {
    const client = await connect();
    expect((await client.request({ uri: '/status/info' })).json()).toMatchObject({
      client: 'cat',
      role: 'client',
      request_limits: { max_frame_bytes: 1 << 20, default_timeout_ms: 30_000, max_timeout_ms: 600_000 },
    });
  });
});

/** The hub of the same folder and port. */
async function startAgain(dataDir: string, port: number): Promise<AsyncDisposable & { readonly port: number }> {
  const { createHub } = await import('../../server/hub/create-hub.ts');
  const hub = createHub({ dataDir, port });
  await hub.start();
  return { port: hub.address.port, [Symbol.asyncDispose]: () => hub.stop() };
}
