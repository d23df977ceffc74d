import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HubClient } from '../../client/node/index.ts';
import { Encoding, Kind, Method } from '../../common/protocol/message.ts';
import { startTestHub, type TestHub } from '../support/test-hub.ts';
import { framed, helloMessage, PREFACE, TcpWire } from '../support/tcp-wire.ts';

let bench: TestHub;
let key: string;

beforeAll(async () => {
  bench = await startTestHub({ limits: { maxFrameBytes: 100_000 } });
  key = bench.addClient('cat');
});
afterAll(() => bench[Symbol.asyncDispose]());

/** A good call by another client, which shows that the hub is well. */
async function assertAnswers(): Promise<void> {
  await using wire = await TcpWire.open(bench.port, { key });
  const reply = await wire.request({ method: Method.Get, uri: '/status/info' });
  expect(reply.status).toBe(200);
}

describe('WProtocol over TCP', () => {
  it('[TC5] a session is the same as over a WebSocket, and shows its transport', async () => {
    await using wire = await TcpWire.open(bench.port, { client: 'cat', key, agent: 'raw/1' });
    const [snapshot] = bench.hub.connections.list();
    expect([snapshot?.transport, snapshot?.client, snapshot?.remoteAddress]).toEqual([
      'tcp',
      'cat',
      `127.0.0.1:${String(wire.socket.localPort)}`,
    ]);
    wire.send({ kind: Kind.Ping, id: 7, payload: Uint8Array.of(1, 2) });
    const pong = await wire.next(Kind.Pong);
    expect([pong.id, [...pong.payload]]).toEqual([7, [1, 2]]);
  });

  it('[TC5] what comes in one piece is read whole: preface, Hello and requests', async () => {
    await using wire = await TcpWire.connect(bench.port);
    const requests = [1, 2, 3].map((id) => framed({ kind: Kind.Request, method: Method.Get, id, uri: '/status/info' }));
    wire.write(Buffer.concat([Buffer.from(PREFACE), framed(helloMessage({ key })), ...requests]));
    const answers = await Promise.all([1, 2, 3].map((id) => wire.next(Kind.Response, id)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  });

  it('[TC5] what trickles in byte by byte is read the same', async () => {
    await using wire = await TcpWire.connect(bench.port);
    const request = framed({ kind: Kind.Request, method: Method.Get, id: 1, uri: '/status/info' });
    for (const byte of Buffer.concat([Buffer.from(PREFACE), framed(helloMessage({ key })), request])) {
      wire.write(Uint8Array.of(byte));
      // The next tick of the loop, so that the bytes leave one by one.
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect((await wire.next(Kind.Response, 1)).status).toBe(200);
  });

  it.each([
    ['of 2^32 - 1 bytes', Buffer.from([255, 255, 255, 255]), 413],
    ['of one byte more than the limit', Buffer.from([161, 134, 1, 0]), 413],
    ['of no bytes', Buffer.alloc(4), 400],
    ['of noise', framed(new Uint8Array(40).fill(0xa5)), 400],
  ])('[TC2, TC6] a frame %s is answered with Goodbye, then the end', async (_what, bytes, status) => {
    await using wire = await TcpWire.open(bench.port, { key });
    wire.write(bytes);
    expect(await wire.goodbye()).toMatchObject({ status, ended: true });
    await assertAnswers();
  });

  it('[TC6] so is one before Hello, and a Hello that is wrong', async () => {
    await using early = await TcpWire.connect(bench.port);
    early.write(Buffer.concat([Buffer.from(PREFACE), Buffer.from([255, 255, 255, 127])]));
    expect(await early.goodbye()).toMatchObject({ status: 413, ended: true });
    await using wrong = await TcpWire.connect(bench.port);
    wrong.write(Buffer.concat([Buffer.from(PREFACE), framed(helloMessage({ key: `${key}x` }))]));
    expect(await wrong.goodbye()).toMatchObject({ status: 401, ended: true });
  });

  it('[TC3] a client that ends its side has left; what was answered still reaches it', async () => {
    await using wire = await TcpWire.open(bench.port, { key });
    const answered = wire.next(Kind.Response, 1);
    wire.socket.end(framed({ kind: Kind.Request, method: Method.Get, id: 1, uri: '/status/info' }));
    expect([(await answered).status, await wire.closed]).toEqual([200, { ended: true }]);
    expect(bench.hub.connections.list().filter(({ state }) => state === 'open')).toEqual([]);
  });

  it('[TC3] a client that resets is gone, and its service with it', async () => {
    await using watcher = await TcpWire.open(bench.port, { key });
    const wire = await TcpWire.open(bench.port, { key });
    const registered = await wire.request({
      method: Method.Post,
      uri: '/services/register',
      encoding: Encoding.Json,
      payload: Buffer.from('{"id":"short","routes":[{"pattern":"/"}]}'),
    });
    expect(registered.status).toBe(201);
    const waiting = watcher.request({ method: Method.Post, uri: '/short/' });
    await wire.next(Kind.Request);
    wire.socket.resetAndDestroy();
    expect((await waiting).status).toBe(502);
  });

  it('[TC6] a reader that does not read is cut off, as over a WebSocket', async () => {
    await using slow = await startTestHub({ limits: { maxFrameBytes: 200_000, maxOutgoingBytes: 200_000 } });
    const own = slow.addClient('cat');
    await using provider = await HubClient.connect({ url: slow.url, key: own });
    const body = new Uint8Array(150_000);
    await using _service = await provider.provide({
      id: 'big',
      routes: [{ pattern: '/', handler: () => ({ body }) }],
    });
    await using wire = await TcpWire.open(slow.port, { key: own });
    wire.socket.pause();
    for (let id = 1; id <= 400; id += 1) wire.send({ kind: Kind.Request, method: Method.Get, id, uri: '/big/' });
    await expect
      .poll(() => slow.hub.connections.list().some(({ transport, state }) => transport === 'tcp' && state === 'closed'))
      .toBe(true);
    wire.socket.resume();
    await wire.closed;
  });
});

describe('the SDK over TCP', () => {
  const connectTo = (url: string, options: Partial<Parameters<typeof HubClient.connect>[0]> = {}) =>
    HubClient.connect({ url, key, reconnect: false, ...options });

  it('[TC7] provides and calls', async () => {
    await using provider = await connectTo(bench.hub.address.tcpUrl);
    await using _service = await provider.provide({
      id: 'echo',
      routes: [{ pattern: '/', handler: async (request) => ({ body: await request.body() }) }],
    });
    await using caller = await connectTo(bench.hub.address.tcpUrl);
    const body = new Uint8Array(90_000).map((_, index) => index % 251);
    const replies = await Promise.all(
      Array.from({ length: 50 }, () => caller.request({ method: 'POST', uri: '/echo/', body })),
    );
    expect(replies.every((reply) => Buffer.compare(reply.bytes(), body) === 0)).toBe(true);
  });

  it('[TC7] speaks binary frames alone', async () => {
    await expect(connectTo(bench.hub.address.tcpUrl, { subprotocol: 'whub.v1.json' })).rejects.toThrow(
      /^Cannot speak whub\.v1\.json over "tcp:/,
    );
  });

  it('[TC8] says what is wrong: nothing listens, it is no hub, it refuses', async () => {
    const silent = await startTestHub();
    const { tcpUrl } = silent.hub.address;
    await silent[Symbol.asyncDispose]();
    await expect(connectTo(tcpUrl)).rejects.toThrow(
      `Cannot connect to "${tcpUrl}": nothing listens there; start a hub with "whub serve"`,
    );
    await using off = await startTestHub({ transports: { tcp: false } });
    await expect(connectTo(off.hub.address.tcpUrl)).rejects.toThrow(
      'the hub refuses this client with 403: Cannot speak WProtocol over TCP: it is switched off at this hub',
    );
    await expect(connectTo(bench.hub.address.tcpUrl, { key: 'whub_none_x' })).rejects.toThrow(
      'the hub refuses this client with 401',
    );
  });

  it('[TC8] connects again after the hub was gone, and offers its services again', async () => {
    const first = await startTestHub();
    const own = first.addClient('cat');
    const states: string[] = [];
    await using client = await HubClient.connect({
      url: first.hub.address.tcpUrl,
      key: own,
      reconnect: { baseDelayMs: 10, maxDelayMs: 50 },
      onStateChange: ({ kind }) => states.push(kind),
    });
    const [snapshot] = first.hub.connections.list();
    expect(snapshot?.transport).toBe('tcp');
    first.hub.connections.close(snapshot?.id ?? '', 'to see what it does');
    const reply = await client.request({ method: 'GET', uri: '/status/info' });
    expect([reply.status, states]).toEqual([200, ['open', 'reconnecting', 'open']]);
    await first[Symbol.asyncDispose]();
  });
});
