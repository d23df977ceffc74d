import { describe, expect, it } from 'vitest';
import { Encoding, Flag, HUB_ID_BIT, Kind, Method } from '../../common/protocol/message.ts';
import {
  ANONYMOUS_PRINCIPAL,
  clientPrincipal,
  containing,
  createMathScene,
  FakePeer,
  managerPrincipal,
  messageOf,
  problemOf,
} from '../../test/support/fake-service-peers.ts';
import type { Caller } from '../relay.ts';

describe('ExchangeRelay.request', () => {
  it('[RQ1] hands the request to a provider under an id of the hub, and the answer back under the caller’s', () => {
    const scene = createMathScene();
    const id = scene.request(scene.caller, '/math/add?a=1', { payload: new Uint8Array([1]) });
    const [sent] = scene.one.requests;
    scene.answer(scene.one, 0, { status: 201, payload: new Uint8Array([2]) });
    expect([sent?.message.uri, (sent?.id ?? 0) >= HUB_ID_BIT, scene.caller.statuses, scene.layer.kept]).toEqual([
      '/math/add?a=1',
      true,
      [[id, 201]],
      0,
    ]);
  });

  it.each([
    ['an unknown service', '/none/x', Method.Get, 404],
    ['an unknown route', '/math/x', Method.Get, 404],
    ['another method', '/math/a', Method.Post, 405],
    ['a bad path', '/math/%2e%2e', Method.Get, 400],
    ['no path', '', Method.Get, 400],
  ])('[RQ2] refuses %s before it looks at grants', (_what, uri, method, status) => {
    const scene = createMathScene({}, { routes: [{ pattern: '/a', methods: ['GET'] }] });
    const stranger = new FakePeer('c2', clientPrincipal('dan', []));
    scene.request(stranger, uri, { method });
    expect(stranger.statuses.map(([, code]) => code)).toEqual([status]);
  });

  it('[RQ2] refuses a missing grant before it looks at the pool', () => {
    const scene = createMathScene();
    const stranger = new FakePeer('c2', clientPrincipal('dan', ['other']));
    scene.layer.disconnected(scene.one.connectionId);
    scene.request(stranger, '/math/a');
    scene.request(scene.caller, '/math/a');
    expect([stranger.statuses[0]?.[1], scene.caller.statuses[0]?.[1]]).toEqual([403, 503]);
  });

  it('[RQ3] answers 401 with www-authenticate to an anonymous caller, and 403 to a known client', () => {
    const scene = createMathScene();
    const [nobody, dan] = [new FakePeer('c2', ANONYMOUS_PRINCIPAL), new FakePeer('c3', clientPrincipal('dan', ['x*']))];
    for (const peer of [nobody, dan]) scene.request(peer, '/math/a');
    expect(
      [nobody, dan].map((peer) => [peer.answers[0]?.answer.status, peer.answers[0]?.answer.headers?.slice(1)]),
    ).toEqual([
      [401, [{ name: 'www-authenticate', value: 'Bearer' }]],
      [403, []],
    ]);
  });

  it('[RQ3] lets a manager call every service', () => {
    const scene = createMathScene();
    scene.request(new FakePeer('c2', managerPrincipal()), '/math/a');
    expect(scene.one.requests).toHaveLength(1);
  });

  it('[RQ3] reads the grants again for every request', () => {
    const scene = createMathScene();
    scene.request(scene.caller, '/math/a');
    scene.caller.principal = clientPrincipal('ann', []);
    scene.request(scene.caller, '/math/a');
    expect([scene.one.requests.length, scene.caller.statuses.map(([, status]) => status)]).toEqual([1, [403]]);
  });

  it('[RQ4] tells in a problem document what was not found, of which request and by which hub', () => {
    const scene = createMathScene();
    const id = scene.request(scene.caller, '/maths/add?a=1');
    expect([problemOf(scene.caller), scene.caller.answers[0]?.answer.encoding]).toEqual([
      {
        type: 'urn:whub:error:NOT_FOUND_ERR',
        title: 'Not found',
        status: 404,
        detail: 'Cannot find "/maths/add": no service "maths" is registered; GET /services/ lists what is there',
        instance: '/maths/add',
        hub: 'hub-1',
        request: id,
      },
      Encoding.Json,
    ]);
  });

  it('[RQ5] answers 405 with the methods that the path answers to', () => {
    const scene = createMathScene({}, { routes: [{ pattern: '/a', methods: ['GET', 'CALL'] }] });
    scene.request(scene.caller, '/math/a', { method: Method.Put });
    expect(scene.caller.answers[0]?.answer.headers).toContainEqual({ name: 'allow', value: 'CALL, GET, HEAD' });
  });

  it.each([
    ['socket', 'socket', 1],
    ['socket', 'http', 0],
    ['http', 'socket', 0],
    ['http', 'http', 1],
    ['both', 'http', 1],
    ['socket', 'console', 1],
    ['http', 'console', 1],
  ] as const)('[RQ6] a service with access %s gets %s callers: %i', (access, via, reached) => {
    const scene = createMathScene({}, { access });
    const caller = new FakePeer('c2', clientPrincipal('dan'), via satisfies Caller['via']);
    scene.request(caller, '/math/a');
    expect([scene.one.requests.length, caller.statuses.map(([, status]) => status)]).toEqual([
      reached,
      reached === 1 ? [] : [404],
    ]);
  });

  it('[RQ11] gives a one-way request no answer and is done with it when it is written', () => {
    const scene = createMathScene();
    scene.request(scene.caller, '/math/a', { flags: Flag.OneWay });
    scene.request(scene.caller, '/none/a', { flags: Flag.OneWay });
    const outcomes = scene.observer.finished.slice(1).map(({ outcome, answer, error }) => [outcome, answer, error]);
    expect([scene.one.requests.length, scene.caller.answers, outcomes, scene.layer.kept]).toEqual([
      1,
      [],
      [
        ['one-way', undefined, ''],
        ['refused', undefined, 'NOT_FOUND_ERR'],
      ],
      0,
    ]);
  });

  it('[RQ13] refuses more in flight than one connection may have with 429, and takes more after an answer', () => {
    const scene = createMathScene({ maxInFlightPerConnection: 2 });
    for (let index = 0; index < 3; index += 1) scene.request(scene.caller, '/math/a');
    const refused = scene.caller.statuses.map(([, status]) => status);
    scene.answer(scene.one, 0);
    scene.request(scene.caller, '/math/a');
    expect([refused, scene.one.requests.length]).toEqual([[429], 3]);
  });

  it('[RQ13] refuses an id that is in flight with 409 and leaves the first one alone', () => {
    const scene = createMathScene();
    for (let index = 0; index < 2; index += 1) scene.request(scene.caller, '/math/a', { id: 77 });
    const inFlight = scene.layer.isInFlight(scene.caller.connectionId, 77);
    scene.answer(scene.one, 0);
    expect([inFlight, scene.caller.statuses, scene.layer.isInFlight(scene.caller.connectionId, 77)]).toEqual([
      true,
      [
        [77, 409],
        [77, 200],
      ],
      false,
    ]);
  });

  it('[RQ18] keeps the order from one connection to one channel, over the queue too', () => {
    const scene = createMathScene({}, { max_in_flight: 1 });
    for (const uri of ['/math/1', '/math/2', '/math/3']) scene.request(scene.caller, uri);
    for (let index = 0; index < 3; index += 1) scene.answer(scene.one, index);
    expect(scene.one.requests.map(({ message }) => message.uri)).toEqual(['/math/1', '/math/2', '/math/3']);
  });
});

describe('ExchangeRelay deadlines', () => {
  it('[RQ7] answers 504 when the time is up, and cancels at the provider', () => {
    const scene = createMathScene();
    const id = scene.request(scene.caller, '/math/a', { timeoutMs: 200 });
    scene.clock.advance(199);
    const before = scene.caller.answers.length;
    scene.clock.advance(20);
    expect([before, scene.caller.statuses, scene.one.cancels, scene.layer.kept]).toEqual([
      0,
      [[id, 504]],
      [scene.one.requests[0]?.id],
      0,
    ]);
  });

  it.each([
    ['its own', { timeoutMs: 700 }, {}, 700],
    ['its own up to the largest', { timeoutMs: 5_000 }, {}, 1_000],
    ['the route’s', {}, { timeout_ms: 300 }, 300],
    ['the hub’s', {}, {}, 500],
  ])('[RQ7] a request has %s budget', (_whose, init, route, budgetMs) => {
    const scene = createMathScene(
      { defaultTimeoutMs: 500, maxTimeoutMs: 1_000 },
      { routes: [{ pattern: '/*rest', ...route }] },
    );
    scene.request(scene.caller, '/math/a', init);
    expect(scene.one.requests[0]?.timeoutMs).toBe(budgetMs);
  });

  it('[RQ7] tells the provider what is left after waiting', () => {
    const scene = createMathScene({}, { max_in_flight: 1 });
    for (let index = 0; index < 2; index += 1) scene.request(scene.caller, '/math/a', { timeoutMs: 1_000 });
    scene.clock.advance(300);
    scene.answer(scene.one, 0);
    expect(scene.one.requests.map(({ timeoutMs }) => timeoutMs)).toEqual([1_000, 700]);
  });

  it('[RQ7] ends one that waits in the queue too', () => {
    const scene = createMathScene({}, { max_in_flight: 1 });
    for (let index = 0; index < 2; index += 1)
      scene.request(scene.caller, '/math/a', { timeoutMs: index === 0 ? 900 : 100 });
    scene.clock.advance(120);
    expect([scene.caller.statuses, scene.layer.queued, problemOf(scene.caller)]).toEqual([
      [[2, 504]],
      0,
      expect.objectContaining({ detail: 'Cannot answer the request: no provider was free within its 100 ms' }),
    ]);
  });

  it('[RQ7] without any limit waits for as long as it takes', () => {
    const scene = createMathScene({ defaultTimeoutMs: 0, maxTimeoutMs: 0 });
    scene.request(scene.caller, '/math/a');
    scene.clock.advance(10_000_000);
    expect([scene.caller.answers, scene.one.requests[0]?.timeoutMs]).toEqual([[], undefined]);
  });
});

describe('ExchangeRelay.cancel', () => {
  it('[RQ8] answers 499, cancels at the provider, and drops and counts the late answer', () => {
    const scene = createMathScene();
    const id = scene.request(scene.caller, '/math/a');
    scene.layer.cancel(scene.caller, id);
    scene.answer(scene.one, 0);
    expect([scene.caller.statuses, scene.one.cancels, scene.layer.counters.lateResponses]).toEqual([
      [[id, 499]],
      [scene.one.requests[0]?.id],
      1,
    ]);
  });

  it('[RQ8] takes one that waits out of the queue', () => {
    const scene = createMathScene({}, { max_in_flight: 1 });
    for (let index = 0; index < 2; index += 1) scene.request(scene.caller, '/math/a');
    scene.layer.cancel(scene.caller, 2);
    scene.answer(scene.one, 0);
    expect([scene.caller.statuses, scene.one.requests.length, scene.one.cancels]).toEqual([
      [
        [2, 499],
        [1, 200],
      ],
      1,
      [],
    ]);
  });

  it('[RQ8] counts a cancel of nothing', () => {
    const scene = createMathScene();
    scene.layer.cancel(scene.caller, 99);
    expect([scene.layer.counters.unknownCancels, scene.caller.answers]).toEqual([1, []]);
  });
});

describe('ExchangeRelay.respond', () => {
  it('[RQ14] takes an answer only from the connection that has the request, and only once', () => {
    const scene = createMathScene();
    scene.request(scene.caller, '/math/a');
    const id = scene.one.requests[0]?.id ?? 0;
    const response = messageOf({ kind: Kind.Response, status: 200, id });
    scene.layer.respond(scene.two.link, response);
    scene.layer.respond(scene.one.link, messageOf({ kind: Kind.Response, status: 200, id: 1 }));
    const before = scene.caller.answers.length;
    scene.layer.respond(scene.one.link, response);
    scene.layer.respond(scene.one.link, response);
    expect([before, scene.caller.statuses, scene.layer.counters.lateResponses]).toEqual([0, [[1, 200]], 3]);
  });

  it.each([0, 100, 199, 600, 65_535])('[RQ12] answers for a provider whose status is %i', (status) => {
    const scene = createMathScene();
    scene.request(scene.caller, '/math/a');
    scene.answer(scene.one, 0, { status });
    expect(problemOf(scene.caller)).toMatchObject({
      status: 500,
      detail: containing(`its status is ${String(status)}`),
    });
  });
});
