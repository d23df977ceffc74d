import { describe, expect, it } from 'vitest';
import { Encoding, Flag, Method, type MessageInit } from '../../../common/protocol/message.ts';
import { jsonPayload, textPayload } from '../../../common/protocol/payload.ts';
import {
  clientPrincipal,
  containing,
  createHarness,
  FakePeer,
  problemOf,
  type Harness,
} from '../../../test/support/fake-service-peers.ts';
import type { ServiceLimits } from '../service-limits.ts';
import type { ContractWarning } from './service-contracts.ts';

const ORDER = {
  type: 'object',
  required: ['item', 'count'],
  properties: { item: { type: 'string', maxLength: 20 }, count: { type: 'integer', minimum: 1 } },
  additionalProperties: false,
} as const;

const ROUTE = { pattern: '/orders', request_schema: ORDER, response_schema: { type: 'object', required: ['id'] } };

interface Scene extends Harness {
  readonly caller: FakePeer;
  readonly provider: FakePeer;
  readonly warnings: ContractWarning[];
  /** Posts a body to `/shop/orders`. */
  readonly post: (body: unknown, init?: Partial<MessageInit>) => void;
}

function setScene(
  limits: Partial<ServiceLimits> = {},
  service: Readonly<Record<string, unknown>> = {},
  route: Readonly<Record<string, unknown>> = ROUTE,
): Scene {
  const harness = createHarness(limits);
  const caller = new FakePeer('c1', clientPrincipal('ann'));
  const provider = new FakePeer('p1', clientPrincipal('bob'));
  const warnings: ContractWarning[] = [];
  harness.layer.onDidWarn.subscribe((warning) => warnings.push(warning));
  const answer = harness.register(provider, { id: 'shop', routes: [route], ...service });
  expect(answer).toMatchObject({ status: 201 });
  const post: Scene['post'] = (body, init = {}) => {
    const payload = jsonPayload(body);
    harness.request(caller, '/shop/orders', { method: Method.Post, encoding: Encoding.Json, payload, ...init });
  };
  return { ...harness, caller, provider, warnings, post };
}

/** Registers a service with one schema. @returns the answer */
function registerSchema(schema: unknown): { readonly status: number; readonly body: unknown } {
  const provider = new FakePeer('p1', clientPrincipal('bob'));
  return createHarness().register(provider, { id: 'shop', routes: [{ pattern: '/orders', request_schema: schema }] });
}

describe('ServiceContracts.checkRequest', () => {
  it('[SC1] a body that fits reaches the provider, one that does not is 400 with the failing place', () => {
    const { post, provider, caller } = setScene();
    post({ item: 'pen', count: 2 });
    post({ item: 'pen', count: 0 });
    expect([provider.requests.length, caller.statuses]).toEqual([1, [[2, 400]]]);
    expect(problemOf(caller)).toMatchObject({
      type: 'urn:whub:error:BAD_REQUEST_ERR',
      detail: 'Cannot POST "/shop/orders": "/count" must be >= 1',
      path: '/count',
      request: 2,
    });
  });

  it('[SC1] names a property that must not be there, and the whole body when that is wrong', () => {
    const { post, caller } = setScene();
    post({ item: 'pen', count: 1, extra: true });
    post([]);
    expect([problemOf(caller), problemOf(caller, 1)]).toMatchObject([
      { detail: containing('the body must NOT have additional properties ("extra")'), path: '' },
      { detail: containing('the body must be object'), path: '' },
    ]);
  });

  it('[SC2] the check comes after the grant and before the pool', () => {
    const { post, provider, caller, call, request } = setScene();
    call(provider, Method.Post, '/services/drain', { id: 'shop' });
    post({ item: 1 });
    const stranger = new FakePeer('c2', clientPrincipal('eve', []));
    request(stranger, '/shop/orders', { method: Method.Post, encoding: Encoding.Json, payload: jsonPayload(1) });
    post({ item: 'pen', count: 1 });
    expect([caller.statuses, stranger.statuses[0]?.[1]]).toEqual([[[1, 400], [3, 503]], 403]); // prettier-ignore
  });

  it('[SC3] a body in another encoding, one that is no JSON, and none at all are 400', () => {
    const { post, provider, caller } = setScene();
    post('', { encoding: Encoding.Text, payload: textPayload('{"item":"pen","count":1}') });
    post('', { payload: textPayload('{"item":') });
    post('', { payload: new Uint8Array(0) });
    expect([provider.requests.length, caller.statuses.map(([, status]) => status)]).toEqual([0, [400, 400, 400]]);
    expect([problemOf(caller), problemOf(caller, 2)]).toMatchObject([
      { detail: containing('has a body in the encoding "text", and the route takes JSON') },
      { detail: containing('has no body') },
    ]);
  });

  it('[SC3] GET, HEAD, DELETE and OPTIONS may come without a body', () => {
    const { request, provider, caller } = setScene();
    for (const method of [Method.Get, Method.Head, Method.Delete, Method.Options])
      request(caller, '/shop/orders', { method });
    request(caller, '/shop/orders', { method: Method.Get, encoding: Encoding.Json, payload: jsonPayload({}) });
    expect([provider.requests.length, caller.statuses]).toEqual([4, [[5, 400]]]);
  });

  it('[SC4] a body above the limit is 413, and 0 is no limit', () => {
    const long = { item: 'pen', count: 1, note: 'x'.repeat(200) };
    const bounded = setScene({ maxCheckedBytes: 100 });
    bounded.post(long);
    const free = setScene({ maxCheckedBytes: 0 });
    free.post(long);
    expect([bounded.caller.statuses, free.caller.statuses]).toEqual([[[1, 413]], [[1, 400]]]);
  });

  it('[SC5] with metadata.schemas "describe" nothing is checked, and an update turns it on and off', () => {
    const { post, provider, caller, call } = setScene({}, { metadata: { schemas: 'describe' } });
    post({ item: 1 });
    call(provider, Method.Post, '/services/update', { id: 'shop', metadata: {} });
    post({ item: 1 });
    call(provider, Method.Post, '/services/update', { id: 'shop', metadata: { schemas: 'describe' } });
    post({ item: 1 });
    expect([provider.requests.length, caller.statuses]).toEqual([2, [[2, 400]]]);
  });

  it('[SC5] another value of metadata.schemas is 400', () => {
    const { call, provider } = setScene();
    const answer = call(provider, Method.Post, '/services/update', { id: 'shop', metadata: { schemas: 'no' } });
    expect(answer).toMatchObject({ status: 400, body: { detail: containing('"metadata.schemas" is "no"') } });
  });

  it('[SC6] no part of a refusal is long, and no value is in it', () => {
    const { post, caller } = setScene({}, {}, { pattern: '/orders', request_schema: { additionalProperties: ORDER } });
    post({ ['k'.repeat(50_000)]: { item: 'secret'.repeat(100), count: 1 } });
    post({ a: { item: 'pen', count: 1, ['k'.repeat(50_000)]: 1 } });
    const texts = [problemOf(caller), problemOf(caller, 1)].map((problem) => JSON.stringify(problem));
    expect(texts.map((text) => [text.length < 1_500, text.includes('secret')])).toEqual([
      [true, false],
      [true, false],
    ]);
  });

  it('[SC7] names of the prototype are names like any other', () => {
    const { post, caller, provider } = setScene({}, {}, { pattern: '/orders', request_schema: {
      type: 'object', required: ['toString'], properties: { constructor: { type: 'number' } }, additionalProperties: false,
    } }); // prettier-ignore
    post({});
    post('', { payload: textPayload('{"__proto__":{"toString":1}}') });
    expect([provider.requests.length, caller.statuses.map(([, status]) => status)]).toEqual([0, [400, 400]]);
    expect([({} as Record<string, unknown>)['polluted'], Object.hasOwn(Object.prototype, 'toString')]).toEqual([
      undefined,
      true,
    ]);
  });

  it('[SC8] counts what was refused for its service', () => {
    const { post, layer } = setScene();
    post({});
    post({ item: 'pen', count: 1 });
    expect(layer.tallies()[0]).toMatchObject({ id: 'shop', calls: 1, schemaRefusals: 1, schemaWarnings: 0 });
  });

  it('[SC9] a stream is refused where a body is checked', () => {
    const { post, caller } = setScene();
    post({ item: 'pen', count: 1 }, { flags: Flag.Stream });
    expect(caller.statuses).toEqual([[1, 400]]);
  });

  it('[SC9] a stream passes unchecked where the route says "stream"', () => {
    const { post, provider, caller } = setScene({}, {}, { ...ROUTE, stream: true });
    post({}, { flags: Flag.Stream, payload: new Uint8Array(0) });
    post({});
    expect([provider.requests.length, caller.statuses]).toEqual([1, [[2, 400]]]);
  });
});

describe('ServiceContracts.checkResponse', () => {
  it('[SC10] an answer that breaks its schema is passed on and counted against its provider', () => {
    const { post, answer, provider, caller, warnings, call, layer } = setScene();
    post({ item: 'pen', count: 1 });
    answer(provider, 0, { encoding: Encoding.Json, payload: jsonPayload({ no: 1 }) });
    post({ item: 'pen', count: 1 });
    answer(provider, 1, { encoding: Encoding.Json, payload: jsonPayload({ id: 1 }) });
    expect(caller.statuses.map(([, status]) => status)).toEqual([200, 200]);
    expect(warnings.map(({ channel, reason }) => [channel.id, reason])).toEqual([
      ['shop@p1', "/orders: the body must have required property 'id'"],
    ]);
    expect(call(caller, Method.Get, '/services/shop/providers').body).toMatchObject([{ errors: 0, warnings: 1 }]);
    expect(layer.tallies()[0]).toMatchObject({ schemaWarnings: 1, errors: 0 });
  });

  it('[SC10] says so once a minute for each channel, and counts each', () => {
    const { post, answer, provider, warnings, clock, layer } = setScene();
    for (let index = 0; index < 3; index += 1) {
      post({ item: 'pen', count: 1 });
      answer(provider, index, { encoding: Encoding.Json, payload: jsonPayload([]) });
    }
    const early = warnings.length;
    clock.advance(60_000);
    post({ item: 'pen', count: 1 });
    answer(provider, 3, { encoding: Encoding.Text, payload: textPayload('hello') });
    expect([early, warnings.length, layer.tallies()[0]?.schemaWarnings]).toEqual([1, 2, 4]);
    expect(warnings[1]?.reason).toBe('/orders: the answer is text, not JSON');
  });

  it('[SC11] errors, empty answers and what is too large are not checked', () => {
    const { post, answer, provider, warnings } = setScene({ maxCheckedBytes: 100 });
    const answers: readonly Partial<MessageInit>[] = [
      { status: 404, encoding: Encoding.Json, payload: jsonPayload({}) },
      { status: 204 },
      { encoding: Encoding.Json, payload: jsonPayload(['x'.repeat(200)]) },
    ];
    for (const [index, init] of answers.entries()) {
      post({ item: 'pen', count: 1 });
      answer(provider, index, init);
    }
    expect(warnings).toEqual([]);
  });
});

describe('ServiceContracts.prepare', () => {
  const nested = (depth: number): unknown => (depth === 0 ? {} : { not: nested(depth - 1) });
  const REFUSED: readonly (readonly [string, unknown, string])[] = [
    ['a keyword of the wrong kind', { properties: { a: { minimum: 'x' } } }, 'at "/properties/a/minimum"'],
    ['a type that is none', { type: 'text' }, 'at "/type"'],
    ['a reference to elsewhere', { $ref: 'https://example.org/a.json' }, 'at "/$ref"'],
    ['a reference to a file', { items: { $ref: 'file:///etc/passwd' } }, 'at "/items/$ref"'],
    ['a reference to nothing', { $ref: '#/$defs/no' }, 'points to nothing in this schema'],
    ['a reference without end', { $ref: '#' }, 'refers to itself without end'],
    ['another dialect', { $schema: 'http://json-schema.org/draft-07/schema#' }, 'at "/$schema"'],
    ['an embedded document', { $defs: { a: { $id: 'x' } } }, 'at "/$defs/a/$id"'],
    ['a pattern that looks ahead', { properties: { a: { pattern: '(?=x)' } } }, 'at "/properties/a/pattern"'],
    ['a pattern of properties', { patternProperties: { '(a)\\1': {} } }, 'is no pattern that takes linear time'],
    ['deep nesting', nested(100), 'nested more than 64 schemas deep'],
    ['very many schemas', { allOf: Array.from({ length: 600 }, () => ({})) }, 'more than 500 schemas'],
    ['a long text', { enum: ['x'.repeat(70_000)] }, 'longer than 65536 bytes'],
  ];

  it.each(REFUSED)('[SC12] %s is 400 at registration, with route and place', (_what, schema, expected) => {
    expect(registerSchema(schema)).toMatchObject({
      status: 400,
      body: { detail: containing('"request_schema" of route "/orders"') },
    });
    expect(registerSchema(schema)).toMatchObject({ status: 400, body: { detail: containing(expected) } });
  });

  it('[SC12] schemas that are too much together are 413, described ones too', () => {
    const { register } = createHarness();
    const provider = new FakePeer('p1', clientPrincipal('bob'));
    const routes = Array.from({ length: 20 }, (_, index) => ({
      pattern: `/${String(index)}`,
      request_schema: { enum: ['x'.repeat(60_000)] },
    }));
    expect(register(provider, { id: 'shop', routes, metadata: { schemas: 'describe' } })).toMatchObject({
      status: 413,
    });
  });

  it('[SC12] what cannot be enforced may be described', () => {
    const { register } = createHarness();
    const provider = new FakePeer('p1', clientPrincipal('bob'));
    const routes = [{ pattern: '/orders', request_schema: { $ref: 'https://example.org/a.json' } }];
    const metadata = { schemas: 'describe' };
    expect([
      register(provider, { id: 'shop', routes }).status,
      register(provider, { id: 'shop', routes, metadata }).status,
    ]).toEqual([400, 201]);
  });

  it('[SC12] an update that cannot be enforced changes nothing', () => {
    const { call, provider, post, caller } = setScene();
    const routes = [{ pattern: '/orders', request_schema: { type: 'text' } }];
    expect(call(provider, Method.Post, '/services/update', { id: 'shop', routes }).status).toBe(400);
    post({ item: 'pen', count: 0 });
    expect(caller.statuses).toEqual([[1, 400]]);
  });
});

describe('GET /services/:id', () => {
  it('[SC13] shows the schemas of built-in routes', () => {
    const { call, caller } = setScene();
    expect(call(caller, Method.Get, '/services/services').body).toMatchObject({
      id: 'services',
      built_in: true,
      routes: expect.arrayContaining([
        ...['/register', '/unregister', '/drain', '/update', '/watch'].map(
          (pattern) => expect.objectContaining({ pattern, request_schema: describingAnObject() }) as unknown,
        ),
      ]) as unknown,
    });
  });
});

const describingAnObject = (): unknown => expect.objectContaining({ type: 'object' }) as unknown;
