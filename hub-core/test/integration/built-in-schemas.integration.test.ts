import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Encoding, Method } from '../../common/protocol/message.ts';
import { jsonPayload } from '../../common/protocol/payload.ts';
import { parseMethod } from '../../common/protocol/words.ts';
import { SchemaCompiler } from '../../server/service/contracts/schema-compiler.ts';
import { startTestHub, type TestHub } from '../support/test-hub.ts';
import { jsonOf, WireClient } from '../support/wire-client.ts';

type Schema = Readonly<Record<string, unknown>>;

interface Route {
  readonly pattern: string;
  readonly methods: readonly string[];
  readonly request_schema?: Schema;
  readonly response_schema?: Schema;
}

interface Called {
  readonly route: string;
  readonly body: unknown;
  readonly status: number;
  /** Undefined: none. */
  readonly answer: unknown;
}

type Json = Readonly<Record<string, unknown>>;
/** @param route `METHOD /service/pattern` @param params of the pattern, in its order */
type Call = (route: string, params?: readonly string[], body?: unknown) => Promise<Json>;

const PASSWORD = 'correct horse battery';
const TAKES_A_BODY: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH']);
const SHOP = { id: 'shop', routes: [{ pattern: '/orders', methods: ['POST'], timeout_ms: 5, request_schema: true }] };

let owned: AsyncDisposableStack;
let running: TestHub;
let root: WireClient;
let routes: ReadonlyMap<string, Route>;
let calls: Called[];

// Once for all tests: passwords are costly.
beforeAll(async () => {
  owned = new AsyncDisposableStack();
  running = owned.use(await startTestHub({ auth: { signup: true } }));
  const key = readFileSync(join(running.dataDir, 'cli.key'), 'utf8').trim();
  root = owned.use(await WireClient.open(running.url, { key }));
  routes = await announced();
  calls = [];
  await callAll(recording(calls));
});

afterAll(() => owned.disposeAsync());

/** What the hub says of its own services, by `METHOD /service/pattern`. */
async function announced(): Promise<ReadonlyMap<string, Route>> {
  const ids = running.hub.services.list().flatMap(({ id, builtIn }) => (builtIn ? [id] : []));
  const found = new Map<string, Route>();
  for (const uri of ids.map((id) => `/services/${id}`)) {
    const document = jsonOf(await root.request({ method: Method.Get, uri })) as { id: string; routes: Route[] };
    for (const route of document.routes) {
      for (const method of route.methods) found.set(`${method} /${document.id}${route.pattern}`, route);
    }
  }
  return found;
}

function recording(into: Called[]): Call {
  return async (route, params = [], body?) => {
    const [word = '', pattern = ''] = route.split(' ');
    const method = parseMethod(word);
    if (method === undefined) throw new TypeError(`Cannot call "${route}": it has no method`);
    let index = 0;
    const uri = pattern.replaceAll(/:\w+/g, () => params[index++] ?? '');
    const payload = body === undefined ? new Uint8Array() : jsonPayload(body);
    const { status, payload: bytes } = await root.request({ method, uri, encoding: Encoding.Json, payload });
    const answer: unknown = bytes.byteLength === 0 ? undefined : JSON.parse(Buffer.from(bytes).toString());
    into.push({ route, body, status, answer });
    return (answer ?? {}) as Json;
  };
}

/** Calls every route of the hub's own, some in more than one way. */
async function callAll(call: Call): Promise<void> {
  await call('POST /clients/signup', [], { client: 'bob', password: PASSWORD });
  const tokens = await call('POST /auth/login', [], { client: 'bob', password: PASSWORD });
  const renewed = await call('POST /auth/token', [], { grant: 'refresh', token: tokens['refresh_token'] });
  await call('POST /auth/token', [], { grant: 'validate', token: renewed['token'] });
  await call('POST /auth/token', [], { grant: 'validate' });
  await call('POST /auth/logout', [], { token: renewed['token'] });
  await call('PUT /clients/:id', ['ann'], { may_call: ['shop', 'message'], may_provide: ['shop'] });
  await call('PUT /clients/:id', ['ann'], { password: PASSWORD });
  const { credential, key } = await call('POST /clients/:id/credentials', ['ann']);
  await using _ann = await WireClient.open(running.url, { key });
  await call('GET /clients/:id/credentials', ['ann']);
  await call('GET /clients/:id/connections', ['ann']);
  await call('GET /clients/', []);
  await call('GET /clients/:id', ['ann']);
  await call('POST /message/send', [], { to: 'ann', topic: 'door/open', payload: [1] });
  await call('POST /message/broadcast', [], { topic: 'door' });
  await call('POST /services/register', [], { ...SHOP, policy: 'sticky', sticky_header: 'user' });
  await call('POST /services/update', [], { id: 'shop', description: 'Sells things' });
  await call('POST /services/watch', [], { services: 's*' });
  for (const id of ['shop', 'services']) await call('GET /services/:id', [id]);
  await call('GET /services/:id/providers', ['shop']);
  await call('GET /services/clients/:client', ['cli']);
  await call('GET /services/');
  for (const pattern of ['info', '', 'services', 'modules']) await call(`GET /status/${pattern}`);
  await call('POST /services/drain', [], { id: 'shop' });
  await call('GET /services/:id/providers', ['shop']);
  await call('POST /services/unregister', [], { id: 'shop' });
  await call('DELETE /clients/:id/credentials/:credential', ['ann', String(credential)]);
  await call('DELETE /clients/:id', ['ann']);
}

describe('routes of the built-in services', () => {
  it('[BI12] announce a schema of each body that they take, and of each that they answer with', () => {
    const answered = new Set(calls.filter(({ answer }) => answer !== undefined).map(({ route }) => route));
    const called = new Set(calls.map(({ route }) => route));
    const faults = Array.from(routes, ([id, { request_schema: request, response_schema: response }]) => [
      ...(called.has(id) ? [] : [`${id} was not called`]),
      ...(TAKES_A_BODY.has(id.split(' ', 1)[0] ?? '') === (request !== undefined) ? [] : [`${id}: request_schema`]),
      ...(answered.has(id) === (response !== undefined) ? [] : [`${id}: response_schema`]),
    ]).flat();
    expect([faults, called.size]).toEqual([[], routes.size]);
  });

  it('[BI13] take what their schemas say, and answer what they say', () => {
    const compiler = new SchemaCompiler();
    const faults = calls.flatMap(({ route, body, status, answer }) => {
      const { request_schema: request = true, response_schema: response = true } = routes.get(route) ?? {};
      const [asked, told] = [compiler.get(request).check(body ?? {}), compiler.get(response).check(answer ?? null)];
      return status >= 300 || asked !== undefined || (answer !== undefined && told !== undefined)
        ? [{ route, status, asked, told, answer }]
        : [];
    });
    expect(faults).toEqual([]);
  });

  it('[BI13] refuse a body with a member that their schema has not', async () => {
    const statuses = new Map<string, number>();
    for (const [id, { request_schema: request }] of routes) {
      if (request === undefined) continue;
      const [word = '', pattern = ''] = id.split(' ');
      const uri = pattern.replaceAll(/:\w+/g, 'ann');
      const method = parseMethod(word) ?? Method.Post;
      const payload = jsonPayload({ no_such_member: 1 });
      const { status } = await root.request({ method, uri, encoding: Encoding.Json, payload });
      statuses.set(id, status);
    }
    expect([statuses.size, new Set(statuses.values())]).toEqual([13, new Set([400])]);
  });
});
