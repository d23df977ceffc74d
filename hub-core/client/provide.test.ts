import { describe, expect, it } from 'vitest';
import { HUB_ID_BIT, Kind, Method, type Message, type MessageInit } from '../common/protocol/message.ts';
import { scriptedClient } from '../test/support/scripted-client.ts';
import { jsonOf, type ScriptedPeer } from '../test/support/scripted-hub.ts';
import {
  ClientClosedError,
  type HubClient,
  RemoteError,
  RequestError,
  type ConnectOptions,
  type ProvideOptions,
  type Provision,
} from './index.ts';

const test = scriptedClient();
const { outcome } = test;
let client: HubClient;

const nothing = (): undefined => undefined;

function acceptAll(peer: ScriptedPeer): void {
  for (const action of ['register', 'drain', 'unregister']) peer.always(`/services/${action}`, 200);
}

async function connect(options: Partial<ConnectOptions> = {}): Promise<void> {
  client = await test.connect(options);
}

async function provide(options: Partial<ProvideOptions> = {}): Promise<Provision> {
  await connect();
  acceptAll(test.hub.peer(0));
  return client.provide({ id: 'math', routes: [{ pattern: '/*rest', handler: () => undefined }], ...options });
}

/** Sends a request as the hub does, and waits for the answer. */
async function ask(init: Partial<MessageInit>): Promise<Message> {
  const id = HUB_ID_BIT + 1;
  test.hub
    .peer(0)
    .send({ kind: Kind.Request, id, method: Method.Get, uri: '/math/', from: 'web', timeoutMs: 1_000, ...init });
  return test.hub.peer(0).next(Kind.Response);
}

describe('HubClient.provide', () => {
  it('[CL15] registers the service as it was described', async () => {
    await connect();
    const providing = client.provide({
      id: 'math',
      description: 'Sums',
      version: '1.2',
      policy: 'sticky',
      stickyHeader: 'x-user',
      maxInFlight: 8,
      routes: [
        {
          pattern: '/add',
          methods: ['GET'],
          summary: 'a + b',
          idempotent: true,
          timeoutMs: 500,
          handler: () => undefined,
        },
      ],
    });
    const message = await test.hub.peer(0).next(Kind.Request);
    expect([message.method, message.uri, jsonOf(message)]).toEqual([
      Method.Post,
      '/services/register',
      {
        id: 'math',
        description: 'Sums',
        version: '1.2',
        policy: 'sticky',
        sticky_header: 'x-user',
        max_in_flight: 8,
        routes: [{ pattern: '/add', methods: ['GET'], summary: 'a + b', idempotent: true, timeout_ms: 500 }],
      },
    ]);
    test.hub.peer(0).respond(message, 201);
    expect((await providing).connections).toBe(1);
  });

  it('[CL15] registers on every connection, and again on one that was made again', async () => {
    await connect({ connections: 2 });
    for (const peer of test.hub.peers) acceptAll(peer);
    const provision = await client.provide({ id: 'math', routes: [{ pattern: '/', handler: () => undefined }] });
    const announced: number[] = [];
    provision.onDidRegister.subscribe((connections) => announced.push(connections));
    const coming = test.hub.nextPeer();
    test.hub.peer(0).cut();
    await test.clock.advanceAsync(0);
    const whileLost = provision.connections;
    await test.clock.advanceAsync(10_000);
    acceptAll(await coming);
    await test.clock.advanceAsync(0);
    expect([whileLost, provision.connections, announced]).toEqual([1, 2, [2]]);
  });

  it('[CL15] rejects with what the hub says, and can be tried again', async () => {
    await connect();
    test.hub
      .peer(0)
      .always('/services/register', 403, { type: 'urn:whub:error:FORBIDDEN_ERR', status: 403, detail: 'no grant' });
    test.hub.peer(0).always('/services/unregister', 404);
    test.hub.peer(0).always('/services/drain', 404);
    const options = { id: 'math', routes: [{ pattern: '/', handler: () => undefined }] };
    const error = await outcome(client.provide(options));
    expect(error).toEqual(new RemoteError(403, 'FORBIDDEN_ERR', 'no grant'));
    test.hub.peer(0).always('/services/register', 201);
    expect((await client.provide(options)).connections).toBe(1);
  });

  it('[CL15] asks again while the hub is busy', async () => {
    await connect();
    test.hub.peer(0).always('/services/register', 503);
    const providing = client.provide({ id: 'math', routes: [{ pattern: '/', handler: () => undefined }] });
    await test.clock.advanceAsync(10);
    test.hub.peer(0).always('/services/register', 201);
    await test.clock.advanceAsync(1_000);
    expect((await providing).connections).toBe(1);
  });

  it('[CL15] tells when the hub will not take it back', async () => {
    const provision = await provide();
    const failures: Error[] = [];
    provision.onDidFail.subscribe((error) => failures.push(error));
    const coming = test.hub.nextPeer();
    test.hub.peer(0).cut();
    await test.clock.advanceAsync(10_000);
    (await coming).always('/services/register', 409, { detail: 'routes differ' });
    await test.clock.advanceAsync(0);
    expect(failures).toEqual([new RemoteError(409, undefined, 'routes differ')]);
  });

  it('[CL15] rejects when the client is closed first', async () => {
    await connect();
    const providing = outcome(client.provide({ id: 'math', routes: [{ pattern: '/', handler: () => undefined }] }));
    await test.hub.peer(0).next(Kind.Request);
    acceptAll(test.hub.peer(0));
    await client.close();
    expect(await providing).toBeInstanceOf(ClientClosedError);
  });

  it.each([
    [{ id: 'No' }, TypeError],
    [{ routes: [] }, TypeError],
    [{ routes: [{ pattern: 'add', handler: nothing }] }, RequestError],
    [{ routes: [{ pattern: '/a', methods: ['get' as 'GET'], handler: nothing }] }, TypeError],
  ])('[CL15] refuses %j', async (options, type) => {
    await connect();
    const good = { id: 'math', routes: [{ pattern: '/', handler: () => undefined }] };
    await expect(client.provide({ ...good, ...options })).rejects.toThrow(type);
  });

  it('[CL15] refuses a service that is provided already', async () => {
    await provide();
    await expect(client.provide({ id: 'math', routes: [{ pattern: '/', handler: () => undefined }] })).rejects.toThrow(
      TypeError,
    );
  });
});

describe('a handler', () => {
  it('[CL16] gets the request, and its answer goes back', async () => {
    await provide({
      routes: [
        {
          pattern: '/users/:id/*rest',
          methods: ['POST'],
          handler: async (request) => {
            const { method, uri, params, from, encoding, timeoutMs } = request;
            const query = request.query.get('q');
            const told = { method, uri, params: { ...params }, from, encoding, timeoutMs, query, body: request.json() };
            return { status: 201, headers: { 'x-a': 'b' }, json: await Promise.resolve(told) };
          },
        },
      ],
    });
    const answer = await ask({
      method: Method.Post,
      uri: '/math/users/a%20b/c/d?q=1',
      encoding: 1,
      payload: new TextEncoder().encode('[1]'),
    });
    expect([answer.id, answer.status, answer.headers, jsonOf(answer)]).toEqual([
      HUB_ID_BIT + 1,
      201,
      [{ name: 'x-a', value: 'b' }],
      {
        ...{ method: 'POST', uri: '/math/users/a%20b/c/d?q=1', params: { id: 'a b', rest: 'c/d' }, from: 'web' },
        ...{ encoding: 'json', timeoutMs: 1_000, query: '1', body: [1] },
      },
    ]);
  });

  it('[CL16] that returns nothing answers 204', async () => {
    await provide();
    expect((await ask({})).status).toBe(204);
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('broken');
      },
    ],
    ['rejects', () => Promise.reject(new Error('broken'))],
  ])('[CL16] that %s answers 500 PROVIDER_ERR with the message and no stack', async (_how, handler) => {
    const failures: unknown[] = [];
    await provide({ routes: [{ pattern: '/a', handler }], onHandlerError: (error) => failures.push(error) });
    const answer = await ask({ uri: '/math/a' });
    expect([answer.status, jsonOf(answer), failures]).toEqual([
      500,
      {
        type: 'urn:whub:error:PROVIDER_ERR',
        title: 'Provider failed',
        status: 500,
        detail: 'broken',
        instance: '/math/a',
      },
      [new Error('broken')],
    ]);
  });

  it('[CL16] that throws a RequestError answers its status', async () => {
    const handler = (): never => {
      throw new RequestError('NOT_FOUND_ERR', 'no such user');
    };
    await provide({ routes: [{ pattern: '/a', handler }] });
    const answer = await ask({ uri: '/math/a' });
    expect([answer.status, answer.headers]).toEqual([
      404,
      [{ name: 'content-type', value: 'application/problem+json' }],
    ]);
  });

  it('[CL16] that returns no answer at all answers 500', async () => {
    await provide({ routes: [{ pattern: '/a', handler: () => ({ status: 42 }) }] });
    expect((await ask({ uri: '/math/a' })).status).toBe(500);
  });

  it('[CL16] is not called for a path or a method that no route has', async () => {
    await provide({ routes: [{ pattern: '/a', methods: ['GET', 'PUT'], handler: () => undefined }] });
    const [missing, wrong] = [await ask({ uri: '/math/b' }), await ask({ uri: '/math/a', method: Method.Post })];
    expect([missing.status, wrong.status, wrong.headers.find(({ name }) => name === 'allow')?.value]).toEqual([
      404,
      405,
      'GET, HEAD, PUT',
    ]);
  });

  it.each(['/math/%2e%2e', '/math/a%2Fb', '/math/%zz'])(
    '[CL16] is not called for the unsafe path "%s"',
    async (uri) => {
      await provide();
      expect((await ask({ uri })).status).toBe(400);
    },
  );

  it('[CL16] for GET answers HEAD, without its body', async () => {
    await provide({ routes: [{ pattern: '/a', methods: ['GET'], handler: () => ({ body: 'hello' }) }] });
    const answer = await ask({ uri: '/math/a', method: Method.Head });
    expect([answer.status, answer.payload.length, answer.headers]).toEqual([
      200,
      0,
      [{ name: 'content-length', value: '5' }],
    ]);
  });

  it('[CL16] a service that is not provided here answers 404', async () => {
    await provide();
    expect((await ask({ uri: '/other/a' })).status).toBe(404);
  });

  it('[CL17] sees Cancel through its signal, and its answer is not sent', async () => {
    const { promise: aborted, resolve } = Promise.withResolvers<unknown>();
    await provide({
      routes: [
        {
          pattern: '/slow',
          handler: async ({ signal }) => {
            await new Promise<void>((done) => signal.addEventListener('abort', () => done()));
            resolve(signal.reason);
            return { json: 'late' };
          },
        },
      ],
    });
    const id = HUB_ID_BIT + 9;
    test.hub.peer(0).send({ kind: Kind.Request, id, method: Method.Get, uri: '/math/slow' });
    await test.clock.advanceAsync(0);
    test.hub.peer(0).send({ kind: Kind.Cancel, id });
    expect(await aborted).toMatchObject({ name: 'AbortError' });
    await test.clock.advanceAsync(0);
    expect(test.hub.peer(0).received.filter(({ kind }) => kind === Kind.Response)).toEqual([]);
  });

  it('[CL17] sees the loss of its connection through its signal', async () => {
    let signal: AbortSignal | undefined;
    const { promise: never } = Promise.withResolvers<undefined>();
    const handler = (request: { readonly signal: AbortSignal }): Promise<undefined> => {
      ({ signal } = request);
      return never;
    };
    const provision = await provide({ routes: [{ pattern: '/slow', handler }] });
    test.hub.peer(0).send({ kind: Kind.Request, id: HUB_ID_BIT, method: Method.Get, uri: '/math/slow' });
    await test.clock.advanceAsync(0);
    test.hub.peer(0).cut();
    await test.clock.advanceAsync(0);
    expect(signal?.aborted).toBe(true);
    // A call that was given up holds nothing up, even when its handler never ends.
    await provision.drain();
  });

  it('[CL21] whose answer is over the frame limit answers 413', async () => {
    test.hub.greeting = { kind: 'welcome', maxFrameBytes: 1_000 };
    await provide({ routes: [{ pattern: '/a', handler: () => ({ body: new Uint8Array(2_000) }) }] });
    expect((await ask({ uri: '/math/a' })).status).toBe(413);
  });

  it('[CL22] does not answer a one-way request', async () => {
    let calls = 0;
    await provide({ routes: [{ pattern: '/a', handler: () => void (calls += 1) }] });
    test.hub.peer(0).send({ kind: Kind.Request, id: HUB_ID_BIT, flags: 4, uri: '/math/a' });
    await test.clock.advanceAsync(0);
    expect([calls, test.hub.peer(0).received.filter(({ kind }) => kind === Kind.Response)]).toEqual([1, []]);
  });
});

describe('Provision.drain', () => {
  it('[CL18] tells the hub, waits for what is at work, and withdraws', async () => {
    const work = Promise.withResolvers<void>();
    await connect();
    test.hub.peer(0).always('/services/register', 201);
    const handler = async (): Promise<{ json: string }> => {
      await work.promise;
      return { json: 'done' };
    };
    const provision = await client.provide({ id: 'math', routes: [{ pattern: '/a', handler }] });
    test.hub.peer(0).send({ kind: Kind.Request, id: HUB_ID_BIT, method: Method.Get, uri: '/math/a' });
    await test.clock.advanceAsync(0);
    const draining = provision.drain();
    const order: (string | undefined)[] = [];
    const drain = await test.hub.peer(0).next(Kind.Request);
    order.push(drain.uri);
    test.hub.peer(0).respond(drain, 200);
    await test.clock.advanceAsync(0);
    work.resolve();
    order.push(String((await test.hub.peer(0).next(Kind.Response)).status));
    const unregister = await test.hub.peer(0).next(Kind.Request);
    order.push(unregister.uri);
    test.hub.peer(0).respond(unregister, 200);
    await draining;
    expect([order, provision.connections]).toEqual([['/services/drain', '200', '/services/unregister'], 0]);
  });

  it('[CL18] does not wait for ever', async () => {
    const { promise: never } = Promise.withResolvers<undefined>();
    const provision = await provide({ routes: [{ pattern: '/a', handler: () => never }] });
    test.hub.peer(0).send({ kind: Kind.Request, id: HUB_ID_BIT, method: Method.Get, uri: '/math/a' });
    await test.clock.advanceAsync(0);
    const draining = provision.drain({ timeoutMs: 500 });
    await test.clock.advanceAsync(500);
    await draining;
    expect(provision.connections).toBe(0);
  });

  it('[CL18] is what `await using` does, and leaves the id free', async () => {
    {
      await using provision = await provide();
      expect(provision.service).toBe('math');
    }
    expect(
      (await client.provide({ id: 'math', routes: [{ pattern: '/', handler: () => undefined }] })).connections,
    ).toBe(1);
  });
});
