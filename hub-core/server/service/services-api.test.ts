import { describe, expect, it } from 'vitest';
import type { ServiceId } from '../../common/base/ids.ts';
import { RequestError } from '../../common/errors/hub-error.ts';
import { textPayload } from '../../common/protocol/payload.ts';
import { Encoding, Flag, Method } from '../../common/protocol/message.ts';
import {
  ANONYMOUS_PRINCIPAL,
  bodyOf,
  clientPrincipal,
  containing,
  createHarness,
  FakePeer,
  managerPrincipal,
} from '../../test/support/fake-service-peers.ts';
import type { BuiltInRoute, BuiltInService } from './built-in.ts';

const ROUTES = [{ pattern: '/add', methods: ['POST'] }];
const MATH = { id: 'math', routes: ROUTES };
const peerOf = (id: string, client = 'bob', call: string[] = ['*'], provide: string[] = ['*']): FakePeer =>
  new FakePeer(id, clientPrincipal(client, call, provide));
const detail = (text: string): unknown => expect.objectContaining({ detail: containing(text) });

describe('POST /services/register', () => {
  it('[BI1] answers 201 for a new service and 200 for a further channel', () => {
    const harness = createHarness();
    expect([harness.register(peerOf('c1'), MATH), harness.register(peerOf('c2', 'cid'), MATH)]).toEqual([
      { status: 201, body: { service: 'math', provider: 'math@c1', created: true, providers: 1 } },
      { status: 200, body: { service: 'math', provider: 'math@c2', created: false, providers: 2 } },
    ]);
  });

  it('[BI2] repeated on the same connection replaces weight and limits, and takes up a draining channel', () => {
    const harness = createHarness();
    const peer = peerOf('c1');
    harness.register(peer, MATH);
    harness.layer.drain('math', 'math@c1');
    const again = harness.register(peer, { ...MATH, weight: 5, max_in_flight: 9 });
    expect([again, harness.layer.services()[0]?.providers]).toEqual([
      { status: 200, body: { service: 'math', provider: 'math@c1', created: false, providers: 1 } },
      [expect.objectContaining({ weight: 5, maxInFlight: 9, state: 'ready' })],
    ]);
  });

  it.each([
    'auth',
    'clients',
    'services',
    'message',
    'status',
    'console',
    'rpc',
    'rtc',
    'healthz',
    'readyz',
    'metrics',
    'openapi.json',
    'assets',
  ])('[BI3] refuses the reserved id "%s" with 409, to managers too', (id) => {
    const harness = createHarness();
    expect(harness.register(new FakePeer('c1', managerPrincipal()), { ...MATH, id })).toMatchObject({ status: 409 });
  });

  it.each([
    ['an id that is none', { ...MATH, id: 'Math' }, '"id" is "Math": must match'],
    ['no routes', { id: 'math', routes: [] }, '"routes" is []: must hold a route'],
    ['a pattern that is none', { id: 'math', routes: [{ pattern: 'x' }] }, '"routes[0].pattern" is "x"'],
    [
      'a method that is none',
      { id: 'math', routes: [{ pattern: '/', methods: ['get'] }] },
      '"routes[0].methods[0]" is "get": must be CALL',
    ],
    ['a policy that is none', { ...MATH, policy: 'fastest' }, '"policy" is "fastest"'],
    ['an unknown key', { ...MATH, wait: 1 }, 'Unrecognized key: "wait"'],
    ['a weight of 0', { ...MATH, weight: 0 }, '"weight" is 0'],
    ['sticky without a header', { ...MATH, policy: 'sticky' }, 'policy "sticky" needs a "sticky_header"'],
    [
      'two routes alike',
      { id: 'math', routes: [{ pattern: '/:a' }, { pattern: '/:b' }] },
      '"/:a" matches the same paths',
    ],
    ['no object', [], 'the body is []'],
    ['a long bad value', { ...MATH, description: 7, version: 'v' }, '"description" is 7'],
  ])('[BI3] refuses %s with 400 and names the value', (_what, body, text) => {
    expect(createHarness().register(peerOf('c1'), body as Record<string, unknown>)).toEqual({
      status: 400,
      body: detail(text),
    });
  });

  it('[BI3] refuses a body that is no JSON with 400', () => {
    const harness = createHarness();
    const peer = peerOf('c1');
    harness.request(peer, '/services/register', { method: Method.Post, payload: textPayload('{') });
    expect(peer.statuses[0]?.[1]).toBe(400);
  });

  it.each([
    ['a missing route', [], 'route "POST /add" is missing'],
    ['another method', [{ pattern: '/add', methods: ['PUT'] }], 'route "POST /add" is missing'],
    ['one more route', [...ROUTES, { pattern: '/sub' }], 'route "/sub" is new'],
    ['another timeout', [{ ...ROUTES[0], timeout_ms: 5 }], '"timeout_ms" of route "POST /add" differs'],
    ['another schema', [{ ...ROUTES[0], request_schema: { type: 'object' } }], '"request_schema" of route'],
  ])('[BI4] refuses a further channel with %s with 409 and the first difference', (_what, routes, text) => {
    const harness = createHarness();
    harness.register(peerOf('c1'), MATH);
    const offered = routes.length === 0 ? [{ pattern: '/other' }] : routes;
    expect(harness.register(peerOf('c2'), { id: 'math', routes: offered })).toEqual({
      status: 409,
      body: detail(text),
    });
  });

  it('[BI4] accepts the same routes in another order, with other names and summaries', () => {
    const harness = createHarness();
    harness.register(peerOf('c1'), { id: 'math', routes: [{ pattern: '/:a', methods: ['GET', 'PUT'] }, ...ROUTES] });
    const routes = [...ROUTES, { pattern: '/:b', methods: ['PUT', 'GET'], summary: 'other' }];
    expect(harness.register(peerOf('c2'), { id: 'math', routes }).status).toBe(200);
  });

  it('[BI5] takes a grant to provide', () => {
    const harness = createHarness();
    expect([
      harness.register(peerOf('c1', 'bob', [], ['files*']), MATH),
      harness.register(peerOf('c1', 'bob', [], ['ma*']), MATH).status,
      harness.register(new FakePeer('c2', managerPrincipal()), MATH).status,
      harness.register(new FakePeer('c3', ANONYMOUS_PRINCIPAL), MATH).status,
    ]).toEqual([
      { status: 403, body: detail('Cannot register service "math": client "bob" may provide "files*"') },
      201,
      200,
      401,
    ]);
  });

  it('[BI5] refuses more services than the hub takes with 413', () => {
    const harness = createHarness({ maxServices: 1 });
    harness.register(peerOf('c1'), MATH);
    expect(harness.register(peerOf('c1'), { ...MATH, id: 'more' }).status).toBe(413);
  });

  it('[BI11] takes a connection that can provide', () => {
    const harness = createHarness();
    const caller = new FakePeer('h1', clientPrincipal('bob'), 'http');
    expect(harness.register(caller, MATH)).toEqual({
      status: 400,
      body: detail('services are provided on a WebSocket connection'),
    });
  });
});

describe('POST /services/unregister, /drain and /update', () => {
  it('[BI6] take this connection out of the service, or give it nothing new', () => {
    const harness = createHarness();
    const [one, two] = [peerOf('c1'), peerOf('c2')];
    for (const peer of [one, two]) harness.register(peer, MATH);
    expect([
      harness.call(one, Method.Post, '/services/drain', { id: 'math' }),
      harness.call(one, Method.Post, '/services/unregister', { id: 'math' }),
      harness.call(one, Method.Post, '/services/unregister', { id: 'math' }),
      harness.call(one, Method.Post, '/services/drain', { id: 'none' }).status,
      harness.call(one, Method.Post, '/services/drain', { id: 7 }),
    ]).toEqual([
      { status: 200, body: { service: 'math', provider: 'math@c1', in_flight: 0 } },
      { status: 200, body: { service: 'math', provider: 'math@c1', providers: 1 } },
      { status: 404, body: detail('this connection does not provide it') },
      404,
      { status: 400, body: detail('Cannot drain the service: "id" is 7') },
    ]);
  });

  it('[BI7] lets the creating client and managers change a service, nobody else', () => {
    const harness = createHarness();
    const bob = peerOf('c1', 'bob');
    harness.register(bob, MATH);
    const update = { id: 'math', routes: [{ pattern: '/new' }], description: 'better', policy: 'least-in-flight' };
    const other = harness.call(peerOf('c2', 'cid'), Method.Post, '/services/update', update);
    const own = harness.call(bob, Method.Post, '/services/update', update);
    const boss = harness.call(new FakePeer('c3', managerPrincipal()), Method.Post, '/services/update', {
      id: 'math',
      version: '2',
    });
    harness.request(bob, '/math/new');
    expect([other, own.status, boss.body, bob.requests.length]).toEqual([
      { status: 403, body: detail('only client "bob", which created it, and managers may') },
      200,
      expect.objectContaining({ description: 'better', version: '2', policy: 'least-in-flight' }),
      1,
    ]);
  });

  it('[BI7] an update that is wrong changes nothing', () => {
    const harness = createHarness();
    const bob = peerOf('c1', 'bob');
    harness.register(bob, MATH);
    const bad = harness.call(bob, Method.Post, '/services/update', {
      id: 'math',
      routes: [{ pattern: '/a' }, { pattern: '/a' }],
    });
    expect([bad.status, harness.layer.services()[0]?.routes[0]?.pattern]).toEqual([400, '/add']);
    expect(harness.call(bob, Method.Post, '/services/update', { id: 'none' }).status).toBe(404);
  });
});

describe('GET /services', () => {
  function listing() {
    const harness = createHarness();
    const bob = peerOf('c1', 'bob');
    for (const id of ['math', 'files', 'mail']) harness.register(bob, { ...MATH, id });
    return harness;
  }
  const ids = (body: unknown): unknown[] => (body as { id: string }[]).map(({ id }) => id);

  it('[BI8] lists what the caller may call or provide, and everything for managers', () => {
    const harness = listing();
    const ann = peerOf('c2', 'ann', ['ma*'], ['files']);
    const eve = peerOf('c3', 'eve', ['mail'], []);
    const boss = new FakePeer('c4', managerPrincipal());
    const lists = [ann, eve, boss].map((peer) => ids(harness.call(peer, Method.Get, '/services/').body));
    expect(lists).toEqual([['files', 'mail', 'math'], ['mail'], ['files', 'mail', 'math']]);
  });

  it('[BI8] shows one service and its providers, and hides what is not for the caller', () => {
    const harness = listing();
    const [ann, eve] = [peerOf('c2', 'ann'), peerOf('c3', 'eve', ['mail'], [])];
    expect([
      harness.call(ann, Method.Get, '/services/math').body,
      harness.call(ann, Method.Get, '/services/math/providers').body,
      harness.call(eve, Method.Get, '/services/math').body,
      harness.call(ann, Method.Get, '/services/none').status,
    ]).toEqual([
      expect.objectContaining({
        id: 'math',
        creator: 'bob',
        providers: 1,
        routes: [expect.objectContaining({ pattern: '/add', methods: ['POST'] })],
      }),
      [expect.objectContaining({ provider: 'math@c1', client: 'bob', state: 'ready' })],
      detail('Cannot find service "math": it is not registered'),
      404,
    ]);
  });

  it('[BI8] lists the services of one client', () => {
    const harness = listing();
    const ann = peerOf('c2', 'ann', ['mail'], []);
    expect([
      ids(harness.call(ann, Method.Get, '/services/clients/bob').body),
      ids(harness.call(ann, Method.Get, '/services/clients/zoe').body),
    ]).toEqual([['mail'], []]);
  });
});

describe('built-in services', () => {
  const route = (values: Partial<BuiltInRoute>): BuiltInRoute => ({
    pattern: '/',
    methods: ['any'],
    access: 'anonymous',
    summary: '',
    handle: () => ({ status: 204 }),
    ...values,
  });
  const serve = (...routes: BuiltInRoute[]): BuiltInService => ({ id: 'status' as ServiceId, description: '', routes });

  it.each([
    ['anonymous', [204, 204, 204, 204]],
    ['client', [401, 204, 204, 204]],
    ['manager', [401, 403, 403, 204]],
    ['self', [401, 403, 204, 204]],
  ] as const)('[BI9] a route for %s is for nobody else', (access, statuses) => {
    const harness = createHarness({}, { builtIns: [serve(route({ pattern: '/:id', access }))] });
    const peers = [
      new FakePeer('a', ANONYMOUS_PRINCIPAL),
      peerOf('b', 'ann'),
      peerOf('c', 'bob'),
      new FakePeer('d', managerPrincipal()),
    ];
    for (const peer of peers) harness.request(peer, '/status/bob');
    expect(peers.map((peer) => peer.statuses[0]?.[1])).toEqual(statuses);
  });

  it('[BI9] a client’s grant of everything opens no built-in service for it', () => {
    const harness = createHarness({}, { builtIns: [serve(route({ access: 'manager' }))] });
    const peer = peerOf('c1', 'ann', ['*'], ['*']);
    harness.request(peer, '/status/');
    expect(peer.statuses[0]?.[1]).toBe(403);
  });

  it('[BI10] hands params and query to the handler and its reply to the caller', () => {
    const handle: BuiltInRoute['handle'] = ({ params, query }) => ({
      status: 200,
      encoding: Encoding.Text,
      payload: textPayload(`${params['id'] ?? ''} ${query.get('q') ?? ''}`),
    });
    const harness = createHarness({}, { builtIns: [serve(route({ pattern: '/:id', handle }))] });
    const peer = peerOf('c1');
    harness.request(peer, '/status/a%20b?q=c%20d');
    expect([new TextDecoder().decode(peer.answers[0]?.answer.payload), harness.observer.finished[0]?.outcome]).toEqual([
      'a b c d',
      'built-in',
    ]);
  });

  it.each([
    [
      'throws a HubError',
      () => {
        throw new RequestError('CONFLICT_ERR', 'Cannot do it: it is taken');
      },
      409,
      'Cannot do it',
    ],
    [
      'rejects with a HubError',
      () => Promise.reject(new RequestError('CONFLICT_ERR', 'Cannot do it: it is taken')),
      409,
      'Cannot do it',
    ],
    [
      'throws anything else',
      () => {
        throw new Error('SELECT secret');
      },
      500,
      '',
    ],
    ['rejects with anything else', () => Promise.reject(new Error('SELECT secret')), 500, ''],
  ])('[BI10] a handler that %s', async (_what, handle, status, text) => {
    const harness = createHarness({}, { builtIns: [serve(route({ handle }))] });
    const peer = peerOf('c1');
    harness.request(peer, '/status/');
    await Promise.resolve();
    await Promise.resolve();
    const body = bodyOf(peer.answers[0]?.answer) as { status: number; detail: string };
    expect([
      body.status,
      body.detail.startsWith(text),
      JSON.stringify(body).includes('secret'),
      harness.layer.kept,
    ]).toEqual([status, true, false, 0]);
    expect(harness.layer.services().find(({ id }) => id === 'status')).toMatchObject({
      builtIn: true,
      calls: 1,
      errors: status === 500 ? 1 : 0,
    });
  });

  it('[BI10] an asynchronous handler has the deadline and the cancel of any other', async () => {
    const pending: ((status: number) => void)[] = [];
    const handle: BuiltInRoute['handle'] = () =>
      new Promise((resolve) => pending.push((status) => resolve({ status })));
    const harness = createHarness({}, { builtIns: [serve(route({ handle }))] });
    const peer = peerOf('c1');
    const ids = [
      harness.request(peer, '/status/'),
      harness.request(peer, '/status/', { timeoutMs: 50 }),
      harness.request(peer, '/status/'),
    ];
    harness.layer.cancel(peer, ids[0] ?? 0);
    harness.clock.advance(70);
    for (const resolve of pending) resolve(200);
    await Promise.resolve();
    expect([peer.statuses, harness.layer.kept]).toEqual([
      [
        [1, 499],
        [2, 504],
        [3, 200],
      ],
      0,
    ]);
  });

  it('[BI10] HEAD is answered by GET without its body', () => {
    const handle: BuiltInRoute['handle'] = () => ({ status: 200, payload: textPayload('body') });
    const harness = createHarness({}, { builtIns: [serve(route({ methods: [Method.Get], handle }))] });
    const peer = peerOf('c1');
    harness.request(peer, '/status/', { method: Method.Head });
    expect(peer.answers[0]?.answer.payload?.length).toBe(0);
  });

  it('[BI10] a one-way call is handled and not answered', () => {
    let handled = 0;
    const handle: BuiltInRoute['handle'] = () => ({ status: (handled += 200) });
    const harness = createHarness({}, { builtIns: [serve(route({ handle }))] });
    const peer = peerOf('c1');
    harness.request(peer, '/status/', { flags: Flag.OneWay });
    expect([handled, peer.answers, harness.observer.finished[0]?.outcome]).toEqual([200, [], 'built-in']);
  });

  it('[BI10] addBuiltIn() serves until it is disposed, and refuses a second of the same id', () => {
    const harness = createHarness();
    const peer = peerOf('c1');
    const added = harness.layer.addBuiltIn(serve(route({})));
    harness.request(peer, '/status/');
    expect(() => harness.layer.addBuiltIn(serve())).toThrow('Cannot add built-in service "status"');
    added[Symbol.dispose]();
    added[Symbol.dispose]();
    harness.request(peer, '/status/');
    expect(peer.statuses.map(([, status]) => status)).toEqual([204, 404]);
  });
});
