import { describe, expect, it } from 'vitest';
import { Encoding, Flag, Kind, Method } from '../common/protocol/message.ts';
import { scriptedClient } from '../test/support/scripted-client.ts';
import { jsonOf, ScriptedHub } from '../test/support/scripted-hub.ts';
import {
  ClientClosedError,
  ConnectError,
  ConnectionLostError,
  DeadlineError,
  HubClient,
  MessageTooLargeError,
  RefusedError,
} from './index.ts';

const test = scriptedClient();
const { connect, outcome } = test;

describe('HubClient.connect', () => {
  it('[CL2] says Hello with client, key and agent', async () => {
    await connect({ client: 'sensor', key: 'whub_k', agent: 'sensor/1.0' });
    const hello = await test.hub.peer(0).next(Kind.Hello);
    expect(jsonOf(hello)).toEqual({ client: 'sensor', key: 'whub_k', agent: 'sensor/1.0', resume: null });
  });

  it('[CL2] resolves when every connection is open', async () => {
    const client = await connect({ connections: 3 });
    expect([test.hub.dials, client.state]).toEqual([3, { kind: 'open', connections: 3 }]);
  });

  it('[CL3] rejects with RefusedError on Goodbye 401, and dials no more', async () => {
    test.hub.greeting = { kind: 'goodbye', status: 401, detail: 'unknown client "x"' };
    const error = await outcome(connect());
    await test.clock.advanceAsync(60_000);
    expect([error, test.hub.dials]).toEqual([new RefusedError(401, 'unknown client "x"'), 1]);
  });

  it('[CL3] rejects with ConnectError when nobody is there', async () => {
    test.hub.reachable = false;
    await expect(connect()).rejects.toThrow(ConnectError);
  });

  it('[CL3] rejects with ConnectError when Welcome does not come in time', async () => {
    test.hub.greeting = { kind: 'silence' };
    const connecting = outcome(connect({ connectTimeoutMs: 500 }));
    await test.clock.advanceAsync(500);
    expect(await connecting).toBeInstanceOf(ConnectError);
  });

  it('[CL3] rejects with ConnectError when the hub says Goodbye 429', async () => {
    test.hub.greeting = { kind: 'goodbye', status: 429, detail: 'too many' };
    await expect(connect()).rejects.toThrow('too many');
  });

  it("[CL3] rejects with the signal's reason when it aborts", async () => {
    test.hub.greeting = { kind: 'silence' };
    const controller = new AbortController();
    const connecting = outcome(connect({ signal: controller.signal }));
    await test.clock.advanceAsync(0);
    controller.abort(new Error('no longer'));
    expect(await connecting).toEqual(new Error('no longer'));
  });

  it('[CL3] keeps trying with waitForHub', async () => {
    test.hub.reachable = false;
    const connecting = connect({ waitForHub: true });
    await test.clock.advanceAsync(1_000);
    test.hub.reachable = true;
    await test.clock.advanceAsync(10_000);
    expect((await connecting).state.kind).toBe('open');
  });

  it.each([
    ['gopher://hub', 'this client speaks ws:, wss:, http:, https:, rtc+http:, rtc+https:, not "gopher:"'],
    ['whub', 'write it as ws://host:port'],
    ['ws://anna:secret@hub', 'give the key as an option'],
  ])('[CL3] refuses the url "%s"', async (url, reason) => {
    await expect(HubClient.connect({ url })).rejects.toThrow(reason);
  });

  it.each([
    [{ connections: 0 }, RangeError],
    [{ connections: 65 }, RangeError],
    [{ client: 'no spaces' }, TypeError],
    [{ defaultTimeoutMs: 0 }, RangeError],
    [{ reconnect: { baseDelayMs: -1 } }, RangeError],
  ])('[CL3] refuses the options %j', async (options, type) => {
    await expect(connect(options)).rejects.toThrow(type);
  });
});

describe('HubClient.request', () => {
  it('[CL4] sends method, uri, headers, body, budget and flags', async () => {
    const client = await connect();
    const asked = outcome(
      client.request({
        method: 'POST',
        uri: '/math/add?x=1',
        headers: { 'X-One': ['1', '2'] },
        json: { a: 1 },
        timeoutMs: 1_500,
        idempotent: true,
        to: 'calc',
      }),
    );
    const message = await test.hub.peer(0).next(Kind.Request);
    expect({
      ...{ method: message.method, uri: message.uri, to: message.to, id: message.id, flags: message.flags },
      ...{ headers: message.headers, encoding: message.encoding, timeoutMs: message.timeoutMs, body: jsonOf(message) },
    }).toEqual({
      ...{ method: Method.Post, uri: '/math/add?x=1', to: 'calc', id: 1, flags: Flag.Idempotent },
      headers: [
        { name: 'x-one', value: '1' },
        { name: 'x-one', value: '2' },
      ],
      ...{ encoding: Encoding.Json, timeoutMs: 1_500, body: { a: 1 } },
    });
    test.hub.peer(0).respond(message, 200);
    await asked;
  });

  it('[CL4] returns status, headers and body of the answer', async () => {
    const client = await connect();
    const asked = client.request({ uri: '/a' });
    const { id } = await test.hub.peer(0).next(Kind.Request);
    const headers = [{ name: 'x-b', value: 'c' }];
    const payload = new TextEncoder().encode('[1]');
    test.hub.peer(0).send({ kind: Kind.Response, id, status: 203, headers, encoding: Encoding.Json, payload });
    const reply = await asked;
    expect([reply.status, reply.ok, reply.encoding, [...reply.headers], reply.text(), reply.json()]).toEqual([
      203,
      true,
      'json',
      [['x-b', 'c']],
      '[1]',
      [1],
    ]);
  });

  it('[CL4] returns an answer of 400 and above as a reply, which orThrow() makes a RemoteError', async () => {
    const client = await connect();
    const asked = client.request({ uri: '/a' });
    const problem = { type: 'urn:whub:error:NOT_FOUND_ERR', title: 'Not found', status: 404, detail: 'no such thing' };
    test.hub.peer(0).respond(await test.hub.peer(0).next(Kind.Request), 404, problem);
    const reply = await asked;
    expect(reply.ok).toBe(false);
    expect(() => reply.orThrow()).toThrow(
      expect.objectContaining({
        name: 'RemoteError',
        status: 404,
        errorName: 'NOT_FOUND_ERR',
        detail: 'no such thing',
      }),
    );
  });

  it('[CL4] refuses a uri without "/" and a method that is none', async () => {
    const client = await connect();
    await expect(client.request({ uri: 'a' })).rejects.toThrow(TypeError);
    await expect(client.request({ uri: '/a', method: 'get' as 'GET' })).rejects.toThrow('Cannot use method "get"');
    await expect(client.request({ uri: '/a', timeoutMs: 0 })).rejects.toThrow(RangeError);
  });

  it('[CL5] uses the connections in turn', async () => {
    const client = await connect({ connections: 3 });
    for (const uri of ['/1', '/2', '/3', '/4', '/5', '/6']) void outcome(client.request({ uri }));
    await test.clock.advanceAsync(0);
    const counts = test.hub.peers.map((peer) => peer.received.filter(({ kind }) => kind === Kind.Request).length);
    expect(counts).toEqual([2, 2, 2]);
  });

  it('[CL6] rejects with DeadlineError and cancels when no answer comes in time', async () => {
    const client = await connect();
    const asked = outcome(client.request({ uri: '/slow', timeoutMs: 100 }));
    const { id } = await test.hub.peer(0).next(Kind.Request);
    await test.clock.advanceAsync(400);
    expect([(await asked) instanceof DeadlineError, (await test.hub.peer(0).next(Kind.Cancel)).id]).toEqual([true, id]);
  });

  it("[CL6] lets in the hub's own 504 that comes right after the deadline", async () => {
    const client = await connect();
    const asked = client.request({ uri: '/slow', timeoutMs: 100 });
    const message = await test.hub.peer(0).next(Kind.Request);
    await test.clock.advanceAsync(120);
    test.hub.peer(0).respond(message, 504);
    expect((await asked).status).toBe(504);
  });

  it("[CL7] rejects with the signal's reason and cancels when it aborts", async () => {
    const client = await connect();
    const controller = new AbortController();
    const asked = outcome(client.request({ uri: '/a', signal: controller.signal }));
    const { id } = await test.hub.peer(0).next(Kind.Request);
    controller.abort(new Error('changed my mind'));
    expect([await asked, (await test.hub.peer(0).next(Kind.Cancel)).id]).toEqual([new Error('changed my mind'), id]);
  });

  it('[CL7] sends nothing when the signal has aborted already', async () => {
    const client = await connect();
    const signal = AbortSignal.abort(new Error('before'));
    expect(await outcome(client.request({ uri: '/a', signal }))).toEqual(new Error('before'));
    await test.clock.advanceAsync(0);
    expect(test.hub.peer(0).received.filter(({ kind }) => kind === Kind.Request)).toEqual([]);
  });

  it('[CL7] ignores the answer to a request that was given up', async () => {
    const client = await connect();
    const controller = new AbortController();
    const asked = outcome(client.request({ uri: '/a', signal: controller.signal }));
    const message = await test.hub.peer(0).next(Kind.Request);
    controller.abort(new Error('gone'));
    test.hub.peer(0).respond(message, 200);
    await test.clock.advanceAsync(0);
    expect([await asked, client.state.kind]).toEqual([new Error('gone'), 'open']);
  });

  it('[CL8] rejects with ConnectionLostError when a request that is not idempotent loses its connection', async () => {
    const client = await connect();
    const asked = outcome(client.request({ method: 'POST', uri: '/a' }));
    await test.hub.peer(0).next(Kind.Request);
    test.hub.peer(0).cut();
    expect(await asked).toBeInstanceOf(ConnectionLostError);
  });

  it('[CL8] sends an idempotent request again over another connection', async () => {
    const client = await connect({ connections: 2 });
    const asked = client.request({ uri: '/a' });
    await test.clock.advanceAsync(0);
    const [first, second] = test.hub.peers.toSorted((a, b) => b.received.length - a.received.length);
    first?.cut();
    second?.always('/a', 200);
    await test.clock.advanceAsync(0);
    expect((await asked).status).toBe(200);
  });

  it('[CL8] sends a request at most three times', async () => {
    const client = await connect();
    const asked = outcome(client.request({ uri: '/poison' }));
    for (let attempt = 0; attempt < 3; attempt += 1) {
      await test.clock.advanceAsync(10_000);
      await test.hub.peers.at(-1)?.next(Kind.Request);
      test.hub.peers.at(-1)?.cut();
    }
    expect([await asked, test.hub.dials]).toEqual([expect.any(ConnectionLostError), 3]);
  });

  it('[CL9] keeps a request made while reconnecting, and sends it with what is left of its time', async () => {
    const client = await connect();
    test.hub.reachable = false;
    test.hub.peer(0).cut();
    await test.clock.advanceAsync(0);
    const asked = client.request({ method: 'POST', uri: '/later', timeoutMs: 60_000 });
    await test.clock.advanceAsync(20_000);
    test.hub.reachable = true;
    await test.clock.advanceAsync(10_000);
    const message = await test.hub.peer(1).next(Kind.Request);
    test.hub.peer(1).respond(message, 200);
    expect([(await asked).status, message.timeoutMs < 40_000, message.timeoutMs > 25_000]).toEqual([200, true, true]);
  });

  it('[CL9] rejects a request at its deadline when no connection came back', async () => {
    const client = await connect();
    test.hub.reachable = false;
    test.hub.peer(0).cut();
    await test.clock.advanceAsync(0);
    const asked = outcome(client.request({ uri: '/later', timeoutMs: 1_000 }));
    await test.clock.advanceAsync(1_020);
    expect(await asked).toBeInstanceOf(DeadlineError);
  });

  it('[CL19] holds requests back at the limit that the hub announced', async () => {
    test.hub.greeting = { kind: 'welcome', maxInFlight: 1 };
    const client = await connect();
    const replies = Promise.all([client.request({ uri: '/1' }), client.request({ uri: '/2' })]);
    const first = await test.hub.peer(0).next(Kind.Request);
    await test.clock.advanceAsync(0);
    expect(test.hub.peer(0).received.filter(({ kind }) => kind === Kind.Request)).toEqual([]);
    test.hub.peer(0).respond(first, 200);
    test.hub.peer(0).respond(await test.hub.peer(0).next(Kind.Request), 201);
    expect((await replies).map(({ status }) => status)).toEqual([200, 201]);
  });

  it('[CL19] holds requests back while the connection is over its high-water mark', async () => {
    test.hub = new ScriptedHub({ highWaterBytes: 10_000 });
    const client = await connect();
    const body = new Uint8Array(20_000);
    const replies = Promise.all([client.request({ uri: '/1', body }), client.request({ uri: '/2', body })]);
    test.hub.peer(0).always('/1', 200);
    test.hub.peer(0).always('/2', 200);
    await test.clock.advanceAsync(0);
    expect((await replies).map(({ status }) => status)).toEqual([200, 200]);
  });

  it('[CL21] rejects what is over the frame limit of the hub, and keeps the connection', async () => {
    test.hub.greeting = { kind: 'welcome', maxFrameBytes: 1_000 };
    const client = await connect();
    await expect(client.request({ uri: '/a', body: new Uint8Array(2_000) })).rejects.toThrow(MessageTooLargeError);
    expect(client.state.kind).toBe('open');
  });
});

describe('HubClient.close', () => {
  it('[CL14] rejects what is in flight, and says Goodbye 0', async () => {
    const client = await connect();
    const asked = outcome(client.request({ uri: '/a' }));
    await test.hub.peer(0).next(Kind.Request);
    await client.close();
    expect([await asked, (await test.hub.peer(0).next(Kind.Goodbye)).status, client.state.kind]).toEqual([
      expect.any(ClientClosedError),
      0,
      'closed',
    ]);
  });

  it('[CL14] rejects what comes afterwards, and may be called twice', async () => {
    const client = await connect();
    await client.close();
    await client.close();
    await expect(client.request({ uri: '/a' })).rejects.toThrow(ClientClosedError);
    await expect(client.provide({ id: 'a', routes: [] })).rejects.toThrow(ClientClosedError);
    expect(() => client.notify({ uri: '/a' })).toThrow(ClientClosedError);
  });

  it('[CL14] ends a client that is reconnecting', async () => {
    const client = await connect();
    test.hub.reachable = false;
    test.hub.peer(0).cut();
    await test.clock.advanceAsync(0);
    const asked = outcome(client.request({ uri: '/a' }));
    await client.close();
    expect(await asked).toBeInstanceOf(ClientClosedError);
  });

  it('[CL14] is what `await using` does', async () => {
    {
      await using client = await HubClient.connect({ url: 'ws://hub', dial: test.hub.dial, clock: test.clock });
      expect(client.connections).toHaveLength(1);
    }
    await test.hub.peer(0).closed;
    expect((await test.hub.peer(0).next(Kind.Goodbye)).status).toBe(0);
  });
});

describe('HubClient messages', () => {
  it('[CL20] dispatcher.handle() takes a kind over, and gives it back when disposed', async () => {
    const client = await connect();
    const seen: string[] = [];
    client.onNotice.subscribe(({ topic, from }) => seen.push(`sdk ${topic} ${from}`));
    const own = client.dispatcher.handle(Kind.Notice, ({ uri }, connection) => {
      seen.push(`own ${String(uri)} ${connection.welcome.session}`);
    });
    test.hub.peer(0).send({ kind: Kind.Notice, uri: '/message/a', from: 'x' });
    await test.clock.advanceAsync(0);
    own[Symbol.dispose]();
    test.hub.peer(0).send({ kind: Kind.Notice, uri: '/message/b', from: 'y' });
    await test.clock.advanceAsync(0);
    expect(seen).toEqual(['own /message/a s1', 'sdk /message/b y']);
  });

  it('[CL22] notify() sends a one-way request, and fails when no connection is open', async () => {
    const client = await connect();
    client.notify({ uri: '/log/line', body: 'hello' });
    const { flags, method, encoding, payload } = await test.hub.peer(0).next(Kind.Request);
    expect([flags, method, encoding, new TextDecoder().decode(payload)]).toEqual([
      Flag.OneWay,
      Method.Call,
      Encoding.Text,
      'hello',
    ]);
    test.hub.peer(0).cut();
    await test.clock.advanceAsync(0);
    expect(() => client.notify({ uri: '/log/line' })).toThrow(ConnectionLostError);
  });
});
