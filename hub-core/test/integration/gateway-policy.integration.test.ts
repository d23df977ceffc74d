import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Encoding, Flag, Kind, type Header, type Message, type MessageInit } from '../../common/protocol/message.ts';
import { parseJsonPayload } from '../../common/protocol/payload.ts';
import { rawHttp, type RawReply, type RawRequest } from '../support/raw-http.ts';
import { startTestHub, type TestHub } from '../support/test-hub.ts';
import { WireClient } from '../support/wire-client.ts';

const FRIEND = 'https://friend.example';
const PASSWORD = 'correct horse battery';
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

let stage: TestHub;
let provider: WireClient;
let key: string;
/** The request that reached the provider last, and what it answers. */
let seen: Message | undefined;
let answer: Partial<MessageInit>;

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const basic = (user: string, secret: string): string =>
  `Basic ${Buffer.from(`${user}:${secret}`, 'utf8').toString('base64')}`;
const header = (name: string, value: string): Header => ({ name, value });

beforeAll(async () => {
  stage = await startTestHub({
    allowedOrigins: [FRIEND],
    pageHosts: ['apps.example'],
    cors: {
      methods: ['GET', 'PUT'],
      headers: ['x-mine'],
      exposedHeaders: ['x-shown'],
      credentials: true,
      maxAgeSec: 7,
    },
  });
  key = stage.addClient('cat');
  provider = await WireClient.open(stage.url, { key: stage.addClient('dog') });
  const answering = (request: Message): MessageInit => {
    seen = request;
    return { kind: Kind.Response, status: 200, ...answer };
  };
  await provider.provide({ id: 'sock', access: 'socket', routes: [{ pattern: '/', methods: ['PUT'] }] }, answering);
  await provider.provide({ id: 'web', routes: [{ pattern: '/up', stream: true }, { pattern: '/*rest' }] }, answering);
});
afterAll(async () => {
  await provider[Symbol.asyncDispose]();
  await stage[Symbol.asyncDispose]();
});

function ask(request: Partial<RawRequest>, reply: Partial<MessageInit> = {}): Promise<RawReply> {
  seen = undefined;
  answer = reply;
  const headers = { authorization: `Bearer ${key}`, ...request.headers };
  return rawHttp(stage.port, { path: '/web/', ...request, headers });
}

const sent = (name: string): readonly string[] =>
  (seen?.headers ?? []).filter((each) => each.name === name).map(({ value }) => value);

describe('who asks', () => {
  it('[HG1] is told by Basic: a client with its key, or a key alone', async () => {
    const told: (string | undefined)[] = [];
    for (const authorization of [basic('cat', key), basic('', key)]) {
      await ask({ headers: { authorization } });
      told.push(seen?.from);
    }
    expect(told).toEqual(['cat', 'cat']);
  });

  it("[HG1] is not a client that shows another one's key", async () => {
    const reply = await ask({ headers: { authorization: basic('dog', key) } });
    expect([reply.status, reply.headers['www-authenticate'], seen]).toEqual([
      401,
      'Bearer, Basic realm="whub", charset="UTF-8"',
      undefined,
    ]);
  });

  it('[HG1] is told by a client with its password, until that is changed', async () => {
    stage.addClient('ann');
    await stage.hub.clients.setPassword('ann', PASSWORD);
    const asked = async (password: string): Promise<number> =>
      (await ask({ headers: { authorization: basic('ann', password) } })).status;
    expect([await asked(PASSWORD), await asked(PASSWORD), await asked('wrong')]).toEqual([200, 200, 401]);
    await stage.hub.clients.setPassword('ann', 'another horse battery');
    expect([await asked(PASSWORD), await asked('another horse battery')]).toEqual([401, 200]);
  });

  const own = (): string => `http://127.0.0.1:${String(stage.port)}/web/page.html`;

  it.each([
    ['a picture in a foreign page', 403, { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' }],
    [
      'a page at another port',
      403,
      { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'no-cors', referer: 'http://127.0.0.1:1/' },
    ],
    [
      'a frame in a foreign page',
      403,
      { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' },
    ],
    ['a link', 200, { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }],
    ['what somebody typed', 200, { 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate' }],
    ['a page of the same origin', 200, { 'sec-fetch-site': 'same-origin' }],
    ['a page of a service, in an origin of none', 200, { 'sec-fetch-site': 'cross-site', referer: 'OWN' }],
    ['a page of a configured origin', 200, { 'sec-fetch-site': 'cross-site', origin: FRIEND }],
  ])("[HG2] a browser's login counts, or not, for %s: %d", async (_what, status, headers) => {
    const referer = 'referer' in headers && headers.referer === 'OWN' ? { referer: own() } : {};
    const reply = await ask({ headers: { ...(headers as object), ...referer, authorization: basic('cat', key) } });
    expect([reply.status, seen === undefined]).toEqual([status, status !== 200]);
  });

  it('[HG2] what a program sets itself counts from everywhere that may ask', async () => {
    expect((await ask({ headers: { 'sec-fetch-site': 'cross-site' } })).status).toBe(200);
  });
});

describe('what goes along', () => {
  it('[HG3] passes a request id on and back', async () => {
    const reply = await ask(
      { headers: { 'x-request-id': 'edge:1/a' } },
      { headers: [header('x-request-id', 'other')] },
    );
    expect([sent('x-request-id'), reply.headers['x-request-id']]).toEqual([['edge:1/a'], 'edge:1/a']);
  });

  it.each([undefined, 'two words', 'x'.repeat(129), ['a', 'b']])('[HG3] makes one in place of %o', async (given) => {
    const reply = await ask({ headers: given === undefined ? {} : { 'x-request-id': given } });
    expect(reply.headers['x-request-id']).toMatch(UUID);
    expect(sent('x-request-id')).toEqual([reply.headers['x-request-id']]);
  });

  it('[HG3] tells it with problems as well', async () => {
    const reply = await ask({ path: '/nowhere/', headers: { 'x-request-id': 'r1', authorization: 'Bearer wrong' } });
    expect([reply.status, reply.headers['x-request-id']]).toEqual([401, 'r1']);
  });

  it('[HG4] passes trace context on and back as it is', async () => {
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    const reply = await ask(
      { headers: { traceparent, tracestate: ['a=1', 'b=2'] } },
      { headers: [header('traceparent', 'back'), header('tracestate', 'c=3')] },
    );
    expect([sent('traceparent'), sent('tracestate').join(',')]).toEqual([[traceparent], 'a=1,b=2']);
    expect([reply.headers['traceparent'], reply.headers['tracestate']]).toEqual(['back', 'c=3']);
  });

  it('[HG5] says where a request came from, and not what the client says of that', async () => {
    await ask({ headers: { forwarded: 'for=8.8.8.8', 'x-forwarded-for': '8.8.8.8', 'x-forwarded-host': 'evil' } });
    const own = `for=127.0.0.1;host="127.0.0.1:${String(stage.port)}";proto=http`;
    expect([sent('forwarded'), sent('x-forwarded-for'), sent('x-forwarded-host')]).toEqual([[own], [], []]);
  });

  it('[HG5] adds to what a trusted proxy says', async () => {
    await using behind = await startTestHub({ headers: { trustForwarded: true } });
    const dog = await WireClient.open(behind.url, { key: behind.addClient('dog') });
    await dog.provide({ id: 'web', routes: [{ pattern: '/' }] }, (request) => {
      seen = request;
      return { kind: Kind.Response, status: 200 };
    });
    const authorization = `Bearer ${behind.addClient('cat')}`;
    await rawHttp(behind.port, { path: '/web/', headers: { authorization, forwarded: 'for=8.8.8.8' } });
    const own = `for=127.0.0.1;host="127.0.0.1:${String(behind.port)}";proto=http`;
    expect(sent('forwarded')).toEqual(['for=8.8.8.8', own]);
    await dog[Symbol.asyncDispose]();
  });

  it('[HG7] leaves what is compressed as it is', async () => {
    const payload = randomBytes(100);
    const reply = await ask(
      { headers: { 'accept-encoding': 'br' } },
      {
        payload,
        encoding: Encoding.Other,
        headers: [header('content-encoding', 'br'), header('content-type', 'text/css')],
      },
    );
    expect([sent('accept-encoding'), reply.headers['content-encoding'], reply.body.equals(payload)]).toEqual([
      ['br'],
      'br',
      true,
    ]);
  });

  it('[HG7] passes ranges and conditions on and back', async () => {
    const reply = await ask(
      { headers: { range: 'bytes=2-3', 'if-none-match': '"a"' } },
      { status: 206, payload: text('cd'), headers: [header('content-range', 'bytes 2-3/9'), header('etag', '"b"')] },
    );
    expect([
      sent('range'),
      sent('if-none-match'),
      reply.status,
      reply.headers['content-range'],
      reply.headers.etag,
    ]).toEqual([['bytes=2-3'], ['"a"'], 206, 'bytes 2-3/9', '"b"']);
  });
});

describe('lengths of bodies in pieces', () => {
  /** Answers the next request to `/web/up` with a stream that declares a length. */
  async function opened(length: string): Promise<{ reply: Promise<RawReply>; id: number }> {
    answer = {};
    const reply = ask({}, { flags: Flag.Stream, headers: [header('content-length', length)] });
    reply.catch(() => undefined);
    await expect.poll(() => seen?.id).toBeDefined();
    return { reply, id: seen?.id ?? 0 };
  }
  const data = (id: number, payload: string, flags = 0): void =>
    provider.send({ kind: Kind.Data, id, payload: text(payload), flags });

  it('[HG6] a declared length is told instead of chunks', async () => {
    const { reply, id } = await opened('6');
    data(id, 'abc');
    data(id, 'def', Flag.End);
    const { headers, body } = await reply;
    expect([headers['content-length'], headers['transfer-encoding'], body.toString()]).toEqual([
      '6',
      undefined,
      'abcdef',
    ]);
  });

  it('[HG6] an answer that is shorter than it says breaks off', async () => {
    const { reply, id } = await opened('6');
    data(id, 'abc', Flag.End);
    await expect(reply).rejects.toThrow('aborted');
  });

  it('[HG6] an answer that is longer than it says breaks off, and is cancelled', async () => {
    const { reply, id } = await opened('2');
    data(id, 'abc');
    expect((await provider.next(Kind.Cancel, id)).id).toBe(id);
    await expect(reply).rejects.toThrow('aborted');
  });

  it('[HG6] a long body tells its provider its length', async () => {
    const body = randomBytes(100_000);
    const reply = ask({ method: 'PUT', path: '/web/up', body, headers: { 'content-length': '100000' } });
    await expect.poll(() => seen?.id).toBeDefined();
    expect([sent('content-length'), (await reply).status]).toEqual([['100000'], 200]);
  });
});

describe('pages of other origins', () => {
  it('[HG8] are allowed what is configured', async () => {
    const preflight = await ask({
      method: 'OPTIONS',
      headers: { origin: FRIEND, 'access-control-request-method': 'PUT', 'access-control-request-headers': 'x-mine' },
    });
    const { headers } = preflight;
    expect([preflight.status, seen, ...cors(headers)]).toEqual([
      204,
      undefined,
      FRIEND,
      'GET, PUT',
      'x-mine',
      '7',
      'true',
    ]);
    const reply = await ask({ headers: { origin: FRIEND } });
    expect([reply.headers['access-control-expose-headers'], reply.headers['access-control-allow-credentials']]).toEqual(
      ['x-shown', 'true'],
    );
  });

  const cors = (headers: RawReply['headers']): unknown[] =>
    ['origin', 'methods', 'headers']
      .map((name) => headers[`access-control-allow-${name}`])
      .concat([headers['access-control-max-age'], headers['access-control-allow-credentials']]);

  it('[HG8] get nothing where they are not configured', async () => {
    const reply = await ask({ headers: { origin: 'https://other.example' } });
    expect([reply.status, reply.headers['access-control-allow-origin']]).toEqual([403, undefined]);
  });
});

describe("places for clients' pages", () => {
  const at = (path: string, headers: Readonly<Record<string, string>> = {}): Promise<RawReply> =>
    ask({ path, headers: { host: `apps.example:${String(stage.port)}`, ...headers } });

  it('[HG9] show pages as they are, whose origin may ask', async () => {
    const reply = await at('/web/', { origin: `http://apps.example:${String(stage.port)}` });
    expect([reply.status, reply.headers['content-security-policy']]).toEqual([200, undefined]);
  });

  it.each([
    '/',
    '/healthz',
    '/console/',
    '/metrics',
    '/status/info',
    '/%73tatus/info',
    '/clients/',
    '/rpc',
    '/openapi.json',
  ])("[HG9] have nothing of the hub's own at %s", async (path) => {
    const { status, body } = await at(path);
    expect([status, (parseJsonPayload(body) as { type: string }).type]).toEqual([404, 'urn:whub:error:NOT_FOUND_ERR']);
  });

  it('[HG9] are no places for others', async () => {
    const reply = await at('/web/', { origin: `http://127.0.0.1:${String(stage.port)}` });
    expect([reply.status, seen]).toEqual([403, undefined]);
  });
});

describe('services for sockets only', () => {
  it('[HG10] are not there over HTTP, whatever method and credential', async () => {
    const statuses = [
      await ask({ path: '/sock/', method: 'PUT' }),
      await ask({ path: '/sock/', method: 'GET' }),
      await rawHttp(stage.port, { path: '/sock/' }),
    ].map(({ status }) => status);
    expect([statuses, seen]).toEqual([[404, 404, 404], undefined]);
  });
});

it('[HG7] a digest of what passes is the same on both sides', async () => {
  const body = randomBytes(50_000);
  const echoed = await ask({ method: 'POST', body, path: '/web/e' }, { payload: body });
  const sha = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
  expect([sha(echoed.body), sha(seen?.payload ?? new Uint8Array())]).toEqual([sha(body), sha(body)]);
});
