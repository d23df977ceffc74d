import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Encoding, Kind, Method, type Message } from '../../common/protocol/message.ts';
import { jsonPayload } from '../../common/protocol/payload.ts';
import { encodeUtf8 } from '../../common/protocol/utf8.ts';
import { startTestHub, type TestHub } from '../support/test-hub.ts';
import { jsonOf, WireClient, type WireClientOptions } from '../support/wire-client.ts';

let owned: AsyncDisposableStack;
let running: TestHub;
let keys: Record<'ann' | 'bob' | 'cid', string>;

beforeEach(async () => {
  owned = new AsyncDisposableStack();
  running = owned.use(await startTestHub());
  keys = {
    ann: running.addClient('ann', { call: ['*', 'message'] }),
    bob: running.addClient('bob'),
    cid: running.addClient('cid'),
  };
});

afterEach(() => owned.disposeAsync());

async function open(client: keyof typeof keys, options: WireClientOptions = {}): Promise<WireClient> {
  return owned.use(await WireClient.open(running.url, { client, key: keys[client] }, options));
}

async function post(client: WireClient, uri: string, body: unknown): Promise<readonly [number, unknown]> {
  const payload = body instanceof Uint8Array ? body : jsonPayload(body);
  const answer = await client.request({ method: Method.Post, uri, encoding: Encoding.Json, payload });
  return [answer.status, jsonOf(answer)];
}

/** From inside the hub, as the console: a manager. */
async function broadcast(body: unknown): Promise<readonly [number, unknown]> {
  const request = { kind: Kind.Request, method: Method.Post, uri: '/message/broadcast', encoding: Encoding.Json };
  const { message } = await running.hub.compose({ ...request, payload: jsonPayload(body) }, undefined);
  return [message.status, jsonOf(message)];
}

const seen = ({ uri, from, id, payload }: Message): unknown[] => [uri, from, id, new TextDecoder().decode(payload)];

describe('/message', () => {
  it('[MS1] send reaches each connection of the client with who sent it', async () => {
    const [ann, one, two] = [await open('ann'), await open('bob'), await open('bob', { subprotocol: 'whub.v1.json' })];
    expect(await post(ann, '/message/send', { to: 'bob', topic: 'door/open', payload: { n: 1 } })).toEqual([
      200,
      { delivered: 2 },
    ]);
    const notices = [await one.next(Kind.Notice), await two.next(Kind.Notice)];
    expect(notices.map(seen)).toEqual([
      ['/message/door/open', 'ann', 0, '{"n":1}'],
      ['/message/door/open', 'ann', 0, '{"n":1}'],
    ]);
  });

  it('[MS2] who is not online is 404, and so is everyone without a name', async () => {
    const ann = await open('ann');
    owned.use(await WireClient.open(running.url, {}));
    const statuses = ['bob', 'nobody', 'anonymous'].map(async (to) => post(ann, '/message/send', { to, topic: 'a' }));
    expect((await Promise.all(statuses)).map(([status]) => status)).toEqual([404, 404, 404]);
  });

  it('[MS3] send takes a grant that names "message", broadcast a manager', async () => {
    const [ann, bob, nobody] = [await open('ann'), await open('bob'), await WireClient.open(running.url, {})];
    owned.use(nobody);
    const letter = { to: 'ann', topic: 'a' };
    expect([
      (await post(bob, '/message/send', letter))[0],
      (await post(nobody, '/message/send', letter))[0],
      (await post(ann, '/message/broadcast', { topic: 'a' }))[0],
      (await post(ann, '/message/send', letter))[0],
    ]).toEqual([403, 401, 403, 200]);
  });

  it.each([
    [{ to: 'bob', topic: '../x' }, '"topic"'],
    [{ to: 'bob', topic: 'a//b' }, '"topic"'],
    [{ to: 'bob', topic: 'a b' }, '"topic"'],
    [{ to: 'bob', topic: 'a/...' }, '"topic"'],
    [{ to: 'bob', topic: 'a'.repeat(65) }, '"topic"'],
    [{ to: 'bob', topic: '/'.repeat(300) }, '"topic"'],
    [{ to: 'b/b', topic: 'a' }, '"to"'],
    [{ topic: 'a' }, '"to"'],
    [{ to: 'bob', topic: 'a', more: 1 }, 'the body'],
    [[], 'the body'],
  ])('[MS4] a body that is wrong is 400 and says where: %j', async (body, place) => {
    const ann = await open('ann');
    expect(await post(ann, '/message/send', body)).toEqual([
      400,
      expect.objectContaining({ detail: expect.stringContaining(`Cannot send the message: ${place}: `) as unknown }),
    ]);
  });

  it('[MS5] the payload is passed on byte for byte', async () => {
    const [ann, bob] = [await open('ann'), await open('bob')];
    await post(ann, '/message/send', encodeUtf8('{"to":"bob","topic":"n","payload": [12345678901234567890, 1.0]}'));
    await post(ann, '/message/send', { to: 'bob', topic: 'n' });
    const notices = [await bob.next(Kind.Notice), await bob.next(Kind.Notice)];
    expect(notices.map(({ payload }) => new TextDecoder().decode(payload))).toEqual([
      '[12345678901234567890, 1.0]',
      'null',
    ]);
  });

  it('[MS6] broadcast reaches every client, or the connections that provide a service', async () => {
    const [bob, cid, nobody] = [await open('bob'), await open('cid'), await WireClient.open(running.url, {})];
    owned.use(nobody);
    await cid.provide({ id: 'math', routes: [{ pattern: '/*rest' }] }, () => undefined);
    expect([
      await broadcast({ topic: 'all', payload: 1 }),
      await broadcast({ topic: 'some', payload: 2, service: 'math' }),
      (await broadcast({ topic: 'none', service: 'nothing' }))[0],
    ]).toEqual([[200, { delivered: 2 }], [200, { delivered: 1 }], 404]);
    const notices = [await bob.next(Kind.Notice), await cid.next(Kind.Notice), await cid.next(Kind.Notice)];
    expect([notices.map(seen), bob.inbox, nobody.inbox]).toEqual([
      [
        ['/message/all', 'console', 0, '1'],
        ['/message/all', 'console', 0, '1'],
        ['/message/some', 'console', 0, '2'],
      ],
      [],
      [],
    ]);
  });
});
