import { describe, expect, it } from 'vitest';
import {
  Encoding,
  Flag,
  HUB_ID_BIT,
  Kind,
  Method,
  type Message,
  type MessageInit,
} from '../common/protocol/message.ts';
import { ByteSource, chunksOf, readAll } from '../test/support/byte-source.ts';
import { scriptedClient } from '../test/support/scripted-client.ts';
import { jsonOf } from '../test/support/scripted-hub.ts';
import { ConnectionLostError, RequestError, type ProvidedRoute, type ProviderRequest } from './index.ts';

const test = scriptedClient();
const { outcome } = test;
const CREDIT = 262_144;
const CHUNK = 65_536;
const ID = HUB_ID_BIT + 7;

const received = async (kind: Kind): Promise<Message> => test.hub.peer(0).next(kind);
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
/** Kinds that came, and that no test waited for. */
const unread = (): Kind[] => {
  return test.hub.peer(0).received.flatMap(({ kind }) => (kind === Kind.Hello ? [] : [kind]));
};

interface Provided {
  /** Errors that `onHandlerError` was told. */
  readonly mishaps: unknown[];
}

async function provide(route: Partial<ProvidedRoute>, maxFrameBytes?: number): Promise<Provided> {
  if (maxFrameBytes !== undefined) test.hub.greeting = { kind: 'welcome', maxFrameBytes };
  const mishaps: unknown[] = [];
  const client = await test.connect();
  test.hub.peer(0).always('/services/register', 201);
  await client.provide({
    id: 'svc',
    routes: [{ pattern: '/*rest', handler: () => undefined, ...route }],
    onHandlerError: (error) => void mishaps.push(error),
  });
  return { mishaps };
}

function ask(init: Partial<MessageInit> = {}): void {
  const request = { kind: Kind.Request, id: ID, method: Method.Post, uri: '/svc/x', from: 'web' } as const;
  test.hub.peer(0).send({ ...request, timeoutMs: 1_000, ...init });
}

const askStreamed = (init: Partial<MessageInit> = {}): void => ask({ flags: Flag.Stream, ...init });

function data(payload: Uint8Array | undefined, end?: { readonly status?: number }): void {
  const flags = end === undefined ? 0 : Flag.End;
  test.hub.peer(0).send({ kind: Kind.Data, id: ID, payload, status: end?.status, flags });
}

describe('a handler on a route without stream', () => {
  const echo = (request: ProviderRequest): { body: Uint8Array } => ({ body: request.bytes() });

  it('[CS8] gets a body that comes in pieces as one', async () => {
    await provide({ handler: (request) => ({ json: [request.text(), request.isStreamed] }) });
    askStreamed({ encoding: Encoding.Text });
    data(bytesOf('on'));
    data(bytesOf('e'), {});
    expect(jsonOf(await received(Kind.Response))).toEqual(['one', false]);
  });

  it('[CS8] is spared a body that is longer than a frame: 413', async () => {
    await provide({ handler: echo }, 1_000);
    askStreamed();
    data(new Uint8Array(600));
    data(new Uint8Array(600));
    const response = await received(Kind.Response);
    expect([response.status, jsonOf(response)]).toEqual([413, expect.objectContaining({ status: 413 })]);
    data(new Uint8Array(600));
    await test.clock.advanceAsync(10);
    expect(unread()).toEqual([]);
  });

  it('[CS8] is not called when the caller breaks the body off', async () => {
    const calls: string[] = [];
    await provide({ handler: ({ uri }) => void calls.push(uri) });
    askStreamed();
    data(undefined, { status: 499 });
    await received(Kind.Response);
    expect(calls).toEqual([]);
  });

  it('[CS8] gives `stream` and `body()` of a body that came whole', async () => {
    await provide({
      handler: async (request) => ({
        json: [(await request.body()).length, (await readAll(request.stream)).length],
      }),
    });
    ask({ payload: new Uint8Array(5) });
    expect(jsonOf(await received(Kind.Response))).toEqual([5, 5]);
  });
});

describe('a handler on a route with stream', () => {
  it('[CS8] is registered as such', async () => {
    const client = await test.connect();
    const providing = client.provide({
      id: 'svc',
      routes: [{ pattern: '/up', stream: true, handler: () => undefined }],
    });
    const request = await received(Kind.Request);
    expect(jsonOf(request)).toEqual({ id: 'svc', routes: [{ pattern: '/up', stream: true }] });
    test.hub.peer(0).respond(request, 201);
    await providing;
  });

  it('[CS8] reads the body as it comes, and gives credit as it reads', async () => {
    const sizes: number[] = [];
    await provide({
      stream: true,
      handler: async ({ stream }) => {
        for await (const chunk of stream) sizes.push(chunk.length);
        return { json: sizes };
      },
    });
    askStreamed();
    for (let n = 0; n < 4; n += 1) data(new Uint8Array(CHUNK));
    expect([(await received(Kind.Credit)).credit, (await received(Kind.Credit)).credit]).toEqual([
      CREDIT / 2,
      CREDIT / 2,
    ]);
    data(new Uint8Array(1), {});
    expect(jsonOf(await received(Kind.Response))).toEqual([CHUNK, CHUNK, CHUNK, CHUNK, 1]);
  });

  it('[CS8] may collect it with body(), and is told that bytes() cannot', async () => {
    await provide({
      stream: true,
      handler: async (request) => {
        expect(() => request.bytes()).toThrow('it comes in pieces');
        return { json: [request.isStreamed, (await request.body()).length] };
      },
    });
    askStreamed();
    data(new Uint8Array(3));
    data(new Uint8Array(4), {});
    expect(jsonOf(await received(Kind.Response))).toEqual([true, 7]);
  });

  it('[CS8] may answer without reading; what still comes is dropped', async () => {
    await provide({
      stream: true,
      handler: async ({ stream }) => {
        await stream.cancel();
        return { status: 403 };
      },
    });
    askStreamed();
    data(new Uint8Array(CHUNK));
    expect((await received(Kind.Response)).status).toBe(403);
    data(new Uint8Array(CHUNK));
    await test.clock.advanceAsync(10);
    expect(unread()).toEqual([]);
  });

  it('[CS10] has its stream and its signal ended by Cancel', async () => {
    const seen = Promise.withResolvers<readonly unknown[]>();
    await provide({
      stream: true,
      handler: async ({ stream, signal }) => {
        const read = await outcome(readAll(stream));
        seen.resolve([read, signal.aborted, signal.reason === read]);
      },
    });
    askStreamed();
    data(new Uint8Array(1));
    test.hub.peer(0).send({ kind: Kind.Cancel, id: ID });
    expect(await seen.promise).toEqual([expect.objectContaining({ name: 'AbortError' }), true, true]);
    await test.clock.advanceAsync(10);
    expect(unread()).toEqual([]);
  });

  it('[CS10] has its stream ended when the connection is lost', async () => {
    const read = Promise.withResolvers<unknown>();
    await provide({ stream: true, handler: async ({ stream }) => read.resolve(await outcome(readAll(stream))) });
    askStreamed();
    await test.clock.advanceAsync(10);
    test.hub.peer(0).cut();
    expect(await read.promise).toBeInstanceOf(ConnectionLostError);
  });

  it('[CS10] cancels a request of which more comes than there is credit for', async () => {
    const read = Promise.withResolvers<unknown>();
    await provide({
      stream: true,
      handler: async ({ stream }) => read.resolve(await outcome(stream.getReader().closed)),
    });
    askStreamed();
    data(new Uint8Array(CREDIT));
    data(new Uint8Array(1));
    expect([(await received(Kind.Cancel)).id, await read.promise]).toEqual([
      ID,
      expect.objectContaining({ status: 413 }),
    ]);
  });
});

describe('an answer whose body is a stream', () => {
  it('[CS9] goes out as a Response with the flag, Data, and an End', async () => {
    await provide({
      handler: () => ({ status: 206, headers: { etag: '"1"' }, body: chunksOf(bytesOf('ab'), bytesOf('c')) }),
    });
    ask();
    const response = await received(Kind.Response);
    const sent = [await received(Kind.Data), await received(Kind.Data), await received(Kind.Data)];
    expect([
      [response.status, response.flags, response.headers, response.payload.length],
      sent.map(({ id, flags, status, payload }) => [id, flags, status, payload.length]),
    ]).toEqual([
      [206, Flag.Stream, [{ name: 'etag', value: '"1"' }], 0],
      [
        [ID, 0, 0, 2],
        [ID, 0, 0, 1],
        [ID, Flag.End, 0, 0],
      ],
    ]);
  });

  it('[CS9] sends no more than the credit, and reads no more than it may send', async () => {
    const source = new ByteSource(100, CHUNK);
    await provide({ handler: () => ({ body: source.stream }) });
    ask();
    for (let n = 0; n < 4; n += 1) await received(Kind.Data);
    await test.clock.advanceAsync(100);
    expect([source.produced, unread()]).toEqual([4, [Kind.Response]]);
    test.hub.peer(0).send({ kind: Kind.Credit, id: ID, credit: CHUNK });
    expect((await received(Kind.Data)).payload.length).toBe(CHUNK);
    test.hub.peer(0).send({ kind: Kind.Cancel, id: ID });
  });

  it('[CS9] ends with 500 and a problem when it throws in the middle, which is told', async () => {
    const { mishaps } = await provide({ handler: () => ({ body: chunksOf(bytesOf('a'), new Error('disk gone')) }) });
    ask();
    await received(Kind.Data);
    const end = await received(Kind.Data);
    expect([end.flags, end.status, jsonOf(end)]).toEqual([
      Flag.End,
      500,
      expect.objectContaining({ type: 'urn:whub:error:PROVIDER_ERR', detail: 'disk gone' }),
    ]);
    expect(mishaps).toEqual([new Error('disk gone')]);
  });

  it('[CS9] ends with the status of a RequestError that it throws, without words when there is no credit for them', async () => {
    const gone = new RequestError('CONFLICT_ERR', 'it became shorter');
    const { mishaps } = await provide({ handler: () => ({ body: chunksOf(new Uint8Array(CREDIT - 3), gone) }) });
    ask();
    let end = await received(Kind.Data);
    while ((end.flags & Flag.End) === 0) end = await received(Kind.Data);
    expect([end.status, end.payload.length, mishaps]).toEqual([409, 0, []]);
  });

  it('[CS9] is not sent for HEAD, and its source is let go', async () => {
    const source = new ByteSource(100, CHUNK);
    await provide({ handler: () => ({ headers: { 'content-length': '9' }, body: source.stream }) });
    ask({ method: Method.Head });
    const response = await received(Kind.Response);
    await source.cancelled;
    expect([response.flags, response.headers, source.produced]).toEqual([
      0,
      [{ name: 'content-length', value: '9' }],
      0,
    ]);
  });

  it('[CS9] is let go when its Response is larger than a frame', async () => {
    const source = new ByteSource(100, CHUNK);
    await provide({ handler: () => ({ headers: { big: 'x'.repeat(2_000) }, body: source.stream }) }, 1_000);
    ask();
    await source.cancelled;
    expect((await received(Kind.Response)).status).toBe(413);
  });

  it('[CS10] is let go when the hub cancels, and nothing more is sent', async () => {
    const source = new ByteSource(100, CHUNK);
    const aborted = Promise.withResolvers<void>();
    const { mishaps } = await provide({
      handler: ({ signal }) => {
        signal.addEventListener('abort', () => aborted.resolve());
        return { body: source.stream };
      },
    });
    ask();
    for (let n = 0; n < 4; n += 1) await received(Kind.Data);
    test.hub.peer(0).send({ kind: Kind.Cancel, id: ID });
    test.hub.peer(0).send({ kind: Kind.Credit, id: ID, credit: CREDIT });
    await Promise.all([source.cancelled, aborted.promise]);
    await test.clock.advanceAsync(100);
    expect([unread(), mishaps]).toEqual([[Kind.Response], []]);
  });

  it('[CS10] is let go when the connection is lost', async () => {
    const source = new ByteSource(100, CHUNK);
    await provide({ handler: () => ({ body: source.stream }) });
    ask();
    await received(Kind.Data);
    test.hub.peer(0).cut();
    expect(await source.cancelled).toBeInstanceOf(ConnectionLostError);
  });

  it('[CS10] keeps a service from draining until it has ended', async () => {
    const source = new ByteSource(5, CHUNK);
    const client = await test.connect();
    for (const action of ['register', 'drain', 'unregister']) test.hub.peer(0).always(`/services/${action}`, 200);
    const provision = await client.provide({
      id: 'svc',
      routes: [{ pattern: '/*rest', handler: () => ({ body: source.stream }) }],
    });
    ask();
    for (let n = 0; n < 4; n += 1) await received(Kind.Data);
    let drained = false;
    const draining = provision.drain().then(() => (drained = true));
    await test.clock.advanceAsync(100);
    expect(drained).toBe(false);
    test.hub.peer(0).send({ kind: Kind.Credit, id: ID, credit: CREDIT });
    await draining;
    expect(drained).toBe(true);
  });
});
