import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Encoding, Flag, Kind, Method, type Message, type MessageInit } from '../../common/protocol/message.ts';
import { parseJsonPayload } from '../../common/protocol/payload.ts';
import { rawBytes, rawHttp, statusOf, type RawReply, type RawRequest } from '../support/raw-http.ts';
import { startTestHub, type TestHub } from '../support/test-hub.ts';
import { WireClient } from '../support/wire-client.ts';

const MAX = 1 << 18;

let bench: TestHub;
let provider: WireClient;
let key: string;
let answer: (request: Message) => MessageInit | undefined;
let seen: Message | undefined;

const ok = (init: Partial<MessageInit> = {}): MessageInit => ({ kind: Kind.Response, status: 200, ...init });

beforeAll(async () => {
  bench = await startTestHub({ limits: { maxFrameBytes: MAX, httpBodyTimeoutMs: 5_000 } });
  key = bench.addClient('cat');
  provider = await WireClient.open(bench.url, { key: bench.addClient('dog') });
  await provider.provide({ id: 'web', routes: [{ pattern: '/*rest' }] }, (request) => {
    seen = request;
    return answer(request);
  });
  await provider.provide({ id: 'strict', routes: [{ pattern: '/x', methods: ['GET', 'PUT'] }] }, (request) => {
    seen = request;
    return answer(request);
  });
});
afterAll(async () => {
  await provider[Symbol.asyncDispose]();
  await bench[Symbol.asyncDispose]();
});

function call(request: RawRequest, reply: Partial<MessageInit> = {}): Promise<RawReply> {
  answer = () => ok(reply);
  seen = undefined;
  return rawHttp(bench.port, { ...request, headers: { authorization: `Bearer ${key}`, ...request.headers } });
}
const problemOf = ({
  body,
}: RawReply): { type: string; status: number; detail: string; instance: string; hub: string } =>
  parseJsonPayload(body) as never;

describe('gateway: requests', () => {
  it.each(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD'])(
    '[HT1] relays %s with path and query untouched',
    async (method) => {
      const reply = await call({ method, path: '/web/a%20b/%C3%A9?q=%2F&q=2' });
      expect([reply.status, seen?.uri, seen?.method, seen?.from]).toEqual([
        200,
        '/web/a%20b/%C3%A9?q=%2F&q=2',
        Method[(method[0] + method.slice(1).toLowerCase()) as keyof typeof Method],
        'cat',
      ]);
    },
  );

  it.each([
    ['application/json', Encoding.Json],
    ['Application/Problem+JSON; charset=utf-8', Encoding.Json],
    ['text/html', Encoding.Text],
    ['text/plain; charset="UTF-8"', Encoding.Text],
    ['text/plain; charset=latin1', Encoding.Other],
    ['application/msgpack', Encoding.MessagePack],
    ['application/cbor', Encoding.Cbor],
    ['application/octet-stream', Encoding.Bytes],
    ['image/png', Encoding.Other],
    [undefined, Encoding.Bytes],
  ])('[HT2] takes the encoding from content-type %s and keeps the header', async (type, encoding) => {
    await call({
      method: 'POST',
      path: '/web/',
      body: 'x',
      headers: type === undefined ? {} : { 'content-type': type },
    });
    expect([seen?.encoding, seen?.headers.find(({ name }) => name === 'content-type')?.value]).toEqual([
      encoding,
      type,
    ]);
  });

  it('[HT4] passes headers on but those of the hop, of the hub and of the browser', async () => {
    await call({
      method: 'POST',
      path: '/web/',
      // Bytes: Node would write the headers as UTF-8 together with a text.
      body: new Uint8Array(1),
      headers: {
        connection: 'x-hop, keep-alive',
        'x-hop': '1',
        te: 'trailers',
        cookie: 'a=b',
        'x-forwarded-for': '8.8.8.8',
        'x-request-id': 'r-1',
        'proxy-authorization': 'p',
        'whub-from': 'boss',
        'whub-trace': 't1',
        'whub-timeout-ms': '500',
        'whub-idempotent': '1',
        'x-kept': ['one', 'two'],
        accept: '*/*',
        'X-UTF': Buffer.from('h\u00e9', 'utf8').toString('latin1'),
      },
    });
    expect(seen?.headers).toEqual([
      { name: 'whub-trace', value: 't1' },
      { name: 'x-kept', value: 'one' },
      { name: 'x-kept', value: 'two' },
      { name: 'accept', value: '*/*' },
      { name: 'x-utf', value: 'h\u00e9' },
      { name: 'x-request-id', value: 'r-1' },
      { name: 'forwarded', value: `for=127.0.0.1;host="127.0.0.1:${String(bench.port)}";proto=http` },
    ]);
    expect([(seen?.flags ?? 0) & Flag.Idempotent, (seen?.timeoutMs ?? 0) > 0 && (seen?.timeoutMs ?? 0) <= 500]).toEqual(
      [Flag.Idempotent, true],
    );
  });

  it.each(['0', '-1', '1.5', 'soon', '4294967296', ''])('[HT5] refuses whub-timeout-ms "%s"', async (value) => {
    const reply = await call({ path: '/web/', headers: { 'whub-timeout-ms': value } });
    expect([reply.status, seen]).toEqual([400, undefined]);
  });

  it('[HT5] refuses whub-idempotent that is neither 1 nor 0', async () => {
    expect((await call({ path: '/web/', headers: { 'whub-idempotent': 'yes' } })).status).toBe(400);
  });

  it('[HT5] ends a request whose time is over with 504', async () => {
    const reply = rawHttp(bench.port, {
      path: '/web/',
      headers: { authorization: `Bearer ${key}`, 'whub-timeout-ms': '50' },
    });
    answer = () => undefined;
    expect((await reply).status).toBe(504);
  });

  it.each([
    '/web/..',
    '/web/%2e%2e/x',
    '/web/a%2fb',
    '/web/a%5Cb',
    '/web/a%00b',
    '/web/./x',
    '/web/%ff',
    '/web/%zz',
    '/web/a\\b',
  ])('[HT6] refuses path %s, which never reaches the provider', async (path) => {
    const reply = await call({ path });
    expect([reply.status, seen]).toEqual([400, undefined]);
  });

  it('[HT6] decodes a segment once', async () => {
    expect((await call({ path: '/web/%252e%252e' })).status).toBe(200);
  });

  it('[HT6] takes the absolute form of a request target, whose authority counts', async () => {
    const own = await rawBytes(
      bench.port,
      `GET http://127.0.0.1:${String(bench.port)}/healthz HTTP/1.1\r\nhost: evil.example\r\nconnection: close\r\n\r\n`,
    );
    const foreign = await rawBytes(
      bench.port,
      `GET http://evil.example/healthz HTTP/1.1\r\nhost: 127.0.0.1:${String(bench.port)}\r\nconnection: close\r\n\r\n`,
    );
    expect([statusOf(own), statusOf(foreign)]).toEqual([200, 421]);
  });

  it('[HT7] refuses a body above the limit with 413, whether its length is told or not', async () => {
    const big = new Uint8Array(MAX + 1);
    const told = await call({
      method: 'POST',
      path: '/web/',
      body: big,
      headers: { 'content-length': String(big.byteLength) },
    });
    const untold = await call({
      method: 'POST',
      path: '/web/',
      body: big,
      headers: { 'transfer-encoding': 'chunked' },
    });
    expect([told.status, untold.status, problemOf(told).type, seen]).toEqual([
      413,
      413,
      'urn:whub:error:TOO_LARGE_ERR',
      undefined,
    ]);
  });

  it('[HT7] says 100 Continue only to a body that it will take', async () => {
    const head = (length: number, bearer: string): string =>
      `POST /web/ HTTP/1.1\r\nhost: 127.0.0.1:${String(bench.port)}\r\nauthorization: Bearer ${bearer}\r\nexpect: 100-continue\r\ncontent-length: ${String(length)}\r\nconnection: close\r\n\r\n`;
    answer = () => ok();
    const socket = connect(bench.port, '127.0.0.1');
    socket.write(head(2, key));
    const [first] = (await once(socket, 'data')) as [Buffer];
    socket.write('hi');
    const [second] = (await once(socket, 'data')) as [Buffer];
    expect([statusOf(first.toString()), statusOf(second.toString())]).toEqual([100, 200]);
    socket.destroy();
    expect(statusOf(await rawBytes(bench.port, head(MAX + 1, key)))).toBe(413);
    expect(statusOf(await rawBytes(bench.port, head(2, 'wrong')))).toBe(401);
  });

  it('[HT7] carries a body of exactly what fits', async () => {
    answer = (request) => ok({ payload: request.payload });
    const body = Buffer.alloc(MAX - 1024, 7);
    const reply = await rawHttp(bench.port, {
      method: 'PUT',
      path: '/web/',
      body,
      headers: { authorization: `Bearer ${key}` },
    });
    expect([reply.status, reply.body.equals(body)]).toEqual([200, true]);
  });

  it('[HT8] cancels the request at its provider when the caller goes away', async () => {
    answer = () => undefined;
    const request = httpRequest({ port: bench.port, path: '/web/gone', headers: { authorization: `Bearer ${key}` } });
    request.on('error', () => undefined);
    request.end();
    await expect.poll(() => seen?.uri).toBe('/web/gone');
    request.destroy();
    const relayed: Message | undefined = seen;
    expect((await provider.next(Kind.Cancel, relayed?.id)).id).toBe(relayed?.id);
  });

  it('[HT1] refuses a method that has no counterpart with 405 and says which there are', async () => {
    const reply = await call({ method: 'PROPFIND', path: '/web/' });
    expect([reply.status, reply.headers.allow]).toEqual([405, 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS']);
  });

  it('[HT1] answers 405 with the methods of the route', async () => {
    const reply = await call({ method: 'DELETE', path: '/strict/x' });
    expect([reply.status, reply.headers.allow?.includes('GET')]).toEqual([405, true]);
  });
});

describe('gateway: answers', () => {
  it.each([
    [Encoding.Json, 'application/json'],
    [Encoding.Text, 'text/plain; charset=utf-8'],
    [Encoding.MessagePack, 'application/msgpack'],
    [Encoding.Cbor, 'application/cbor'],
    [Encoding.Bytes, 'application/octet-stream'],
  ])('[HT2] gives encoding %d back as %s', async (encoding, type) => {
    const reply = await call({ path: '/web/' }, { encoding, payload: new Uint8Array([0x31]) });
    expect([reply.headers['content-type'], reply.body.toString()]).toEqual([type, '1']);
  });

  it("[HT4] gives the provider's status, headers and body back, but not those of the hop and of the hub", async () => {
    const headers = [
      ['content-type', 'image/svg+xml'],
      ['set-cookie', 'a=1'],
      ['set-cookie', `whub-${String(bench.port)}=stolen`],
      ['set-cookie', 'b=2'],
      ['connection', 'x-mine'],
      ['x-mine', 'gone'],
      ['transfer-encoding', 'chunked'],
      ['content-length', '99999'],
      ['whub-x', 'gone'],
      ['whub-trace', 't'],
      ['x-utf', 'h\u00e9\u20ac'],
    ].map(([name = '', value = '']) => ({ name, value }));
    const reply = await call({ path: '/web/' }, { status: 418, headers, payload: new TextEncoder().encode('tea') });
    const {
      'content-type': type,
      'set-cookie': cookies,
      'x-mine': mine,
      'whub-x': hubs,
      'whub-trace': trace,
    } = reply.headers;
    expect([reply.status, type, cookies, mine, hubs, trace]).toEqual([
      418,
      'image/svg+xml',
      ['a=1', 'b=2'],
      undefined,
      undefined,
      't',
    ]);
    expect([reply.headers['content-length'], reply.body.toString()]).toEqual(['3', 'tea']);
    expect(Buffer.from(String(reply.headers['x-utf']), 'latin1').toString('utf8')).toBe('h\u00e9\u20ac');
  });

  it("[HT9] puts a provider's pages into an origin of their own", async () => {
    const headers = [{ name: 'content-security-policy', value: "default-src 'self'" }];
    const reply = await call({ path: '/web/' }, { headers });
    expect(reply.headers['content-security-policy']).toBe(
      "default-src 'self', sandbox allow-downloads allow-forms allow-modals allow-popups allow-scripts",
    );
  });

  it('[HT10] answers HEAD without a body and with the length that the provider tells', async () => {
    const told = await call(
      { method: 'HEAD', path: '/web/' },
      { headers: [{ name: 'content-length', value: '1234' }] },
    );
    const body = await call({ method: 'HEAD', path: '/web/' }, { payload: new Uint8Array(7) });
    expect([
      told.headers['content-length'],
      told.body.byteLength,
      body.headers['content-length'],
      body.body.byteLength,
    ]).toEqual(['1234', 0, '7', 0]);
  });

  it('[HT10] answers 204 and 304 without a body', async () => {
    for (const status of [204, 304]) {
      const reply = await call({ path: '/web/' }, { status, payload: new Uint8Array(3) });
      expect([reply.status, reply.headers['content-length'], reply.body.byteLength]).toEqual([status, undefined, 0]);
    }
  });

  it.each([0, 100, 101, 199, 600, 999])(
    '[HT10] answers 500 when the provider says %d, which is no final status of HTTP',
    async (status) => {
      expect((await call({ path: '/web/' }, { status })).status).toBe(500);
    },
  );

  it("[HT11] answers the hub's own errors as problem documents", async () => {
    const reply = await call({ path: '/nowhere/x?secret=1' });
    expect([reply.status, reply.headers['content-type'], problemOf(reply)]).toEqual([
      404,
      'application/problem+json',
      expect.objectContaining({
        type: 'urn:whub:error:NOT_FOUND_ERR',
        status: 404,
        instance: '/nowhere/x',
        hub: bench.hub.id,
      }),
    ]);
  });

  it('[HT3] answers 401 with www-authenticate to a bad key and to the anonymous', async () => {
    for (const authorization of ['Bearer nonsense', 'Digest x', undefined]) {
      const reply = await rawHttp(bench.port, {
        path: '/web/',
        headers: authorization === undefined ? {} : { authorization },
      });
      expect([reply.status, reply.headers['www-authenticate'], reply.headers['content-type']]).toEqual([
        401,
        'Bearer, Basic realm="whub", charset="UTF-8"',
        'application/problem+json',
      ]);
    }
  });

  it('[HT3] answers a bad key before it looks at the rest', async () => {
    const reply = await rawHttp(bench.port, {
      method: 'POST',
      path: '/nowhere/..',
      body: new Uint8Array(MAX * 2),
      headers: { authorization: 'Bearer x' },
    });
    expect(reply.status).toBe(401);
  });

  it('[HT3] lets the anonymous ask for /status/info', async () => {
    expect((await rawHttp(bench.port, { path: '/status/info' })).status).toBe(200);
  });
});

describe("gateway: the hub's own paths", () => {
  it('[HT12] tells that it is alive and ready, and nothing else there', async () => {
    for (const [path, status] of [
      ['/healthz', 'alive'],
      ['/readyz', 'ready'],
    ] as const) {
      const reply = await rawHttp(bench.port, { path });
      expect([reply.status, parseJsonPayload(reply.body)]).toEqual([200, { status }]);
      expect((await rawHttp(bench.port, { path, method: 'POST' })).headers.allow).toBe('GET, HEAD');
    }
  });

  it('[HT12] leads from / to the console', async () => {
    const reply = await rawHttp(bench.port, { path: '/' });
    expect([reply.status, reply.headers.location]).toEqual([302, '/console/']);
  });

  it('[HT13] serves mounts by the longest prefix, for requests and for upgrades', async () => {
    const say = (text: string) => ({
      request: (_request: unknown, response: { end: (text: string) => void }) => response.end(text),
    });
    using _outer = bench.hub.mount({ prefix: '/m/', ...say('outer') });
    const inner = bench.hub.mount({
      prefix: '/m/in/',
      ...say('inner'),
      upgrade: (_request, socket) => socket.end('HTTP/1.1 101 Mine\r\n\r\n'),
    });
    using _exact = bench.hub.mount({ prefix: '/m.json', ...say('exact') });
    expect(() => bench.hub.mount({ prefix: '/m/' })).toThrow(TypeError);
    const get = async (path: string): Promise<string> => (await rawHttp(bench.port, { path })).body.toString();
    expect([await get('/m/x?y'), await get('/m/in/x'), await get('/m.json')]).toEqual(['outer', 'inner', 'exact']);
    inner[Symbol.dispose]();
    expect([await get('/m/in/x'), (await rawHttp(bench.port, { path: '/m.json/x' })).status]).toEqual(['outer', 404]);
  });

  it.each([
    ['not HTTP', 'HELLO\r\n\r\n', 400],
    ['two Content-Lengths', 'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n', 400],
    ['no Host', 'GET / HTTP/1.1\r\n\r\n', 400],
    ['headers that are too large', `GET / HTTP/1.1\r\nhost: x\r\nx: ${'a'.repeat(64 << 10)}\r\n\r\n`, 413],
  ])('[HT14] answers %s with %d', async (_what, bytes, status) => {
    expect(statusOf(await rawBytes(bench.port, bytes))).toBe(status);
  });

  it('[HT14] does not write a refusal into the middle of an answer', async () => {
    using _endless = bench.hub.mount({ prefix: '/endless', request: (_request, response) => response.write('begun') });
    const host = `host: 127.0.0.1:${String(bench.port)}`;
    const socket = connect(bench.port, '127.0.0.1');
    socket.write(`GET /endless HTTP/1.1\r\n${host}\r\n\r\n`);
    const [begun] = (await once(socket, 'data')) as [Buffer];
    let more = '';
    socket.on('data', (chunk: Buffer) => (more += chunk.toString()));
    socket.write('nonsense\r\n\r\n');
    await once(socket, 'close');
    expect([begun.toString().includes('begun'), more]).toEqual([true, '']);
  });

  it('[HT14] tells a body that comes too slowly so', async () => {
    await using slow = await startTestHub({ limits: { httpBodyTimeoutMs: 100 } });
    const head = `POST /status/info HTTP/1.1\r\nhost: 127.0.0.1:${String(slow.port)}\r\ncontent-length: 5\r\n\r\nab`;
    expect(statusOf(await rawBytes(slow.port, head))).toBe(408);
  });

  it('[HT14] answers more headers, or a longer uri, than a message may have, with a 4xx', async () => {
    const many = Object.fromEntries(Array.from({ length: 65 }, (_, i) => [`x-${String(i)}`, '1']));
    const replies = [await call({ path: '/web/', headers: many }), await call({ path: `/web/${'a'.repeat(9000)}` })];
    expect([replies.map(({ status }) => status >= 400 && status < 500), seen]).toEqual([[true, true], undefined]);
  });
});
