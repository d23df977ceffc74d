import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Encoding, Flag, Kind, Method, type Message } from '../../common/protocol/message.ts';
import { jsonPayload } from '../../common/protocol/payload.ts';
import { frameOf } from '../../common/transport/datagram/datagram.ts';
import type { HubConfigInput } from '../../server/hub/config.ts';
import { startTestHub } from '../support/test-hub.ts';
import { get, membersOf, UdpStage } from '../support/udp-stage.ts';
import { proofOf, UdpWireClient, wireCodec } from '../support/udp-wire-client.ts';
import { WireClient } from '../support/wire-client.ts';

let stage: UdpStage;

beforeEach(async () => {
  stage = await UdpStage.start({ udp: { replyMemoryBytes: 4_096 } });
});
afterEach(() => stage[Symbol.asyncDispose]());

describe('a session', () => {
  it('[UD1] is opened by a proof of the key and carries requests and answers', async () => {
    await stage.provide('echo');
    const client = await stage.open('sensor');
    const answer = await client.ask({ ...get(1, '/echo/a'), encoding: Encoding.Text, payload: Buffer.from('hello') });
    expect({ status: answer.status, id: answer.id, text: Buffer.from(answer.payload).toString() }).toEqual({
      status: 200,
      id: 1,
      text: 'hello',
    });
    const [connection] = stage.test.hub.connections.list().filter(({ transport }) => transport === 'udp');
    expect(connection).toMatchObject({ client: 'sensor', agent: 'wire/1', subprotocol: 'whub.v1.fbs', messagesIn: 2 });
  });

  it('[UD7] Welcome says what a datagram holds', async () => {
    const client = await stage.bind();
    const welcome = await client.greet({ key: stage.test.addClient('sensor') });
    expect(membersOf(welcome)).toMatchObject({ client: 'sensor', limits: { max_frame_bytes: 1_172 } });
  });

  it('[UD7] is anonymous without a key, and gets what the anonymous get', async () => {
    const client = stage.use(await UdpWireClient.open(stage.test.port));
    expect((await client.ask(get(1, '/status/info'))).status).toBe(200);
    expect((await client.ask(get(2, '/status/'))).status).toBe(401);
  });

  it('[UD7] grants hold for each request', async () => {
    await stage.provide('echo');
    const client = await stage.open('sensor', { call: ['other'] });
    expect((await client.ask(get(1, '/echo/a'))).status).toBe(403);
    stage.test.hub.clients.setGrants('sensor', ['echo'], []);
    expect((await client.ask(get(2, '/echo/a'))).status).toBe(200);
    expect((await client.ask({ ...get(3, '/echo/a'), from: 'somebody' })).status).toBe(403);
  });

  it('[UD7] a revoked client is told Goodbye 401, again for each datagram that still comes', async () => {
    const client = await stage.open('sensor');
    stage.test.hub.clients.revoke('sensor');
    for (const id of [1, 2, 3]) {
      const goodbye = await client.hear();
      expect({ kind: goodbye.kind, status: goodbye.status }).toEqual({ kind: Kind.Goodbye, status: 401 });
      client.tell(get(id, '/status/info'));
    }
    const again = stage.use(await UdpWireClient.bind(stage.test.port));
    expect((await again.greet({ client: 'sensor', key: stage.test.addClient('other') })).status).toBe(401);
  });

  it('[UD7] Ping is answered, and the client leaves with Goodbye', async () => {
    const client = await stage.open('sensor');
    client.tell({ kind: Kind.Ping, id: 7, payload: Buffer.from('tick') });
    const pong = await client.hear();
    expect({ kind: pong.kind, id: pong.id, text: Buffer.from(pong.payload).toString() }).toEqual({
      kind: Kind.Pong,
      id: 7,
      text: 'tick',
    });
    client.tell({ kind: Kind.Goodbye });
    const udp = (): number =>
      stage.test.hub.connections.list().filter(({ state, transport }) => transport === 'udp' && state !== 'closed')
        .length;
    await expect.poll(udp).toBe(0);
  });

  it('[UD7] what is no message, under the right tag, is Goodbye 400', async () => {
    const client = await stage.open('sensor');
    client.send(client.sender?.seal(Buffer.from('nothing that could be read')) ?? Buffer.alloc(0));
    const goodbye = await client.hear();
    expect({ kind: goodbye.kind, status: goodbye.status }).toEqual({ kind: Kind.Goodbye, status: 400 });
  });
});

describe('requests', () => {
  it('[UD9] one that comes again is answered from memory, and its provider is called once', async () => {
    const { calls } = await stage.provide('echo');
    const client = await stage.open('sensor');
    const first = await client.ask({ ...get(1, '/echo/a'), payload: Buffer.from('x') });
    const again = await client.ask({ ...get(1, '/echo/a'), payload: Buffer.from('x') });
    expect([again.status, again.id, Buffer.from(again.payload).toString()]).toEqual([first.status, 1, 'x']);
    expect(calls.get('/echo/a')).toBe(1);
    expect(await stage.figure('repeats_total')).toBe(1);
  });

  it('[UD9] one that comes again while it is handled is not handled twice', async () => {
    const { calls, link } = await stage.provide('slow', () => undefined);
    const client = await stage.open('sensor');
    client.tell(get(1, '/slow/a'));
    const asked = await link.next(Kind.Request);
    client.tell(get(1, '/slow/a'));
    expect(await client.settle()).toEqual([]);
    link.send({ kind: Kind.Response, id: asked.id, status: 204 });
    expect((await client.hear()).status).toBe(204);
    expect(calls.get('/slow/a')).toBe(1);
  });

  it('[UD9] one whose answer is not kept any more is 409 and not handled again', async () => {
    const { calls } = await stage.provide('echo');
    const client = await stage.open('sensor');
    const body = randomBytes(700);
    for (let id = 1; id <= 10; id += 1) await client.ask({ ...get(id, '/echo/a'), payload: body });
    const again = await client.ask({ ...get(1, '/echo/a'), payload: body });
    expect([again.status, membersOf(again)['detail']]).toEqual([409, expect.stringContaining('no answer is kept')]);
    expect((await client.ask({ ...get(10, '/echo/a'), payload: body })).status).toBe(200);
    expect(calls.get('/echo/a')).toBe(10);
    expect(await stage.figure('remembered_bytes')).toBeLessThanOrEqual(4_096);
  });

  it('[UD9] ids go up: one far below others is 409, and those from 0x40000000 up are counted by themselves', async () => {
    const client = await stage.open('sensor');
    expect((await client.ask(get(100_000, '/status/info'))).status).toBe(200);
    expect((await client.ask(get(99_999, '/status/info'))).status).toBe(200);
    expect((await client.ask(get(100_000 - 65_536, '/status/info'))).status).toBe(409);
    expect((await client.ask(get(0x4000_0001, '/status/info'))).status).toBe(200);
    expect((await client.ask(get(100_001, '/status/info'))).status).toBe(200);
    client.tell(get(0x8000_0001, '/status/info'));
    expect((await client.hear()).status).toBe(400);
  });

  it('[UD9] a one-way request runs once and is answered by nothing', async () => {
    const { calls } = await stage.provide('echo', () => undefined);
    const client = await stage.open('sensor');
    for (let time = 0; time < 3; time += 1) client.tell({ ...get(1, '/echo/a'), flags: Flag.OneWay });
    expect(await client.settle()).toEqual([]);
    client.tell({ ...get(2, '/nothing'), flags: Flag.OneWay });
    expect(await client.settle()).toEqual([]);
    await expect.poll(() => calls.get('/echo/a')).toBe(1);
  });

  it('[UD9] a Cancel reaches the provider, and the caller gets 499, again when it asks again', async () => {
    const { link } = await stage.provide('slow', () => undefined);
    const client = await stage.open('sensor');
    client.tell(get(1, '/slow/a'));
    await link.next(Kind.Request);
    client.tell({ kind: Kind.Cancel, id: 1 });
    expect((await client.hear()).status).toBe(499);
    await link.next(Kind.Cancel);
    expect((await client.ask(get(1, '/slow/a'))).status).toBe(499);
  });

  it('[UD11] an answer that does not fit is 413; an error that does not fit keeps its status', async () => {
    await stage.provide('large', () => ({ kind: Kind.Response, status: 200, payload: Buffer.alloc(2_000) }));
    const client = await stage.open('sensor');
    const large = await client.ask(get(1, '/large/a'));
    expect([large.status, membersOf(large)['detail']]).toEqual([413, expect.stringContaining('1172 fit')]);
    const missing = await client.ask(get(2, `/nothing/${'x'.repeat(900)}`));
    expect([missing.status, membersOf(missing)['title']]).toEqual([404, 'Shortened']);
  });

  it('[UD11] an answer in pieces is 413 and cancelled at its provider; a request in pieces is 400', async () => {
    const { link } = await stage.provide('stream', () => ({ kind: Kind.Response, status: 200, flags: Flag.Stream }));
    const client = await stage.open('sensor');
    expect((await client.ask(get(1, '/stream/a'))).status).toBe(413);
    await link.next(Kind.Cancel);
    const refused = await client.ask({ ...get(2, '/stream/a'), flags: Flag.Stream });
    expect([refused.status, membersOf(refused)['detail']]).toEqual([400, expect.stringContaining('in pieces')]);
    client.tell({ kind: Kind.Data, id: 2, payload: Buffer.from('x') });
    expect(await client.settle()).toEqual([]);
  });

  it.each([
    ['/services/register', { id: 'mine', routes: [{ pattern: '/' }] }],
    ['/services/watch', {}],
  ])('[UD11] POST %s is 400', async (uri, body) => {
    const client = await stage.open('sensor');
    const refused = await client.ask({
      ...get(1, uri),
      method: Method.Post,
      encoding: Encoding.Json,
      payload: jsonPayload(body),
    });
    expect(refused.status).toBe(400);
    expect(stage.test.hub.services.list().some(({ id }) => id === 'mine')).toBe(false);
  });

  it('[UD11] Notices come, those that fit', async () => {
    const client = await stage.open('sensor');
    const sender = stage.use(await WireClient.open(stage.test.url, { key: stage.test.addClient('boss') }));
    stage.test.hub.clients.setGrants('boss', ['*', 'message'], []);
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
    expect(await stage.figure('unsent_total')).toBe(1);
  });
});

describe('limits and life', () => {
  async function another(config: Partial<HubConfigInput>): Promise<void> {
    await stage[Symbol.asyncDispose]();
    stage = await UdpStage.start(config);
  }

  it('[UD12] over the number of sessions the hub says 429', async () => {
    await another({ udp: { maxSessions: 1 } });
    await stage.open('sensor');
    const goodbye = await (await stage.bind()).greet({ key: stage.test.addClient('other') });
    expect([goodbye.status, membersOf(goodbye)['retry_after_ms']]).toEqual([429, 5_000]);
  });

  it('[UD12] a session in which nothing comes is ended with 408', async () => {
    await another({ udp: { sessionIdleMs: 100 } });
    const client = await stage.open('sensor');
    const goodbye = await client.hear();
    expect([goodbye.kind, goodbye.status]).toEqual([Kind.Goodbye, 408]);
  });

  it('[UD13] a hub that drains answers what is in flight, opens no session, and says Goodbye 503', async () => {
    const { link } = await stage.provide('slow', () => undefined);
    const [client, late] = [await stage.open('sensor'), await stage.bind()];
    const context = await late.challenge();
    const key = stage.test.addClient('other');
    client.tell(get(1, '/slow/a'));
    const asked = await link.next(Kind.Request);
    const drained = stage.test.hub.drain();
    late.send(proofOf({ key }, context).datagram);
    expect(wireCodec.decode(frameOf(await late.next())).status).toBe(503);
    link.send({ kind: Kind.Response, id: asked.id, status: 204 });
    expect((await client.hear()).status).toBe(204);
    const goodbye = await client.hear();
    expect([goodbye.kind, goodbye.status]).toEqual([Kind.Goodbye, 503]);
    await drained;
  });

  it('[UD13] a hub that stops at once says Goodbye and gives the port free', async () => {
    const client = await stage.open('sensor');
    const { port } = stage.test;
    await stage.test.hub.stop();
    expect((await client.hear()).kind).toBe(Kind.Goodbye);
    const socket = createSocket('udp4');
    socket.bind({ port, address: '127.0.0.1', exclusive: true });
    await once(socket, 'listening');
    socket.close();
  });

  it('[UD14] listens on the port of the same number, over IPv6 too', async () => {
    await another({ host: '::1' });
    const client = stage.use(await UdpWireClient.open(stage.test.port, { key: stage.test.addClient('sensor') }, '::1'));
    expect((await client.ask(get(1, '/status/info'))).status).toBe(200);
    expect(stage.test.hub.connections.list().find(({ transport }) => transport === 'udp')?.remoteAddress).toMatch(
      /^\[::1\]:\d+$/,
    );
    const module = stage.test.hub.modules().find(({ name }) => name === 'udp-listener');
    expect(module?.health).toEqual({ state: 'serving', detail: `[::1]:${String(stage.test.port)}, 1 sessions` });
  });

  it('[UD14] listens on each of several addresses, and answers over the one that was asked', async () => {
    await another({ host: 'localhost' });
    const { port } = stage.test;
    const key = stage.test.addClient('sensor');
    for (const host of ['127.0.0.1', '::1']) {
      const client = stage.use(await UdpWireClient.open(port, { key }, host));
      expect((await client.ask(get(1, '/status/info'))).status).toBe(200);
    }
  });

  it('[UD14] a port that is taken is said in one line that names the way out', async () => {
    const socket = createSocket('udp4');
    const { port } = stage.test;
    await stage.test.hub.stop();
    socket.bind({ port, address: '127.0.0.1', exclusive: true });
    await once(socket, 'listening');
    await expect(startTestHub({ port })).rejects.toThrow(
      `Cannot listen on udp port ${String(port)} of "127.0.0.1": another program has it; choose another with --port`,
    );
    await another({ port, transports: { udp: false } });
    expect(stage.test.hub.modules().some(({ name }) => name === 'udp-listener')).toBe(false);
    socket.close();
  });
});
