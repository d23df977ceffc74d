import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Encoding, Kind, Method, type Message } from '../../common/protocol/message.ts';
import { jsonPayload } from '../../common/protocol/payload.ts';
import { startTestHub, type TestHub } from '../support/test-hub.ts';
import { echo, jsonOf, WireClient } from '../support/wire-client.ts';

let bench: TestHub;
let key: string;

beforeAll(async () => {
  bench = await startTestHub({ limits: { maxFrameBytes: 1 << 20, handshakeTimeoutMs: 1_000 } });
  key = bench.addClient('cat');
});
afterAll(() => bench[Symbol.asyncDispose]());

const text = (message: Message): string => new TextDecoder().decode(message.payload);

describe('sessions over WebSocket', () => {
  it.each(['whub.v1.fbs', 'whub.v1.json', undefined] as const)(
    '[SE1] opens a session over subprotocol %s',
    async (subprotocol) => {
      await using client = await WireClient.connect(bench.url, subprotocol === undefined ? {} : { subprotocol });
      expect(client.socket.protocol).toBe(subprotocol ?? '');
      client.hello({ client: 'cat', key, agent: 'test/1' });
      expect(jsonOf(await client.next(Kind.Welcome))).toMatchObject({
        client: 'cat',
        role: 'provider',
        hub: { id: bench.hub.id, name: 'whub', version: bench.hub.version },
        limits: { max_frame_bytes: 1 << 20 },
        heartbeat_ms: 15_000,
      });
    },
  );

  it('[SE3] takes the key of the upgrade, and a key alone names its client', async () => {
    await using client = await WireClient.connect(bench.url, { headers: { authorization: `Bearer ${key}` } });
    client.hello({});
    expect(jsonOf(await client.next(Kind.Welcome))).toMatchObject({ client: 'cat' });
  });

  it.each([
    ['a wrong key', { client: 'cat', key: `whub_nobody_${'x'.repeat(43)}` }],
    ['no key', { client: 'cat' }],
    ['an unknown client', { client: 'nobody', key: 'x' }],
  ])('[SE4] ends a Hello with %s with Goodbye 401 and close code 4401', async (_what, credential) => {
    await using client = await WireClient.connect(bench.url);
    client.hello(credential);
    const goodbye = await client.next(Kind.Goodbye);
    expect([goodbye.status, jsonOf(goodbye)]).toEqual([
      401,
      expect.objectContaining({ type: 'urn:whub:error:UNAUTHORIZED_ERR' }),
    ]);
    expect((await client.closed).code).toBe(4401);
  });

  it("[SE4] refuses another client's key", async () => {
    bench.addClient('dog');
    await using client = await WireClient.connect(bench.url);
    client.hello({ client: 'dog', key });
    expect((await client.next(Kind.Goodbye)).status).toBe(401);
  });

  it('[SE2] lets the anonymous ask for /status/info and nothing else', async () => {
    await using client = await WireClient.open(bench.url, {});
    const info = await client.request({ method: Method.Get, uri: '/status/info' });
    const more = await client.request({ method: Method.Get, uri: '/status/' });
    expect([info.status, more.status]).toEqual([200, 401]);
  });

  it('[SE7] ends a WebSocket that says nothing with Goodbye 408', async () => {
    await using client = await WireClient.connect(bench.url);
    expect([(await client.next(Kind.Goodbye)).status, (await client.closed).code]).toEqual([408, 4408]);
  });

  it('[SE7] closes a connection that says nothing at all', async () => {
    const socket = connect(bench.port, '127.0.0.1');
    socket.on('error', () => undefined);
    const [failed] = (await once(socket.resume(), 'close')) as [boolean];
    expect(failed).toBe(false);
  });

  it('[SE14] ends a text frame on the binary subprotocol, and the reverse, with Goodbye 400', async () => {
    await using binary = await WireClient.open(bench.url, { key });
    binary.sendRaw(new TextEncoder().encode('{"kind":"ping"}'), false);
    expect((await binary.next(Kind.Goodbye)).status).toBe(400);
    await using json = await WireClient.open(bench.url, { key }, { subprotocol: 'whub.v1.json' });
    json.sendRaw(new Uint8Array([1, 2, 3]), true);
    expect([(await json.next(Kind.Goodbye)).status, (await json.closed).code]).toEqual([400, 4400]);
  });

  it('[SE14] ends text that is not UTF-8 with Goodbye 400', async () => {
    await using json = await WireClient.open(bench.url, { key }, { subprotocol: 'whub.v1.json' });
    json.sendRaw(new Uint8Array([0x7b, 0xff, 0x7d]), false);
    expect((await json.next(Kind.Goodbye)).status).toBe(400);
  });

  it.each(['whub.v1.fbs', 'whub.v1.json'] as const)(
    '[LI3] ends a frame above the limit with Goodbye 413 over %s',
    async (subprotocol) => {
      await using client = await WireClient.open(bench.url, { key }, { subprotocol });
      client.sendRaw(new Uint8Array((1 << 20) + 1).fill(0x20));
      expect([(await client.next(Kind.Goodbye)).status, (await client.closed).code]).toEqual([413, 4413]);
    },
  );

  it('[SE8] brings a request to its provider and the answer back, between any two subprotocols', async () => {
    const subprotocols = ['whub.v1.fbs', 'whub.v1.json'] as const;
    for (const theirs of subprotocols) {
      await using provider = await WireClient.open(bench.url, { key }, { subprotocol: theirs });
      await provider.provide({ id: 'relay', routes: [{ pattern: '/*rest' }] }, (request) => ({
        ...echo(request),
        status: 201,
        headers: [{ name: 'x-from', value: request.from ?? '' }],
      }));
      for (const mine of subprotocols) {
        await using caller = await WireClient.open(bench.url, { key }, { subprotocol: mine });
        const big = '{"n":12345678901234567890.10,"s":"\\u00e9"}';
        for (const [encoding, body] of [
          [Encoding.Json, big],
          [Encoding.Text, 'h\u00e9llo'],
          [Encoding.Bytes, '\u0000\u0001'],
          [Encoding.Json, '{ broken'],
        ] as const) {
          const payload = new TextEncoder().encode(body);
          const reply = await caller.request({ method: Method.Put, uri: '/relay/a%20b?q=1', encoding, payload });
          expect([reply.status, reply.encoding, text(reply), reply.headers]).toEqual([
            201,
            encoding,
            body,
            [{ name: 'x-from', value: 'cat' }],
          ]);
        }
      }
    }
  });

  it('[SE22] a handler that anyone registers on a running hub is used from the next message on, the last one first', async () => {
    await using client = await WireClient.open(bench.url, { key });
    const seen: string[] = [];
    const first = bench.hub.dispatcher.handle(Kind.Notice, (message) => seen.push(`first ${message.uri ?? ''}`));
    const second = bench.hub.dispatcher.handle(Kind.Notice, (message, connection) => {
      seen.push(`second ${message.uri ?? ''} ${connection.clientId}`);
      connection.post({ kind: Kind.Notice, uri: '/heard' });
    });
    client.send({ kind: Kind.Notice, uri: '/a' });
    await client.next(Kind.Notice);
    second[Symbol.dispose]();
    client.send({ kind: Kind.Notice, uri: '/b' });
    client.send({ kind: Kind.Ping });
    await client.next(Kind.Pong);
    first[Symbol.dispose]();
    client.send({ kind: Kind.Notice, uri: '/c' });
    client.send({ kind: Kind.Ping });
    await client.next(Kind.Pong);
    expect(seen).toEqual(['second /a cat', 'first /b']);
  });

  it('[SE22] a handler registered before the start is used too', async () => {
    await using early = await startTestHub();
    const seen: unknown[] = [];
    using _handler = early.hub.dispatcher.handle(Kind.Ping, (message, connection) => {
      seen.push(message.id);
      connection.post({ kind: Kind.Pong, id: 99 });
    });
    await using client = await WireClient.open(early.url, {});
    client.send({ kind: Kind.Ping, id: 5 });
    expect([(await client.next(Kind.Pong)).id, seen]).toEqual([99, [5]]);
  });

  it('[SE23] ends the connections of a revoked client at once with Goodbye 401 and lets a restored one in again', async () => {
    const fox = bench.addClient('fox');
    await using client = await WireClient.open(bench.url, { key: fox });
    expect(bench.hub.clients.revoke('fox')).toBe(true);
    expect([(await client.next(Kind.Goodbye)).status, (await client.closed).code]).toEqual([401, 4401]);
    await using again = await WireClient.connect(bench.url);
    again.hello({ key: fox });
    expect((await again.next(Kind.Goodbye)).status).toBe(401);
    bench.hub.clients.restore('fox');
    await using restored = await WireClient.open(bench.url, { key: fox });
    expect(restored.socket.readyState).toBe(restored.socket.OPEN);
  });

  it.each([
    ['a revoked client', ({ hub }: TestHub) => hub.clients.revoke('hen'), 401],
    [
      'a blocked client',
      ({ hub }: TestHub) => hub.blocks.add({ kind: 'client', target: 'hen', reason: '', forMs: 0 }),
      429,
    ],
  ])(
    '[SE35] lets nobody in whose key was right when it was looked at, and is %s before Welcome',
    async (_what, end, status) => {
      await using stage = await startTestHub();
      const { hub } = stage;
      const hen = stage.addClient('hen');
      // The key is looked at while Hello is handled; Welcome comes some turns of microtasks later.
      using _handling = hub.dispatcher.handle(Kind.Hello, (message, connection) => {
        connection.hello(message);
        end(stage);
      });
      await using client = await WireClient.connect(stage.url);
      client.hello({ key: hen });
      const goodbye = await client.next(Kind.Goodbye);
      const open = hub.connections.list().filter(({ state }) => state === 'open');
      expect([goodbye.status, client.inbox, open]).toEqual([status, [], []]);
    },
  );

  it('[SE21] a changed grant holds for the next request of an open connection', async () => {
    const owl = bench.addClient('owl', { call: [] });
    await using provider = await WireClient.open(bench.url, { key });
    await provider.provide({ id: 'granted', routes: [{ pattern: '/' }] }, echo);
    await using client = await WireClient.open(bench.url, { key: owl });
    expect((await client.request({ method: Method.Get, uri: '/granted/' })).status).toBe(403);
    bench.hub.clients.setGrants('owl', ['granted'], []);
    expect((await client.request({ method: Method.Get, uri: '/granted/' })).status).toBe(200);
  });

  it('[SE24] lists connections with what they do, and those closed lately with their reason', async () => {
    const rat = bench.addClient('rat');
    await using provider = await WireClient.open(
      bench.url,
      { key: rat, agent: 'rat/2' },
      { subprotocol: 'whub.v1.json' },
    );
    await provider.provide({ id: 'listed', routes: [{ pattern: '/' }] }, echo);
    const row = bench.hub.connections.list().find(({ client }) => client === 'rat');
    expect(row).toMatchObject({
      state: 'open',
      role: 'provider',
      part: 'provider',
      agent: 'rat/2',
      transport: 'websocket',
      subprotocol: 'whub.v1.json',
      remoteAddress: expect.stringMatching(/^127\.0\.0\.1:\d+$/) as string,
      closedAtMs: null,
      messagesIn: 2,
      messagesOut: 2,
      services: ['listed'],
    });
    expect(bench.hub.connections.close(row?.id ?? '', 'by hand')).toBe(true);
    expect(jsonOf(await provider.next(Kind.Goodbye))).toEqual({
      type: 'about:blank',
      title: 'Goodbye',
      status: 0,
      detail: 'by hand',
    });
    expect((await provider.closed).code).toBe(1000);
    const after = bench.hub.connections.list().find(({ id }) => id === row?.id);
    expect([after?.state, after?.closeReason, after?.services]).toEqual(['closed', '0: by hand', []]);
    expect(bench.hub.connections.close(row?.id ?? '', 'again')).toBe(false);
  });

  it('[SE25] tells what happened in its event log, newest first', async () => {
    const emu = bench.addClient('emu');
    const client = await WireClient.open(bench.url, { key: emu });
    await client.provide({ id: 'events', routes: [{ pattern: '/' }] }, echo);
    await client[Symbol.asyncDispose]();
    await expect
      .poll(() => bench.hub.events.list(4).map(({ kind }) => kind))
      .toEqual(expect.arrayContaining(['disconnected', 'provider-lost', 'provider-registered', 'connected']));
    expect(
      bench.hub.events.list(500).some(({ kind, client: id }) => kind === 'client-registered' && id === 'emu'),
    ).toBe(true);
  });

  it('[SE10] refuses a second request with an id in flight with 409 and answers the first', async () => {
    await using provider = await WireClient.open(bench.url, { key });
    await provider.provide({ id: 'slow', routes: [{ pattern: '/' }] }, () => undefined);
    await using caller = await WireClient.open(bench.url, { key });
    caller.send({ kind: Kind.Request, id: 5, method: Method.Get, uri: '/slow/' });
    const held = await provider.next(Kind.Request);
    expect((await caller.request({ id: 5, method: Method.Get, uri: '/slow/' })).status).toBe(409);
    provider.send({ kind: Kind.Response, id: held.id, status: 200, encoding: Encoding.Json, payload: jsonPayload(1) });
    expect((await caller.next(Kind.Response, 5)).status).toBe(200);
  });
});
