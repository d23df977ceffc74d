import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Encoding, Kind, Method, type Message } from '../../common/protocol/message.ts';
import { parseHubConfig } from '../../server/hub/config.ts';
import { setBadInputStage, type BadInputStage } from '../support/bad-input-stage.ts';
import { RawPeer } from '../support/raw-peer.ts';
import { jsonOf, WireClient } from '../support/wire-client.ts';

const INHERITED = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', '__defineGetter__'];
const MIB = 1 << 20;

let stage: BadInputStage;
let client: WireClient;

beforeAll(async () => {
  stage = await setBadInputStage();
});
afterEach(() => stage.assertUnharmed());
afterAll(() => stage[Symbol.asyncDispose]());

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const arrays = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
const objects = (depth: number): string => `${'{"items":'.repeat(depth)}{}${'}'.repeat(depth)}`;
const detailOf = (message: Message): unknown => (jsonOf(message) as { readonly detail?: unknown }).detail;

/** Runs with a client of its own; what it registered is forgotten afterwards. */
async function withClient(task: () => Promise<void>, own?: WireClient): Promise<void> {
  await using opened = own ?? (await WireClient.open(stage.bench.url, { key: stage.key }));
  client = opened;
  await task();
  for (const id of ['m', 'p', 'r', 's']) await post('/services/unregister', JSON.stringify({ id }));
}

async function post(uri: string, json: string): Promise<Message> {
  return client.request({ method: Method.Post, uri, encoding: Encoding.Json, payload: bytes(json) });
}

const register = (json: string): Promise<Message> => post('/services/register', json);
const get = (uri: string): Promise<Message> => client.request({ method: Method.Get, uri });
const withSchema = (schema: string, more = ''): string =>
  `{"id":"s","routes":[{"pattern":"/","request_schema":${schema}}]${more}}`;
const withRoutes = (routes: readonly unknown[]): string => JSON.stringify({ id: 'r', routes });
const withMetadata = (metadata: string): string => `{"id":"m","routes":[{"pattern":"/"}],"metadata":${metadata}}`;

describe('a registration that is too much', () => {
  it.each<readonly [string, number, () => string, string]>([
    [
      '10,000 routes',
      413,
      () => withRoutes(Array.from({ length: 10_000 }, (_, i) => ({ pattern: `/r${String(i)}` }))),
      '1000',
    ],
    ['half a million routes that are none', 413, () => `{"id":"r","routes":[${'0,'.repeat(500_000)}0]}`, '1000'],
    ['a pattern of 10,000 segments', 400, () => withRoutes([{ pattern: '/a'.repeat(10_000) }]), 'characters long'],
    [
      'a pattern of 100 segments',
      400,
      () => withRoutes([{ pattern: '/a'.repeat(100) }]),
      'it has 100 segments, at most 64',
    ],
    [
      '10,000 parameters',
      400,
      () => withRoutes([{ pattern: Array.from({ length: 10_000 }, (_, i) => `/:a${String(i)}`).join('') }]),
      'characters long',
    ],
    ['one parameter twice', 400, () => withRoutes([{ pattern: '/:a/:a' }]), 'stands in it twice'],
    ['a summary of 1 MiB', 400, () => withRoutes([{ pattern: '/', summary: 'x'.repeat(MIB) }]), '"routes[0].summary"'],
    ['metadata of 1 MiB', 413, () => withMetadata(`{"x":"${'x'.repeat(MIB)}"}`), '"metadata" has 1048584 characters'],
    ['metadata of 15 MiB', 413, () => withMetadata(`{"x":"${'x'.repeat(15 * MIB)}"}`), '2097152 is the most'],
    [
      'unknown members without end',
      400,
      () =>
        `{"id":"r","routes":[{"pattern":"/"}],${Array.from({ length: 20_000 }, (_, i) => `"k${String(i)}":1`).join()}}`,
      'Unrecognized keys',
    ],
    ['arrays 100,000 deep', 400, () => arrays(100_000), 'nested more than 256'],
    ['routes 100,000 deep', 400, () => `{"id":"r","routes":${arrays(100_000)}}`, 'nested more than 256'],
    ['metadata 100,000 deep', 400, () => withMetadata(`{"x":${arrays(100_000)}}`), 'nested more than 256'],
    ['a schema 100,000 deep', 400, () => withSchema(objects(100_000)), 'nested more than 256'],
    [
      'a schema 100,000 deep that only describes',
      400,
      () => withSchema(objects(100_000), ',"metadata":{"schemas":"describe"}'),
      'nested more than 256',
    ],
    [
      'a schema of 100,000 nodes',
      400,
      () => withSchema(`{"allOf":[${'{},'.repeat(100_000)}{}]}`),
      'longer than 65536 bytes',
    ],
    ['a schema that refers to itself', 400, () => withSchema('{"$ref":"#"}'), 'refers to itself without end'],
    [
      'two schemas that refer to each other',
      400,
      () => withSchema('{"$ref":"#/$defs/a","$defs":{"a":{"$ref":"#/$defs/b"},"b":{"$ref":"#/$defs/a"}}}'),
      'refers to itself without end',
    ],
    [
      'a pattern that only backtracking matches',
      400,
      () => withSchema(String.raw`{"pattern":"(a)\\1"}`),
      'takes linear time',
    ],
  ])('[BI20, BI21, SC12] %s: %i, and a short answer', async (_name, status, json, reason) => {
    await withClient(async () => {
      const answer = await register(json());
      expect([answer.status, answer.payload.byteLength < 1_024]).toEqual([status, true]);
      expect(detailOf(answer)).toContain(reason);
      expect((await get('/services/')).status).toBe(200);
    });
  });

  it('[BI21] as much as there may be is registered, found and given out', async () => {
    await withClient(async () => {
      const routes = Array.from({ length: 1_000 }, (_, i) => ({
        pattern: `/a/:b${String(i)}/${String(i)}${'/c'.repeat(61)}`,
      }));
      const metadata = { x: 'x'.repeat(65_536 - '{"x":""}'.length) };
      const answer = await register(JSON.stringify({ id: 'r', routes, metadata }));
      const [shown] = (jsonOf(await get('/services/')) as readonly { readonly routes: unknown[] }[]).slice(-1);
      const nobody = await client.request({ method: Method.Get, uri: `/r/a/x/999${'/c'.repeat(60)}/d` });
      expect([answer.status, shown?.routes.length, nobody.status]).toEqual([201, 1_000, 404]);
    });
  });

  it('[BI21] an update may bring no more than a registration', async () => {
    await withClient(async () => {
      await register(withMetadata('{}'));
      const routes = Array.from({ length: 1_001 }, (_, i) => ({ pattern: `/r${String(i)}` }));
      const answers = [
        await post('/services/update', JSON.stringify({ id: 'm', routes })),
        await post('/services/update', JSON.stringify({ id: 'm', metadata: { x: 'x'.repeat(70_000) } })),
        await post('/services/update', `{"id":"m","metadata":{"x":${arrays(1_000)}}}`),
      ];
      expect(answers.map(({ status }) => status)).toEqual([413, 413, 400]);
      expect(jsonOf(await get('/services/m'))).toMatchObject({ metadata: {}, routes: [{ pattern: '/' }] });
    });
  });

  it('[SC12] a schema elsewhere is refused and never asked for', async () => {
    await using peer = await RawPeer.connect(stage.bench.port);
    const url = `http://127.0.0.1:${String(stage.bench.port)}/echo/schema.json`;
    stage.reached.length = 0;
    await withClient(async () => {
      for (const reference of [url, `${url}#/a`, 'file:///etc/passwd', '//127.0.0.1/a', 'other.json']) {
        expect((await register(withSchema(JSON.stringify({ $ref: reference })))).status).toBe(400);
      }
    });
    expect([stage.reached, peer.received]).toEqual([[], '']);
  });
});

describe('a pattern that would take for ever', () => {
  it.each(['(a+)+$', '^(a|a)*$', '^(([a-z])+.)+[A-Z]([a-z])+$', '(.*)*=x'])(
    '[SC15] "%s" is held to a hostile text at once, and others are answered meanwhile',
    async (pattern) => {
      await withClient(async () => {
        const schema = JSON.stringify({ pattern, patternProperties: { [pattern]: { type: 'string' } } });
        expect((await register(withSchema(schema))).status).toBe(201);
        const hostile = post('/s/', JSON.stringify(`${'a'.repeat(200_000)}!`));
        const other = await get('/status/info');
        expect([(await hostile).status, other.status]).toEqual([400, 200]);
      });
    },
  );

  it('[SC15] alternatives that multiply along a recursion end in 400', async () => {
    await withClient(async () => {
      const both = { anyOf: [{ $ref: '#/$defs/a' }, { $ref: '#/$defs/a' }] };
      const schema = { $ref: '#/$defs/a', $defs: { a: { properties: { a: both, z: false } } } };
      expect((await register(withSchema(JSON.stringify(schema)))).status).toBe(201);
      const answer = await post('/s/', `${'{"a":'.repeat(60)}{"z":1}${'}'.repeat(60)}`);
      expect([answer.status, detailOf(answer)]).toEqual([400, expect.stringContaining('more work to check')]);
    });
  });
});

describe('bodies for the other built-in services', () => {
  it.each([
    ['/auth/login', '{"client":DEEP,"password":"x"}', 413],
    ['/services/watch', '{"services":DEEP}', 413],
    ['/services/drain', '{"id":DEEP}', 413],
    ['/services/unregister', '{"id":DEEP}', 413],
  ])('[BI20] %s of more than 64 KiB is %s', async (uri, body, status) => {
    await withClient(async () => {
      expect((await post(uri, body.replace('DEEP', arrays(100_000)))).status).toBe(status);
      expect((await post(uri, body.replace('DEEP', arrays(1_000)))).status).toBe(400);
    });
  });

  it('[BI20] grants in a million pieces are 413 before they are looked at', async () => {
    await withClient(async () => {
      const payload = bytes(`{"may_call":[${'0,'.repeat(1_000_000)}0]}`);
      const answer = await client.request({
        method: Method.Put,
        uri: '/clients/cat',
        encoding: Encoding.Json,
        payload,
      });
      expect(answer.status).toBe(413);
    });
  });
});

describe('names that every object inherits', () => {
  it.each(INHERITED)('[BI37] "%s" is no service, client, connection, topic or credential', async (name) => {
    const key = stage.bench.addClient(`to-${name.replaceAll('_', 'x')}`, { call: ['*', 'message', 'clients'] });
    await using caller = await WireClient.open(stage.bench.url, { key });
    const ask = async (method: Method, uri: string, body?: string): Promise<number> => {
      const more = body === undefined ? {} : { encoding: Encoding.Json, payload: bytes(body) };
      return (await caller.request({ method, uri, ...more })).status;
    };
    const quoted = JSON.stringify(name);
    expect([
      await ask(Method.Get, `/${name}/x`),
      await ask(Method.Get, `/services/${name}`),
      await ask(Method.Get, `/services/${name}/providers`),
      await ask(Method.Get, `/status/${name}`),
      await ask(Method.Get, `/clients/${name}`),
      await ask(Method.Post, '/services/unregister', `{"id":${quoted}}`),
      await ask(Method.Post, '/message/send', `{"to":${quoted},"topic":"a"}`),
      await ask(Method.Post, '/auth/login', `{"client":${quoted},"password":"password"}`),
    ]).toEqual([404, 404, 404, 404, 403, expect.toBeOneOf([400, 404]), expect.toBeOneOf([400, 404]), 401]);
  });

  it.each(INHERITED)('[BI37] "%s" as the client of a Hello is 401 or 400', async (name) => {
    await using hello = await WireClient.connect(stage.bench.url);
    hello.hello({ client: name, key: stage.key });
    expect([4400, 4401]).toContain((await hello.closed).code);
  });

  it('[BI37] as members of a Hello, a registration and metadata they change nothing', async () => {
    const own = await WireClient.connect(stage.bench.url, { subprotocol: 'whub.v1.json' });
    const polluting = '"__proto__":{"polluted":1,"role":"manager"},"constructor":{"prototype":{"polluted":1}}';
    own.sendRaw(bytes(`{"kind":"hello","payload":{"key":"${stage.key}",${polluting}}}`));
    await own.next(Kind.Welcome);
    await withClient(async () => {
      expect((await register(`{"id":"p","routes":[{"pattern":"/"}],${polluting}}`)).status).toBe(400);
      expect((await register(`{"id":"p","routes":[{"pattern":"/",${polluting}}]}`)).status).toBe(400);
      expect((await register(withMetadata(`{${polluting}}`))).status).toBe(201);
      expect((await get('/status/modules')).status).toBe(403);
    }, own);
  });

  it('[BI37] as parameters, query, headers and properties they reach the provider as they are', async () => {
    const own = await WireClient.open(stage.bench.url, { key: stage.key }, { subprotocol: 'whub.v1.json' });
    const seen: unknown[] = [];
    await own.provide({ id: 'p', routes: [{ pattern: '/:__proto__/:constructor' }] }, (request) => {
      seen.push([request.uri, request.headers]);
      return { kind: Kind.Response, status: 200, headers: request.headers };
    });
    const headers = INHERITED.map((name) => ({ name: name.toLowerCase(), value: name }));
    const uri = '/p/__proto__/toString?__proto__=1&constructor=2';
    await withClient(async () => {
      await using caller = await WireClient.open(stage.bench.url, { key: stage.key });
      const answer = await caller.request({ method: Method.Get, uri, headers });
      expect([seen, answer.headers]).toEqual([[[uri, headers]], headers]);
    }, own);
  });

  it('[BI37] as headers of an HTTP request, also twice, they are headers', async () => {
    const { port } = stage.bench;
    await using peer = await RawPeer.connect(port);
    const lines = [...INHERITED, ...INHERITED].map((name) => `${name}: x\r\n`).join('');
    await peer.write(
      `GET /echo/x HTTP/1.1\r\nhost: 127.0.0.1:${String(port)}\r\nauthorization: Bearer ${stage.key}\r\n${lines}connection: close\r\n\r\n`,
    );
    expect(await peer.untilClosed()).toMatch(/^HTTP\/1\.1 200/);
  });

  it.each(INHERITED)('[BI37] "%s" in the configuration is refused by its name', (name) => {
    const raw: unknown = JSON.parse(`{"dataDir":"/x","limits":{"${name}":{"polluted":1}}}`);
    expect(() => parseHubConfig(raw)).toThrow(`Unrecognized key: "${name}"`);
  });
});
