import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Encoding, Flag, Kind, Method, type Message, type MessageInit } from '../../common/protocol/message.ts';
import { jsonPayload, parseJsonPayload } from '../../common/protocol/payload.ts';
import { frameOf, handshakeDatagram, isHandshake, sign } from '../../common/transport/datagram/datagram.ts';
import { firstHello } from '../../common/transport/datagram/datagram-hello.ts';
import { startTestHub, type TestHub } from '../support/test-hub.ts';
import { proofOf, udpFigures, UdpWireClient, wireCodec } from '../support/udp-wire-client.ts';
import { echo, WireClient } from '../support/wire-client.ts';

let test: TestHub;
let opened: AsyncDisposableStack;

beforeEach(async () => {
  opened = new AsyncDisposableStack();
  test = opened.use(await startTestHub({ udp: { replyMemoryBytes: 4_096 } }));
});
afterEach(() => opened.disposeAsync());

const bind = async (): Promise<UdpWireClient> => opened.use(await UdpWireClient.bind(test.port));
const open = async (client: string, grants?: { call?: string[] }): Promise<UdpWireClient> =>
  opened.use(await UdpWireClient.open(test.port, { key: test.addClient(client, grants) }));

/** A service over WebSocket that counts its calls by uri. */
async function provide(
  id: string,
  answer: (request: Message) => MessageInit | undefined = echo,
): Promise<{ readonly calls: ReadonlyMap<string, number>; readonly link: WireClient }> {
  const calls = new Map<string, number>();
  const link = opened.use(await WireClient.open(test.url, { key: test.addClient(`${id}-provider`) }));
  await link.provide({ id, routes: [{ pattern: '/*rest' }] }, (request) => {
    const uri = request.uri ?? '';
    calls.set(uri, (calls.get(uri) ?? 0) + 1);
    return answer(request);
  });
  return { calls, link };
}

async function figures(): Promise<ReadonlyMap<string, number>> {
  const page = await fetch(`${test.httpUrl}/metrics`);
  return udpFigures(await page.text());
}

const figure = async (name: string): Promise<number> => (await figures()).get(name) ?? 0;
const problem = (message: Message): Record<string, unknown> =>
  parseJsonPayload(message.payload) as Record<string, unknown>;
const get = (id: number, uri: string): MessageInit => ({
  kind: Kind.Request,
  method: Method.Get,
  id,
  uri,
  timeoutMs: 10_000,
});

describe('a session', () => {
  it('[UD1] is opened by a proof of the key and carries requests and answers', async () => {
    await provide('echo');
    const client = await open('sensor');
    const answer = await client.ask({ ...get(1, '/echo/a'), encoding: Encoding.Text, payload: Buffer.from('hello') });
    expect({ status: answer.status, id: answer.id, text: Buffer.from(answer.payload).toString() }).toEqual({
      status: 200,
      id: 1,
      text: 'hello',
    });
    const [connection] = test.hub.connections.list().filter(({ transport }) => transport === 'udp');
    expect(connection).toMatchObject({ client: 'sensor', agent: 'wire/1', subprotocol: 'whub.v1.fbs', messagesIn: 2 });
  });

  it('[UD7] Welcome says what a datagram holds', async () => {
    const client = await bind();
    const welcome = await client.greet({ key: test.addClient('sensor') });
    expect(problem(welcome)).toMatchObject({ client: 'sensor', limits: { max_frame_bytes: 1_172 } });
  });

  it('[UD7] is anonymous without a key, and gets what the anonymous get', async () => {
    const client = opened.use(await UdpWireClient.open(test.port));
    expect((await client.ask(get(1, '/status/info'))).status).toBe(200);
    expect((await client.ask(get(2, '/status/'))).status).toBe(401);
  });

  it('[UD7] grants hold for each request', async () => {
    await provide('echo');
    const client = await open('sensor', { call: ['other'] });
    expect((await client.ask(get(1, '/echo/a'))).status).toBe(403);
    test.hub.clients.setGrants('sensor', ['echo'], []);
    expect((await client.ask(get(2, '/echo/a'))).status).toBe(200);
    expect((await client.ask({ ...get(3, '/echo/a'), from: 'somebody' })).status).toBe(403);
  });

  it('[UD7] a revoked client is told Goodbye 401, again for each datagram that still comes', async () => {
    const client = await open('sensor');
    test.hub.clients.revoke('sensor');
    for (const id of [1, 2, 3]) {
      const goodbye = await client.hear();
      expect({ kind: goodbye.kind, status: goodbye.status }).toEqual({ kind: Kind.Goodbye, status: 401 });
      client.tell(get(id, '/status/info'));
    }
    const again = opened.use(await UdpWireClient.bind(test.port));
    expect((await again.greet({ client: 'sensor', key: test.addClient('other') })).status).toBe(401);
  });

  it('[UD7] Ping is answered, and the client leaves with Goodbye', async () => {
    const client = await open('sensor');
    client.tell({ kind: Kind.Ping, id: 7, payload: Buffer.from('tick') });
    const pong = await client.hear();
    expect({ kind: pong.kind, id: pong.id, text: Buffer.from(pong.payload).toString() }).toEqual({
      kind: Kind.Pong,
      id: 7,
      text: 'tick',
    });
    client.tell({ kind: Kind.Goodbye });
    const udp = (): number =>
      test.hub.connections.list().filter(({ state, transport }) => transport === 'udp' && state !== 'closed').length;
    await expect.poll(udp).toBe(0);
  });

  it('[UD7] what is no message, under the right tag, is Goodbye 400', async () => {
    const client = await open('sensor');
    client.send(client.sender?.seal(Buffer.from('nothing that could be read')) ?? Buffer.alloc(0));
    const goodbye = await client.hear();
    expect({ kind: goodbye.kind, status: goodbye.status }).toEqual({ kind: Kind.Goodbye, status: 400 });
  });
});

describe('the handshake', () => {
  it('[UD4] whatever comes before a challenge is met, no more bytes go back than came', async () => {
    const client = await bind();
    const nonce = randomBytes(16);
    const hello = handshakeDatagram(firstHello(nonce, (message) => wireCodec.encode(message)));
    const short = handshakeDatagram(
      wireCodec.encode({
        kind: Kind.Hello,
        encoding: Encoding.Json,
        payload: jsonPayload({ nonce: nonce.toString('hex') }),
      }),
    );
    const all = [
      ...[0, 1, 27, 28, 29, 100, 255, 256, 1_200, 1_201, 9_000].map((size) => Buffer.alloc(size)),
      ...[29, 300, 1_200].map((size) => randomBytes(size)),
      ...Array.from({ length: hello.length }, (_, size) => hello.subarray(0, size)),
      short,
      proofOf({}, { nonce, challenge: randomBytes(24) }).datagram,
      ...['request', 'ping', 'goodbye', 'welcome'].map(() =>
        handshakeDatagram(wireCodec.encode(get(1, '/status/info'))),
      ),
    ];
    const answers = new Map<number, number>();
    for (const datagram of [...all, hello, hello]) {
      const before = client.bytesIn;
      const received = await figure('datagrams_received_total');
      client.send(datagram);
      await expect.poll(() => figure('datagrams_received_total'), { interval: 1 }).toBe(received + 1);
      if (datagram === hello) await client.next();
      const back = client.bytesIn - before;
      expect(back).toBeLessThanOrEqual(datagram.length);
      answers.set(back, (answers.get(back) ?? 0) + 1);
    }
    // Both full Hellos were answered, and nothing else.
    expect([...answers.values()].toSorted((a, b) => a - b)).toEqual([2, all.length]);
    expect(await figure('sent_bytes_total')).toBe(client.bytesIn);
    expect(await figure('sessions')).toBe(0);
  }, 60_000);

  it('[UD4] a challenge holds for the nonce and the port that it was made for', async () => {
    const [one, other] = [await bind(), await bind()];
    const identity = { key: test.addClient('sensor') };
    const context = await one.challenge();
    other.send(proofOf(identity, context).datagram);
    one.send(proofOf(identity, { ...context, nonce: randomBytes(16) }).datagram);
    one.send(
      proofOf(identity, { ...context, challenge: context.challenge.map((byte, at) => (at === 0 ? byte ^ 1 : byte)) })
        .datagram,
    );
    await expect.poll(() => figure('challenge')).toBe(3);
    const { datagram, macs } = proofOf(identity, context);
    one.send(datagram);
    one.adopt(await one.next(), macs);
    expect((await one.ask(get(1, '/status/info'))).status).toBe(200);
    expect(other.inbox).toEqual([]);
  });

  it('[UD5] a Hello that comes again gets the same Welcome again, at most ten times, and no second session', async () => {
    const client = await bind();
    const { datagram, macs } = proofOf({ key: test.addClient('sensor') }, await client.challenge());
    client.send(datagram);
    const welcome = await client.next();
    for (let time = 0; time < 10; time += 1) {
      client.send(datagram);
      expect(Buffer.from(await client.next())).toEqual(Buffer.from(welcome));
    }
    client.send(datagram);
    await expect.poll(() => figure('spent')).toBe(1);
    expect(await figure('sessions_total')).toBe(1);
    client.adopt(welcome, macs);
    expect((await client.ask(get(1, '/status/info'))).status).toBe(200);
  });

  it('[UD5] a challenge is spent by a wrong key, too, and the refusal comes again', async () => {
    const client = await bind();
    const context = await client.challenge();
    const key = test.addClient('sensor');
    client.send(proofOf({ key: `${key.slice(0, -3)}AAA` }, context).datagram);
    const refusal = await client.next();
    client.send(proofOf({ key }, context).datagram);
    expect(Buffer.from(await client.next())).toEqual(Buffer.from(refusal));
    expect(test.hub.connections.list().some(({ client: id }) => id === 'sensor')).toBe(false);
  });

  it('[UD6] a wrong key is 401, in the same words whether there is such a credential or not', async () => {
    const key = test.addClient('sensor');
    const [wrong, unknown] = [`${key.slice(0, -3)}AAA`, `whub_zzzzzzzzzz_${key.slice(16)}`];
    const goodbyes: unknown[] = [];
    for (const presented of [wrong, unknown]) {
      const client = await bind();
      client.send(proofOf({ client: 'sensor', key: presented }, await client.challenge()).datagram);
      const answer = await client.next();
      expect(isHandshake(answer)).toBe(true);
      goodbyes.push(problem(wireCodec.decode(frameOf(answer))));
    }
    expect(goodbyes[0]).toMatchObject({ status: 401, type: 'urn:whub:error:UNAUTHORIZED_ERR' });
    expect(goodbyes[1]).toEqual(goodbyes[0]);
  });

  it("[UD6] another client's key, and a client without a key, are 401", async () => {
    const key = test.addClient('sensor');
    test.addClient('other');
    for (const identity of [{ client: 'other', key }, { client: 'sensor' }]) {
      const goodbye = await (await bind()).greet(identity);
      expect({ kind: goodbye.kind, status: goodbye.status }).toEqual({ kind: Kind.Goodbye, status: 401 });
    }
  });

  it.each(['key', 'token'])('[UD6] a %s in clear is 400', async (member) => {
    const client = await bind();
    const { nonce, challenge } = await client.challenge();
    const members = { nonce: Buffer.from(nonce).toString('hex'), challenge: Buffer.from(challenge).toString('hex') };
    const payload = jsonPayload({ ...members, [member]: 'whub_something' });
    const datagram = handshakeDatagram(wireCodec.encode({ kind: Kind.Hello, encoding: Encoding.Json, payload }));
    sign(datagram, proofOf({}, { nonce, challenge }).macs.client);
    client.send(datagram);
    const goodbye = wireCodec.decode(frameOf(await client.next()));
    expect(problem(goodbye)).toMatchObject({
      status: 400,
      detail: expect.stringContaining('Cannot take a key or token') as string,
    });
  });

  it('[UD6] a Hello that was changed on its way is dropped, and the challenge holds still', async () => {
    const client = await bind();
    const identity = { client: 'sensor', key: test.addClient('sensor') };
    const context = await client.challenge();
    const { datagram, macs } = proofOf(identity, context);
    const text = Buffer.from(datagram).toString('latin1').replace('wire/1', 'evil/1');
    client.send(Buffer.from(text, 'latin1'));
    await expect.poll(() => figure('forged')).toBe(1);
    client.send(datagram);
    client.adopt(await client.next(), macs);
    expect((await client.ask(get(1, '/status/info'))).status).toBe(200);
  });
});

describe('captured and bent datagrams', () => {
  it('[UD8] a captured datagram does nothing, from another address or from the same', async () => {
    const { calls } = await provide('echo');
    const client = await open('sensor');
    const thief = await bind();
    const captured = client.seal(get(1, '/echo/a'));
    // First from elsewhere, while its own has not come: it would take the answer with it.
    thief.send(captured);
    await expect.poll(() => figure('foreign')).toBe(1);
    client.send(captured);
    expect((await client.hear()).status).toBe(200);
    client.send(captured);
    thief.send(captured);
    await expect.poll(async () => [await figure('replayed'), await figure('foreign')]).toEqual([1, 2]);
    expect([calls.get('/echo/a'), thief.inbox, client.inbox]).toEqual([1, [], []]);
  });
});

describe('requests', () => {
  it('[UD9] one that comes again is answered from memory, and its provider is called once', async () => {
    const { calls } = await provide('echo');
    const client = await open('sensor');
    const first = await client.ask({ ...get(1, '/echo/a'), payload: Buffer.from('x') });
    const again = await client.ask({ ...get(1, '/echo/a'), payload: Buffer.from('x') });
    expect([again.status, again.id, Buffer.from(again.payload).toString()]).toEqual([first.status, 1, 'x']);
    expect(calls.get('/echo/a')).toBe(1);
    expect(await figure('repeats_total')).toBe(1);
  });

  it('[UD9] one that comes again while it is handled is not handled twice', async () => {
    const { calls, link } = await provide('slow', () => undefined);
    const client = await open('sensor');
    client.tell(get(1, '/slow/a'));
    const asked = await link.next(Kind.Request);
    client.tell(get(1, '/slow/a'));
    expect(await client.settle()).toEqual([]);
    link.send({ kind: Kind.Response, id: asked.id, status: 204 });
    expect((await client.hear()).status).toBe(204);
    expect(calls.get('/slow/a')).toBe(1);
  });

  it('[UD9] one whose answer is not kept any more is 409 and not handled again', async () => {
    const { calls } = await provide('echo');
    const client = await open('sensor');
    const body = randomBytes(700);
    for (let id = 1; id <= 10; id += 1) await client.ask({ ...get(id, '/echo/a'), payload: body });
    const again = await client.ask({ ...get(1, '/echo/a'), payload: body });
    expect([again.status, problem(again)['detail']]).toEqual([409, expect.stringContaining('no answer is kept')]);
    expect((await client.ask({ ...get(10, '/echo/a'), payload: body })).status).toBe(200);
    expect(calls.get('/echo/a')).toBe(10);
    expect(await figure('remembered_bytes')).toBeLessThanOrEqual(4_096);
  });

  it('[UD9] ids go up: one far below others is 409, and those from 0x40000000 up are counted by themselves', async () => {
    const client = await open('sensor');
    expect((await client.ask(get(100_000, '/status/info'))).status).toBe(200);
    expect((await client.ask(get(99_999, '/status/info'))).status).toBe(200);
    expect((await client.ask(get(100_000 - 65_536, '/status/info'))).status).toBe(409);
    expect((await client.ask(get(0x4000_0001, '/status/info'))).status).toBe(200);
    expect((await client.ask(get(100_001, '/status/info'))).status).toBe(200);
    client.tell(get(0x8000_0001, '/status/info'));
    expect((await client.hear()).status).toBe(400);
  });

  it('[UD9] a one-way request runs once and is answered by nothing', async () => {
    const { calls } = await provide('echo', () => undefined);
    const client = await open('sensor');
    for (let time = 0; time < 3; time += 1) client.tell({ ...get(1, '/echo/a'), flags: Flag.OneWay });
    expect(await client.settle()).toEqual([]);
    client.tell({ ...get(2, '/nothing'), flags: Flag.OneWay });
    expect(await client.settle()).toEqual([]);
    await expect.poll(() => calls.get('/echo/a')).toBe(1);
  });

  it('[UD9] a Cancel reaches the provider, and the caller gets 499, again when it asks again', async () => {
    const { link } = await provide('slow', () => undefined);
    const client = await open('sensor');
    client.tell(get(1, '/slow/a'));
    await link.next(Kind.Request);
    client.tell({ kind: Kind.Cancel, id: 1 });
    expect((await client.hear()).status).toBe(499);
    await link.next(Kind.Cancel);
    expect((await client.ask(get(1, '/slow/a'))).status).toBe(499);
  });

  it('[UD11] an answer that does not fit is 413; an error that does not fit keeps its status', async () => {
    await provide('large', () => ({ kind: Kind.Response, status: 200, payload: Buffer.alloc(2_000) }));
    const client = await open('sensor');
    const large = await client.ask(get(1, '/large/a'));
    expect([large.status, problem(large)['detail']]).toEqual([413, expect.stringContaining('1172 fit')]);
    const missing = await client.ask(get(2, `/nothing/${'x'.repeat(900)}`));
    expect([missing.status, problem(missing)['title']]).toEqual([404, 'Shortened']);
  });

  it('[UD11] an answer in pieces is 413 and cancelled at its provider; a request in pieces is 400', async () => {
    const { link } = await provide('stream', () => ({ kind: Kind.Response, status: 200, flags: Flag.Stream }));
    const client = await open('sensor');
    expect((await client.ask(get(1, '/stream/a'))).status).toBe(413);
    await link.next(Kind.Cancel);
    const refused = await client.ask({ ...get(2, '/stream/a'), flags: Flag.Stream });
    expect([refused.status, problem(refused)['detail']]).toEqual([400, expect.stringContaining('in pieces')]);
    client.tell({ kind: Kind.Data, id: 2, payload: Buffer.from('x') });
    expect(await client.settle()).toEqual([]);
  });

  it.each([
    ['/services/register', { id: 'mine', routes: [{ pattern: '/' }] }],
    ['/services/watch', {}],
  ])('[UD11] POST %s is 400', async (uri, body) => {
    const client = await open('sensor');
    const refused = await client.ask({
      ...get(1, uri),
      method: Method.Post,
      encoding: Encoding.Json,
      payload: jsonPayload(body),
    });
    expect(refused.status).toBe(400);
    expect(test.hub.services.list().some(({ id }) => id === 'mine')).toBe(false);
  });

  it('[UD11] Notices come, those that fit', async () => {
    const client = await open('sensor');
    const sender = opened.use(await WireClient.open(test.url, { key: test.addClient('boss') }));
    test.hub.clients.setGrants('boss', ['*', 'message'], []);
    const send = async (payload: unknown): Promise<Message> =>
      sender.request({
        method: Method.Post,
        uri: '/message/send',
        encoding: Encoding.Json,
        payload: jsonPayload({ to: 'sensor', topic: 'weather', payload }),
      });
    expect((await send('x'.repeat(2_000))).status).toBe(200);
    expect((await send('rain')).status).toBe(200);
    const notice = await client.hear();
    expect([notice.kind, notice.uri]).toEqual([Kind.Notice, '/message/weather']);
    expect(await figure('unsent_total')).toBe(1);
  });
});

describe('limits and life', () => {
  async function another(config: Parameters<typeof startTestHub>[0]): Promise<TestHub> {
    test = opened.use(await startTestHub(config));
    return test;
  }

  it('[UD12] over the number of sessions the hub says 429', async () => {
    await another({ udp: { maxSessions: 1 } });
    await open('sensor');
    const goodbye = await (await bind()).greet({ key: test.addClient('other') });
    expect([goodbye.status, problem(goodbye)['retry_after_ms']]).toEqual([429, 5_000]);
  });

  it('[UD12] a session in which nothing comes is ended with 408', async () => {
    await another({ udp: { sessionIdleMs: 100 } });
    const client = await open('sensor');
    const goodbye = await client.hear();
    expect([goodbye.kind, goodbye.status]).toEqual([Kind.Goodbye, 408]);
  });

  it('[UD13] a hub that drains answers what is in flight, opens no session, and says Goodbye 503', async () => {
    const { link } = await provide('slow', () => undefined);
    const [client, late] = [await open('sensor'), await bind()];
    const context = await late.challenge();
    const key = test.addClient('other');
    client.tell(get(1, '/slow/a'));
    const asked = await link.next(Kind.Request);
    const drained = test.hub.drain();
    late.send(proofOf({ key }, context).datagram);
    expect(wireCodec.decode(frameOf(await late.next())).status).toBe(503);
    link.send({ kind: Kind.Response, id: asked.id, status: 204 });
    expect((await client.hear()).status).toBe(204);
    const goodbye = await client.hear();
    expect([goodbye.kind, goodbye.status]).toEqual([Kind.Goodbye, 503]);
    await drained;
  });

  it('[UD13] a hub that stops at once says Goodbye and gives the port free', async () => {
    const client = await open('sensor');
    const { port } = test;
    await test.hub.stop();
    expect((await client.hear()).kind).toBe(Kind.Goodbye);
    const socket = createSocket('udp4');
    socket.bind({ port, address: '127.0.0.1', exclusive: true });
    await once(socket, 'listening');
    socket.close();
  });

  it('[UD14] listens on the port of the same number, over IPv6 too', async () => {
    await another({ host: '::1' });
    const client = opened.use(await UdpWireClient.open(test.port, { key: test.addClient('sensor') }, '::1'));
    expect((await client.ask(get(1, '/status/info'))).status).toBe(200);
    expect(test.hub.connections.list().find(({ transport }) => transport === 'udp')?.remoteAddress).toMatch(
      /^\[::1\]:\d+$/,
    );
    const module = test.hub.modules().find(({ name }) => name === 'udp-listener');
    expect(module?.health).toEqual({ state: 'serving', detail: `[::1]:${String(test.port)}, 1 sessions` });
  });

  it('[UD14] a port that is taken is said in one line that names the way out', async () => {
    const socket = createSocket('udp4');
    const { port } = test;
    await test.hub.stop();
    socket.bind({ port, address: '127.0.0.1', exclusive: true });
    await once(socket, 'listening');
    await expect(startTestHub({ port })).rejects.toThrow(
      `Cannot listen on udp port ${String(port)} of "127.0.0.1": another program has it; choose another with --port`,
    );
    await another({ port, udp: { enabled: false } });
    expect(test.hub.modules().some(({ name }) => name === 'udp-listener')).toBe(false);
    socket.close();
  });
});
