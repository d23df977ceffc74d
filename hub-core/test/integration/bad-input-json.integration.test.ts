import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createBinaryCodec } from '../../common/protocol/binary-codec.ts';
import { DEFAULT_CODEC_LIMITS } from '../../common/protocol/limits.ts';
import { Encoding, Flag, HUB_ID_BIT, Kind, Method, type MessageInit } from '../../common/protocol/message.ts';
import { setBadInputStage, type BadInputStage } from '../support/bad-input-stage.ts';
import { rawHttp } from '../support/raw-http.ts';
import { echo, jsonOf, WireClient, type WireClientOptions } from '../support/wire-client.ts';

const FORMS = ['whub.v1.fbs', 'whub.v1.json'] as const;
const binary = createBinaryCodec({ ...DEFAULT_CODEC_LIMITS, maxFrameBytes: 0 });

let stage: BadInputStage;

beforeAll(async () => {
  stage = await setBadInputStage();
  stage.bench.addClient('pen', { call: ['message'] });
});
afterEach(() => stage.assertUnharmed());
afterAll(() => stage[Symbol.asyncDispose]());

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const textOf = (payload: Uint8Array): string => new TextDecoder().decode(payload);
const arrays = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
const open = (subprotocol?: WireClientOptions['subprotocol']): Promise<WireClient> =>
  WireClient.open(stage.bench.url, { key: stage.key }, subprotocol === undefined ? {} : { subprotocol });

/** The frame with every `from` in it replaced, whatever that makes of it. */
function patched(message: MessageInit, from: string, to: readonly number[]): Uint8Array {
  const frame = Buffer.from(binary.encode(message));
  const at = frame.indexOf(from);
  if (at < 0 || frame.indexOf(from, at + 1) >= 0 || from.length !== to.length) throw new TypeError('Cannot patch');
  frame.set(to, at);
  return frame;
}

/** Sends one frame. @returns status of the Goodbye and code of the close */
async function refusal(client: WireClient, frame: Uint8Array): Promise<readonly number[]> {
  client.sendRaw(frame);
  const { status } = await client.next(Kind.Goodbye);
  client.socket.close();
  return [status, (await client.closed).code];
}

describe('values that no parser of numbers and objects keeps', () => {
  it.each([
    '1e400',
    '-1e400',
    '9007199254740993',
    '0.1000000000000000055511151231257827',
    '{"a":1,"a":2}',
    '{"__proto__":{"polluted":1},"__proto__":2}',
    String.raw`"\ud800"`,
    '"\u0000"'.replace('\u0000', String.raw`\u0000`),
    `[ 1 ,\n\t2 ]`,
    arrays(200),
  ])('[BI35] %s comes back as it was sent, between any two forms and over HTTP', async (json) => {
    for (const form of FORMS) {
      await using provider = await open(form);
      await provider.provide({ id: 'same', routes: [{ pattern: '/' }] }, echo);
      for (const other of FORMS) {
        await using caller = await open(other);
        const payload = bytes(json);
        const reply = await caller.request({ method: Method.Post, uri: '/same/', encoding: Encoding.Json, payload });
        expect([form, other, textOf(reply.payload)]).toEqual([form, other, json]);
      }
      const headers = { authorization: `Bearer ${stage.key}`, 'content-type': 'application/json' };
      const http = await rawHttp(stage.bench.port, { method: 'POST', path: '/same/', headers, body: json });
      expect(http.body.toString()).toBe(json);
      const gone = await provider.request({ method: Method.Post, uri: '/services/unregister', encoding: Encoding.Json, payload: bytes('{"id":"same"}') }); // prettier-ignore
      expect(gone.status).toBe(200);
    }
  });

  it('[BI35] 100,000 arrays in a payload pass in the binary form, and to a provider of the JSON form as base64', async () => {
    const payload = bytes(arrays(100_000));
    await using caller = await open();
    for (const [form, id] of [
      ['whub.v1.fbs', 'deep'],
      ['whub.v1.json', 'deeper'],
    ] as const) {
      // prettier-ignore
      await using provider = await open(form);
      await provider.provide({ id, routes: [{ pattern: '/' }] }, echo);
      const reply = await caller.request({ method: Method.Post, uri: `/${id}/`, encoding: Encoding.Json, payload });
      expect([reply.status, reply.encoding, Buffer.compare(reply.payload, payload)]).toEqual([200, Encoding.Json, 0]);
      await provider.request({ method: Method.Post, uri: '/services/unregister', encoding: Encoding.Json, payload: bytes(`{"id":"${id}"}`) }); // prettier-ignore
    }
  });

  it('[BI35] a body held to a schema is 400 when it is nested too deeply, for every way of looking into it', async () => {
    const schemas = [{ uniqueItems: true }, { items: { $ref: '#' } }, { enum: [[1]] }, { contains: { const: [[]] } }];
    await using provider = await open();
    for (const [index, schema] of schemas.entries()) {
      const id = `held${String(index)}`;
      await provider.provide({ id, routes: [{ pattern: '/', request_schema: schema }] }, echo);
      const payload = bytes(`[${arrays(100_000)},${arrays(100_000)}]`);
      const reply = await provider.request({ method: Method.Post, uri: `/${id}/`, encoding: Encoding.Json, payload });
      expect([id, reply.status]).toEqual([id, 400]);
      await provider.request({ method: Method.Post, uri: '/services/unregister', encoding: Encoding.Json, payload: bytes(`{"id":"${id}"}`) }); // prettier-ignore
    }
  });

  it('[BI20] a message nested too deeply, or that is no UTF-8, is 400, and is not sent as something else', async () => {
    const key = stage.bench.addClient('writer', { call: ['message'] });
    await using writer = await WireClient.open(stage.bench.url, { key });
    const send = (payload: string) =>
      writer.request({
        method: Method.Post,
        uri: '/message/send',
        encoding: Encoding.Json,
        payload: bytes(`{"to":"writer","topic":"t","payload":${payload}}`),
      });
    expect([(await send(arrays(100_000))).status, (await send(arrays(300))).status]).toEqual([400, 400]);
    const broken = Buffer.concat([bytes('{"to":"writer","topic":"t","payload":"'), Buffer.of(0xff), bytes('"}')]);
    const body = { encoding: Encoding.Json, payload: broken };
    expect((await writer.request({ method: Method.Post, uri: '/message/send', ...body })).status).toBe(400);
    expect([(await send('1e400')).status, textOf((await writer.next(Kind.Notice)).payload)]).toEqual([200, '1e400']);
  });

  it('[BI20] only the payload of a message may be large', async () => {
    const key = stage.bench.addClient('talker', { call: ['message'] });
    await using talker = await WireClient.open(stage.bench.url, { key });
    const statuses: number[] = [];
    const long = `"${'x'.repeat(200_000)}"`;
    for (const body of [`"payload":${long}`, `"other":${long}`, `"payload":1,"other":${long}`]) {
      const payload = bytes(`{"to":"talker","topic":"t",${body}}`);
      const reply = await talker.request({
        method: Method.Post,
        uri: '/message/send',
        encoding: Encoding.Json,
        payload,
      });
      statuses.push(reply.status);
    }
    expect(statuses).toEqual([200, 413, 413]);
    expect((await talker.next(Kind.Notice)).payload.byteLength).toBe(200_002);
  });
});

describe('a JSON form that is none', () => {
  it.each<readonly [string, () => string | Uint8Array]>([
    ['100,000 arrays', () => arrays(100_000)],
    ['100,000 objects', () => '{"payload":'.repeat(100_000)],
    ['a payload 100,000 deep', () => `{"kind":"request","id":1,"uri":"/echo/x","payload":${arrays(100_000)}}`],
    ['a key twice', () => '{"kind":"request","id":1,"id":2,"uri":"/echo/x"}'],
    ['a header twice', () => '{"kind":"request","id":1,"uri":"/echo/x","headers":{"a":"1","a":"2"}}'],
    ['an inherited key', () => '{"kind":"request","id":1,"uri":"/echo/x","__proto__":{"id":3}}'],
    ['an inherited kind', () => '{"kind":"toString","id":1,"uri":"/echo/x"}'],
    ['an inherited flag', () => '{"kind":"request","id":1,"uri":"/echo/x","flags":{"constructor":true}}'],
    ['a number that no id is', () => '{"kind":"request","id":1e400,"uri":"/echo/x"}'],
    ['an id between two', () => '{"kind":"request","id":9007199254740993,"uri":"/echo/x"}'],
    ['bytes that are no UTF-8', () => Buffer.from('7b22c0ae223a317d', 'hex')],
    [
      'a surrogate in UTF-8',
      () => Buffer.concat([bytes('{"kind":"request","id":1,"uri":"/echo/'), Buffer.of(0xed, 0xa0, 0x80), bytes('"}')]),
    ],
    ['NUL in a uri', () => String.raw`{"kind":"request","id":1,"uri":"/echo/\u0000"}`],
    [
      'a line feed in a header',
      () => String.raw`{"kind":"request","id":1,"uri":"/echo/x","headers":{"a":"b\r\nc: d"}}`,
    ],
    ['NUL in a header', () => String.raw`{"kind":"request","id":1,"uri":"/echo/x","headers":{"a":"\u0000"}}`],
    ['a colon in the name of a header', () => '{"kind":"request","id":1,"uri":"/echo/x","headers":{"a: b":"c"}}'],
    [
      '65 headers',
      () => JSON.stringify({ kind: 'request', id: 1, uri: '/echo/x', headers: { a: Array(65).fill('b') } }),
    ],
    ['a uri of 8 KiB and a byte', () => JSON.stringify({ kind: 'request', id: 1, uri: `/${'a'.repeat(8_192)}` })],
  ])('[BI35] %s is a Goodbye', async (name, frame) => {
    await using client = await open('whub.v1.json');
    stage.reached.length = 0;
    const text = frame();
    const status = ['65 headers', 'a uri of 8 KiB and a byte'].includes(name) ? 413 : 400;
    expect(await refusal(client, typeof text === 'string' ? bytes(text) : text)).toEqual([status, 4000 + status]);
    expect(stage.reached).toEqual([]);
  });

  it('[BI35] half of a surrogate pair in a text is refused or becomes U+FFFD, and never anything else', async () => {
    await using client = await open('whub.v1.json');
    stage.reached.length = 0;
    client.sendRaw(bytes(String.raw`{"kind":"request","id":1,"uri":"/echo/\ud800x"}`));
    await expect.poll(() => client.inbox.length).toBe(1);
    const [answer] = client.inbox;
    expect([answer?.kind, stage.reached]).toBeOneOf([
      [Kind.Goodbye, []],
      [Kind.Response, ['/echo/\ufffdx']],
    ]);
  });
});

describe('a binary message with texts that are none', () => {
  const good: MessageInit = {
    kind: Kind.Request,
    method: Method.Get,
    id: 1,
    uri: '/echo/uu',
    from: 'ff',
    to: 'tt',
    headers: [{ name: 'nn', value: 'vv' }],
  };
  const BAD: readonly (readonly [string, readonly number[]])[] = [
    ['bytes that are no UTF-8', [0xff, 0xfe]],
    ['an overlong encoding', [0xc0, 0xae]],
    ['half a character', [0x61, 0xc3]],
    ['NUL', [0x61, 0x00]],
    ['a line end', [0x0d, 0x0a]],
    ['DEL', [0x7f, 0x61]],
  ];
  const PLACES = ['uu', 'ff', 'tt', 'nn', 'vv'];
  it.each(BAD.flatMap(([name, to]) => PLACES.map((place) => [name, place, to] as const)))(
    '[BI35] %s in "%s" is Goodbye 400',
    async (_name, place, to) => {
      await using client = await open();
      stage.reached.length = 0;
      expect(await refusal(client, patched(good, place, to))).toEqual([400, 4400]);
      expect(stage.reached).toEqual([]);
    },
  );

  it.each<readonly [string, Uint8Array]>([
    ['no UTF-8', Buffer.from('7b22636c69656e74223a22fffe227d', 'hex')],
    ['100,000 arrays', bytes(arrays(100_000))],
    ['a client 100,000 deep', bytes(`{"client":${arrays(100_000)}}`)],
    ['a key that is an object', bytes('{"key":{"toString":"x"}}')],
    ['a client with NUL', bytes(String.raw`{"client":"a\u0000b","key":"k"}`)],
  ])('[BI35] a Hello of %s is Goodbye 400 or 401', async (_name, payload) => {
    await using client = await WireClient.connect(stage.bench.url);
    client.send({ kind: Kind.Hello, encoding: Encoding.Json, payload });
    expect([400, 401]).toContain((await client.next(Kind.Goodbye)).status);
  });

  it.each(['a\u0000b', 'a/../b', '..', '__proto__/..', 'a//b', 'ü', 'a\nb', 'a'.repeat(65)])(
    '[BI35] the topic %j is 400',
    async (topic) => {
      const key = stage.bench.addClient(`c${randomUUID()}`, { call: ['message'] });
      await using writer = await WireClient.open(stage.bench.url, { key });
      const payload = bytes(JSON.stringify({ to: 'cat', topic }));
      const reply = await writer.request({
        method: Method.Post,
        uri: '/message/send',
        encoding: Encoding.Json,
        payload,
      });
      expect(reply.status).toBe(400);
    },
  );

  it('[BI35] a `from` of a megabyte is refused with a short answer', async () => {
    await using client = await open();
    const reply = await client.request({ method: Method.Get, uri: '/echo/x', from: 'a'.repeat(1 << 20) });
    expect([reply.status, reply.payload.byteLength < 1_024]).toEqual([403, true]);
  });
});

describe('ids', () => {
  it('[SE10, BI38] one that is in flight is 409, and one that clients may not choose ends the connection', async () => {
    await using provider = await open();
    await provider.provide({ id: 'slow', routes: [{ pattern: '/' }] }, () => undefined);
    await using caller = await open();
    caller.send({ kind: Kind.Request, method: Method.Post, id: 7, uri: '/slow/' });
    const request = await provider.next(Kind.Request);
    expect((await caller.request({ method: Method.Post, id: 7, uri: '/slow/' })).status).toBe(409);
    provider.send({ kind: Kind.Response, id: request.id, status: 201 });
    expect((await caller.next(Kind.Response, 7)).status).toBe(201);
    await provider.request({ method: Method.Post, uri: '/services/unregister', encoding: Encoding.Json, payload: bytes('{"id":"slow"}') }); // prettier-ignore
    for (const id of [0, HUB_ID_BIT, 0xffff_ffff]) {
      await using other = await open();
      const frame = binary.encode({ kind: Kind.Request, method: Method.Get, id, uri: '/echo/x' });
      expect(await refusal(other, frame)).toEqual([400, 4400]);
    }
  });

  it('[SE12, BI38] a thousand of each kind that belong to nothing change nothing', async () => {
    await using client = await open();
    for (let i = 1; i <= 1_000; i += 1) {
      for (const id of [i, HUB_ID_BIT + i]) {
        client.send({ kind: Kind.Response, id, status: 200 });
        client.send({ kind: Kind.Cancel, id });
        client.send({ kind: Kind.Data, id, payload: bytes('x') });
        client.send({ kind: Kind.Data, id, flags: Flag.End });
        client.send({ kind: Kind.Credit, id, credit: 0xffff_ffff });
      }
    }
    expect((await client.request({ method: Method.Get, uri: '/status/info', id: 5_000 })).status).toBe(200);
    expect(client.inbox).toEqual([]);
  });

  it('[SM5, BI38] Credit of 2^32-1, a thousand times, gives the provider no more than the window', async () => {
    await using provider = await open();
    await provider.provide({ id: 'flow', routes: [{ pattern: '/', stream: true }] }, () => undefined);
    await using caller = await open();
    caller.send({ kind: Kind.Request, method: Method.Get, id: 9, uri: '/flow/' });
    const request = await provider.next(Kind.Request);
    for (let i = 0; i < 1_000; i += 1) caller.send({ kind: Kind.Credit, id: 9, credit: 0xffff_ffff });
    provider.send({ kind: Kind.Response, id: request.id, status: 200, flags: Flag.Stream });
    await caller.next(Kind.Response, 9);
    const { id } = request;
    const granted = await provider.next(Kind.Credit, id);
    provider.send({ kind: Kind.Data, id, flags: Flag.End, payload: bytes('end') });
    expect(textOf((await caller.next(Kind.Data, 9)).payload)).toBe('end');
    const all = [granted, ...provider.inbox.filter(({ kind }) => kind === Kind.Credit)];
    const sum = all.reduce((total, { credit }) => total + credit, 0);
    expect(sum).toBeLessThanOrEqual(1 << 20);
    const payload = bytes('{"id":"flow"}');
    const gone = await provider.request({
      method: Method.Post,
      uri: '/services/unregister',
      encoding: Encoding.Json,
      payload,
    });
    expect(jsonOf(gone)).toMatchObject({ providers: 0 });
  });
});
