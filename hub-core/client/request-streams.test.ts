import { describe, expect, it } from 'vitest';
import { Encoding, Flag, Kind, type Message } from '../common/protocol/message.ts';
import { jsonPayload } from '../common/protocol/payload.ts';
import { ByteSource, chunksOf, readAll } from '../test/support/byte-source.ts';
import { scriptedClient } from '../test/support/scripted-client.ts';
import { ScriptedHub } from '../test/support/scripted-hub.ts';
import {
  CancelledError,
  ClientClosedError,
  ConnectionLostError,
  DeadlineError,
  RemoteError,
  type ByteStream,
  type HubClient,
  type StreamReply,
} from './index.ts';

const test = scriptedClient();
const { connect, outcome } = test;
const CREDIT = 262_144;
const CHUNK = 65_536;

async function received(kind: Kind): Promise<Message> {
  return test.hub.peer(0).next(kind);
}

/** Kinds that came, and that no test waited for. */
const unread = (): Kind[] => {
  return test.hub.peer(0).received.flatMap(({ kind }) => (kind === Kind.Hello ? [] : [kind]));
};

/** The next Data, that many. */
async function nextData(count: number): Promise<Message[]> {
  const all: Message[] = [];
  while (all.length < count) all.push(await received(Kind.Data));
  return all;
}

async function upload(body: ByteStream, client?: HubClient): Promise<{ answer: Promise<unknown>; request: Message }> {
  const connected = client ?? (await connect());
  const answer = outcome(connected.request({ method: 'PUT', uri: '/files/x', body }));
  return { answer, request: await received(Kind.Request) };
}

/** A request whose answer has begun. */
async function opened(signal?: AbortSignal): Promise<{ reply: StreamReply; id: number }> {
  const client = await connect();
  const asked = client.request({ uri: '/files/x', stream: true, signal });
  const { id } = await received(Kind.Request);
  test.hub.peer(0).send({ kind: Kind.Response, id, status: 200, flags: Flag.Stream });
  return { reply: await asked, id };
}

function data(id: number, payload: Uint8Array | undefined, end?: { readonly status?: number }): void {
  const { status } = end ?? {};
  test.hub.peer(0).send({ kind: Kind.Data, id, payload, status, flags: end === undefined ? 0 : Flag.End });
}

describe('a request whose body is a stream', () => {
  it('[CS1] goes out as a Request with the flag, Data of at most 64 KiB, and an End', async () => {
    const body = chunksOf(new Uint8Array(100_000).fill(1), new Uint8Array(0), new Uint8Array([2, 3]));
    const { request, answer } = await upload(body);
    const sent = await nextData(4);
    expect([
      request.flags & Flag.Stream,
      request.payload.length,
      sent.map(({ id }) => id),
      sent.map(({ payload, flags }) => [payload.length, flags & Flag.End]),
    ]).toEqual([
      Flag.Stream,
      0,
      Array.from({ length: 4 }, () => request.id),
      [
        [65_536, 0],
        [34_464, 0],
        [2, 0],
        [0, Flag.End],
      ],
    ]);
    test.hub.peer(0).respond(request, 201);
    expect(await answer).toMatchObject({ status: 201 });
  });

  it('[CS1] sends no more than the credit, and reads no more than it may send', async () => {
    const source = new ByteSource(100, CHUNK);
    const { request, answer } = await upload(source.stream);
    await nextData(4);
    await test.clock.advanceAsync(100);
    expect([source.produced, unread()]).toEqual([CREDIT / CHUNK, []]);
    test.hub.peer(0).send({ kind: Kind.Credit, id: request.id, credit: 10 });
    expect((await received(Kind.Data)).payload.length).toBe(10);
    await test.clock.advanceAsync(100);
    expect(source.produced).toBe(CREDIT / CHUNK + 1);
    test.hub.peer(0).respond(request, 200);
    await answer;
  });

  it('[CS1] waits while the connection is over its high-water mark', async () => {
    test.hub = new ScriptedHub({ highWaterBytes: 1_000 });
    const { request } = await upload(new ByteSource(8, 10_000).stream);
    const sent = await nextData(9);
    expect(sent.map(({ payload }) => payload.length)).toEqual([...Array.from({ length: 8 }, () => 10_000), 0]);
    test.hub.peer(0).respond(request, 200);
  });

  it('[CS1] makes its Data fit into the smallest frame that the hub takes', async () => {
    test.hub.greeting = { kind: 'welcome', maxFrameBytes: 4_096 };
    const { request } = await upload(chunksOf(new Uint8Array(5_000)));
    const sent = await nextData(3);
    expect(sent.map(({ payload }) => payload.length)).toEqual([2_688, 2_312, 0]);
    test.hub.peer(0).respond(request, 200);
  });

  it('[CS2] is cancelled at the hub when its source fails, and rejects with what the source threw', async () => {
    const { request, answer } = await upload(chunksOf(new Uint8Array(10), new Error('disk gone')));
    expect((await received(Kind.Cancel)).id).toBe(request.id);
    expect(await answer).toEqual(new Error('disk gone'));
  });

  it('[CS2] lets go of its source when the answer comes first', async () => {
    const source = new ByteSource(100, CHUNK);
    const { request, answer } = await upload(source.stream);
    test.hub.peer(0).respond(request, 413);
    expect(await answer).toMatchObject({ status: 413 });
    expect(await source.cancelled).toBe('the request is answered');
  });

  it('[CS2] lets go of its source when it is aborted, and is cancelled at the hub', async () => {
    const client = await connect();
    const [source, controller] = [new ByteSource(100, CHUNK), new AbortController()];
    const body = source.stream;
    const answer = outcome(client.request({ method: 'PUT', uri: '/files/x', body, signal: controller.signal }));
    const { id } = await received(Kind.Request);
    controller.abort(new Error('enough'));
    expect([await answer, await source.cancelled, (await received(Kind.Cancel)).id]).toEqual([
      new Error('enough'),
      new Error('enough'),
      id,
    ]);
  });

  it('[CS2] lets go of a source that nobody ever read', async () => {
    const client = await connect();
    const source = new ByteSource(1, 1);
    const signal = AbortSignal.abort(new Error('too late'));
    const answer = outcome(client.request({ method: 'PUT', uri: '/files/x', body: source.stream, signal }));
    expect([await answer, await source.cancelled, source.produced]).toEqual([
      new Error('too late'),
      new Error('too late'),
      0,
    ]);
  });

  it('[CS2] is not sent again when its connection is lost: what was read is gone', async () => {
    const client = await connect();
    const source = new ByteSource(100, CHUNK);
    const { answer } = await upload(source.stream, client);
    await nextData(1);
    test.hub.peer(0).cut();
    expect(await answer).toBeInstanceOf(ConnectionLostError);
    expect(await source.cancelled).toBeInstanceOf(ConnectionLostError);
  });

  it('[CS2] refuses a chunk that is no bytes', async () => {
    const strings = (async function* (): AsyncGenerator<never> {
      yield await Promise.resolve('text' as never);
    })();
    const { answer } = await upload(strings);
    expect(await answer).toEqual(
      new TypeError('Cannot send a chunk of type "string": a stream of bytes gives Uint8Array'),
    );
  });

  it('[CS2] is refused for a request that nobody answers', async () => {
    const client = await connect();
    expect(() => client.notify({ uri: '/log/', body: chunksOf() })).toThrow('with a stream');
  });
});

describe('a request with stream: true', () => {
  it('[CS3] resolves when the answer begins, and is read as it comes', async () => {
    const { reply, id } = await opened();
    data(id, new Uint8Array([1, 2]));
    const reader = reply.stream.getReader();
    expect(await reader.read()).toEqual({ done: false, value: new Uint8Array([1, 2]) });
    data(id, new Uint8Array([3]), {});
    expect([await reader.read(), await reader.read()]).toEqual([
      { done: false, value: new Uint8Array([3]) },
      { done: true, value: undefined },
    ]);
  });

  it('[CS3] grants credit as it is read, half a window at a time, and none before', async () => {
    const { reply, id } = await opened();
    for (let n = 0; n < 4; n += 1) data(id, new Uint8Array(CHUNK));
    await test.clock.advanceAsync(100);
    expect(unread()).toEqual([]);
    const reader = reply.stream.getReader();
    await reader.read();
    await test.clock.advanceAsync(100);
    expect(unread()).toEqual([]);
    await reader.read();
    const credit = await received(Kind.Credit);
    expect([credit.id, credit.credit]).toEqual([id, CREDIT / 2]);
    reply.cancel();
  });

  it('[CS3] is iterated over, and cancelled by leaving early', async () => {
    const { reply, id } = await opened();
    data(id, new Uint8Array([1]));
    data(id, new Uint8Array([2]));
    const seen: number[] = [];
    for await (const [first = 0] of reply) {
      seen.push(first);
      break;
    }
    expect([seen, (await received(Kind.Cancel)).id]).toEqual([[1], id]);
  });

  it('[CS3] takes an answer that comes whole', async () => {
    const client = await connect();
    const asked = client.request({ uri: '/files/x', stream: true });
    test.hub.peer(0).respond(await received(Kind.Request), 404, { detail: 'no such file' });
    const reply = await asked;
    await expect(reply.orThrow()).rejects.toThrow(new RemoteError(404, undefined, 'no such file'));
  });

  it('[CS4] is cancelled by its signal after the answer has begun', async () => {
    const controller = new AbortController();
    const { reply, id } = await opened(controller.signal);
    const read = outcome(readAll(reply));
    controller.abort(new Error('enough'));
    expect([await read, (await received(Kind.Cancel)).id]).toEqual([new Error('enough'), id]);
    data(id, new Uint8Array(10));
  });

  it('[CS4] is cancelled by reply.cancel(), and by disposing it', async () => {
    const { reply, id } = await opened();
    const read = outcome(readAll(reply));
    reply.cancel();
    expect([await read, (await received(Kind.Cancel)).id]).toEqual([expect.any(CancelledError), id]);
    await reply[Symbol.asyncDispose]();
    await test.clock.advanceAsync(100);
    expect(unread()).toEqual([]);
  });

  it('[CS4] drops what came already when it is cancelled after its end', async () => {
    const { reply, id } = await opened();
    data(id, new Uint8Array(10), {});
    await test.clock.advanceAsync(10);
    reply.cancel();
    expect(await outcome(readAll(reply))).toBeInstanceOf(CancelledError);
    expect(unread()).toEqual([]);
  });

  it('[CS6] errors with the status of a stream that is broken off', async () => {
    const { reply, id } = await opened();
    const payload = jsonPayload({ type: 'urn:whub:error:PROVIDER_LOST_ERR', detail: 'the provider left' });
    test.hub.peer(0).send({ kind: Kind.Data, id, flags: Flag.End, status: 502, encoding: Encoding.Json, payload });
    expect(await outcome(readAll(reply))).toEqual(new RemoteError(502, 'PROVIDER_LOST_ERR', 'the provider left'));
  });

  it('[CS6] errors when its connection is lost', async () => {
    const { reply, id } = await opened();
    data(id, new Uint8Array(10));
    test.hub.peer(0).cut();
    expect(await outcome(readAll(reply))).toBeInstanceOf(ConnectionLostError);
  });

  it('[CS6] errors when the client is closed', async () => {
    const client = await connect();
    const asked = client.request({ uri: '/files/x', stream: true });
    const { id } = await received(Kind.Request);
    test.hub.peer(0).send({ kind: Kind.Response, id, status: 200, flags: Flag.Stream });
    const reply = await asked;
    await client.close();
    expect(await outcome(readAll(reply))).toBeInstanceOf(ClientClosedError);
  });

  it('[CS6] is cancelled when more comes than there is credit for', async () => {
    const { reply, id } = await opened();
    data(id, new Uint8Array(CREDIT));
    data(id, new Uint8Array(1));
    expect([(await received(Kind.Cancel)).id, await outcome(readAll(reply))]).toEqual([
      id,
      expect.objectContaining({ status: 413 }),
    ]);
  });

  it('[CS7] has no deadline once the answer has begun', async () => {
    const client = await connect();
    const asked = client.request({ uri: '/files/x', stream: true, timeoutMs: 100 });
    const { id } = await received(Kind.Request);
    test.hub.peer(0).send({ kind: Kind.Response, id, status: 200, flags: Flag.Stream });
    const reply = await asked;
    await test.clock.advanceAsync(10_000);
    data(id, new Uint8Array([7]), {});
    expect(await reply.bytes()).toEqual(new Uint8Array([7]));
  });

  it('[CS7] rejects when the answer does not begin in time', async () => {
    const client = await connect();
    const asked = outcome(client.request({ uri: '/files/x', stream: true, timeoutMs: 100 }));
    await received(Kind.Request);
    await test.clock.advanceAsync(10_000);
    expect(await asked).toBeInstanceOf(DeadlineError);
  });

  it('[CS3] goes both ways at once, and lets go of the body when the answer ends', async () => {
    const client = await connect();
    const source = new ByteSource(100, CHUNK);
    const asked = client.request({ method: 'POST', uri: '/echo/', body: source.stream, stream: true });
    const { id } = await received(Kind.Request);
    test.hub.peer(0).send({ kind: Kind.Response, id, status: 200, flags: Flag.Stream });
    const reply = await asked;
    await nextData(4);
    test.hub.peer(0).send({ kind: Kind.Credit, id, credit: CHUNK });
    expect((await received(Kind.Data)).payload.length).toBe(CHUNK);
    data(id, new Uint8Array([1]), {});
    expect([await reply.bytes(), await source.cancelled]).toEqual([new Uint8Array([1]), 'the request is answered']);
  });
});

describe('a request without stream', () => {
  async function asked(timeoutMs = 1_000): Promise<{ answer: Promise<unknown>; id: number }> {
    test.hub.greeting = { kind: 'welcome', maxFrameBytes: 1_000 };
    const client = await connect();
    const answer = outcome(
      client.request({ uri: '/files/x', timeoutMs }).then((reply) => [reply.status, reply.text()]),
    );
    const { id } = await received(Kind.Request);
    test.hub.peer(0).send({ kind: Kind.Response, id, status: 201, encoding: Encoding.Text, flags: Flag.Stream });
    return { answer, id };
  }

  it('[CS5] collects an answer that comes in pieces', async () => {
    const { answer, id } = await asked();
    for (const text of ['on', 'e ', 'two']) data(id, new TextEncoder().encode(text));
    data(id, undefined, {});
    expect(await answer).toEqual([201, 'one two']);
  });

  it('[CS5] rejects with 413 when it is longer than a frame, and cancels it', async () => {
    const { answer, id } = await asked();
    data(id, new Uint8Array(600));
    data(id, new Uint8Array(600));
    expect([(await received(Kind.Cancel)).id, await answer]).toEqual([
      id,
      expect.objectContaining({ errorName: 'TOO_LARGE_ERR', status: 413 }),
    ]);
  });

  it('[CS5] rejects when it does not end in time, and cancels it', async () => {
    const { answer, id } = await asked(100);
    data(id, new Uint8Array(10));
    await test.clock.advanceAsync(1_000);
    expect([(await received(Kind.Cancel)).id, await answer]).toEqual([id, expect.any(DeadlineError)]);
  });

  it('[CS6] rejects with the status when it is broken off', async () => {
    const { answer, id } = await asked();
    data(id, undefined, { status: 500 });
    expect(await answer).toEqual(new RemoteError(500, undefined, 'no further detail'));
  });
});
