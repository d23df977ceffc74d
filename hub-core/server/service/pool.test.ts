import { describe, expect, it } from 'vitest';
import { Method } from '../../common/protocol/message.ts';
import {
  ANY_PATH,
  bodyOf,
  clientPrincipal,
  createHarness,
  FakePeer,
  type Harness,
} from '../../test/support/fake-service-peers.ts';
import type { ServiceLimits } from './service-limits.ts';

interface Scene extends Harness {
  readonly caller: FakePeer;
  /** Channels of `math`, of clients p0, p1, … */
  readonly providers: readonly FakePeer[];
}

function setScene(registrations: readonly Record<string, unknown>[], limits: Partial<ServiceLimits> = {}): Scene {
  const harness = createHarness(limits);
  const providers = registrations.map((registration, index) => {
    const peer = new FakePeer(`c${String(index)}`, clientPrincipal(`p${String(index)}`));
    harness.register(peer, { id: 'math', routes: ANY_PATH, ...registration });
    return peer;
  });
  return { ...harness, caller: new FakePeer('caller', clientPrincipal('ann')), providers };
}

const loads = (scene: Scene): readonly number[] => scene.providers.map((peer) => peer.requests.length);
const send = (scene: Scene, count: number, init = {}): void => {
  for (let index = 0; index < count; index += 1) scene.request(scene.caller, `/math/${String(index)}`, init);
};
const only = <T>(list: readonly T[], index: number): T => {
  const found = list[index];
  if (found === undefined) throw new RangeError(`Cannot take item ${String(index)}: there are ${String(list.length)}`);
  return found;
};

describe('pool of a service', () => {
  it('[PL2] round-robin, the default, spreads evenly', () => {
    const scene = setScene([{}, {}, {}]);
    send(scene, 300);
    expect(loads(scene)).toEqual([100, 100, 100]);
  });

  it('[PL5] weighted keeps to the channels’ weights', () => {
    const scene = setScene([{ policy: 'weighted', weight: 3 }, { weight: 1 }]);
    send(scene, 40);
    expect(loads(scene)).toEqual([30, 10]);
  });

  it('[PL6] sticky keeps the values of its header together, and without it the caller', () => {
    const scene = setScene([{ policy: 'sticky', sticky_header: 'X-User' }, {}, {}]);
    send(scene, 10, { headers: [{ name: 'x-user', value: '7' }] });
    const withHeader = loads(scene).toSorted((one, other) => one - other);
    send(scene, 10);
    const total = loads(scene).filter((load) => load > 0).length;
    expect([withHeader, total <= 2]).toEqual([[0, 0, 10], true]);
  });

  it('[PL7] a channel gets no more than its max_in_flight at a time', () => {
    const scene = setScene([{ max_in_flight: 2 }, { max_in_flight: 1 }]);
    send(scene, 10);
    const first = [loads(scene), scene.layer.queued, scene.layer.inFlight];
    scene.answer(only(scene.providers, 1), 0);
    expect([first, loads(scene)]).toEqual([
      [[2, 1], 7, 3],
      [2, 2],
    ]);
  });

  it('[PL7] without its own limit it is the hub’s, and 0 is none', () => {
    const scene = setScene([{}], { maxInFlightPerChannel: 3 });
    send(scene, 5);
    const free = setScene([{ max_in_flight: 0 }], { maxInFlightPerChannel: 3 });
    send(free, 5);
    expect([loads(scene), loads(free)]).toEqual([[3], [5]]);
  });

  it('[PL8] a congested link gets nothing new until it has drained', () => {
    const scene = setScene([{}, {}]);
    const [first, second] = [only(scene.providers, 0), only(scene.providers, 1)];
    first.link.congested = true;
    send(scene, 4);
    second.link.congested = true;
    send(scene, 3);
    const before = [loads(scene), scene.layer.queued];
    first.link.congested = false;
    scene.layer.linkDrained(first.link);
    expect([before, loads(scene), scene.layer.queued]).toEqual([[[0, 4], 3], [3, 4], 0]);
  });

  it('[PL9] refuses with 503 what is over the queue’s number', () => {
    const scene = setScene([{ max_in_flight: 1 }], { queueMessages: 2 });
    send(scene, 4);
    expect([scene.caller.statuses, bodyOf(only(scene.caller.answers, 0).answer)]).toEqual([
      [[4, 503]],
      expect.objectContaining({
        detail:
          'Cannot reach service "math": its providers are busy and its queue is full with 2 requests; try again later',
      }),
    ]);
  });

  it('[PL9] refuses with 503 what is over the queue’s bytes, and counts them', () => {
    const scene = setScene([{ max_in_flight: 1 }], { queueBytes: 2_500 });
    send(scene, 4, { payload: new Uint8Array(1_000) });
    expect([scene.caller.statuses, scene.layer.queued]).toEqual([[[4, 503]], 2]);
  });

  it('[PL10] `to` pins a request to one client’s channels', () => {
    const scene = setScene([{}, {}, {}]);
    send(scene, 5, { to: 'p1' });
    expect(loads(scene)).toEqual([0, 5, 0]);
  });

  it('[PL10] `to` a client that offers no channel is 404', () => {
    const scene = setScene([{}]);
    send(scene, 1, { to: 'zoe' });
    expect(scene.caller.statuses).toEqual([[1, 404]]);
  });

  it('[PL10] one that waits for its client does not hold up the others', () => {
    const scene = setScene([{ max_in_flight: 1 }, { max_in_flight: 1 }]);
    send(scene, 3, { to: 'p0' });
    send(scene, 2);
    scene.answer(only(scene.providers, 1), 0);
    expect([loads(scene), scene.layer.queued]).toEqual([[1, 2], 2]);
  });

  it('[PL10] a queue full of those who wait for their client holds up nobody else', () => {
    const scene = setScene([{ max_in_flight: 1 }, {}], { queueMessages: 2 });
    send(scene, 4, { to: 'p0' });
    send(scene, 2);
    expect([loads(scene), scene.caller.statuses]).toEqual([[1, 2], [[4, 503]]]);
  });

  it('[PL10] takes the least loaded of the client’s channels', () => {
    const scene = setScene([{}]);
    const again = new FakePeer('c9', clientPrincipal('p0'));
    scene.register(again, { id: 'math', routes: ANY_PATH });
    send(scene, 6, { to: 'p0' });
    expect([...loads(scene), again.requests.length]).toEqual([3, 3]);
  });

  it('[PL11] a draining channel gets nothing new and finishes what it has', () => {
    const scene = setScene([{}, {}]);
    send(scene, 2);
    const drained = scene.layer.drain('math', 'math@c0');
    send(scene, 2);
    scene.answer(only(scene.providers, 0), 0);
    expect([drained, loads(scene), scene.caller.statuses, scene.layer.services()[0]?.providers[0]?.state]).toEqual([
      true,
      [1, 3],
      [[1, 200]],
      'draining',
    ]);
  });

  it('[PL11] when all channels drain, what comes and what waits is 503', () => {
    const scene = setScene([{ max_in_flight: 1 }]);
    send(scene, 2);
    scene.layer.drain('math', 'math@c0');
    send(scene, 1);
    expect([scene.caller.statuses, bodyOf(only(scene.caller.answers, 0).answer)]).toEqual([
      [
        [2, 503],
        [3, 503],
      ],
      expect.objectContaining({ detail: 'Cannot reach service "math": its providers are draining; try again later' }),
    ]);
  });

  it('[PL11] drain() of what is not there is false', () => {
    const scene = setScene([{}]);
    expect([scene.layer.drain('math', 'math@c9'), scene.layer.drain('none', 'none@c0')]).toEqual([false, false]);
  });

  it('[PL12] remembers a service for 60 s after its last provider went: 503, then 404', () => {
    const scene = setScene([{}]);
    scene.layer.disconnected(only(scene.providers, 0).connectionId);
    const emptySinceMs = scene.layer.services()[0]?.emptySinceMs;
    scene.clock.advance(59_999);
    send(scene, 1);
    scene.clock.advance(1);
    send(scene, 1);
    expect([emptySinceMs === scene.clock.wallMs() - 60_000, scene.caller.statuses]).toEqual([
      true,
      [
        [1, 503],
        [2, 404],
      ],
    ]);
  });

  it('[PL12] a provider in time takes the remembered service up again', () => {
    const scene = setScene([{}]);
    const peer = only(scene.providers, 0);
    scene.layer.disconnected(peer.connectionId);
    scene.clock.advance(30_000);
    const back = scene.register(new FakePeer('c9', clientPrincipal('p0')), { id: 'math', routes: ANY_PATH });
    scene.clock.advance(120_000);
    send(scene, 1);
    expect([back.status, scene.caller.answers, scene.layer.services()[0]?.emptySinceMs]).toEqual([200, [], null]);
  });

  it('[PL12] a remembered service may come back with other routes', () => {
    const scene = setScene([{}]);
    scene.layer.disconnected(only(scene.providers, 0).connectionId);
    const back = scene.register(new FakePeer('c9', clientPrincipal('zoe')), {
      id: 'math',
      routes: [{ pattern: '/new' }],
    });
    scene.clock.advance(120_000);
    scene.request(scene.caller, '/math/new');
    scene.request(scene.caller, '/math/old');
    expect([back.status, scene.caller.statuses]).toEqual([201, [[2, 404]]]);
  });

  it('[PL12] unregistering the last provider forgets the service at once, and what it has may still be answered', () => {
    const scene = setScene([{ max_in_flight: 1 }]);
    const peer = only(scene.providers, 0);
    send(scene, 2);
    scene.call(peer, Method.Post, '/services/unregister', { id: 'math' });
    send(scene, 1);
    scene.answer(peer, 0);
    expect([scene.caller.statuses, scene.layer.kept]).toEqual([
      [
        [2, 503],
        [3, 404],
        [1, 200],
      ],
      0,
    ]);
  });

  it('[PL12] a connection that unregistered and goes takes with it what it still had', () => {
    const scene = setScene([{}]);
    const peer = only(scene.providers, 0);
    send(scene, 1);
    scene.call(peer, Method.Post, '/services/unregister', { id: 'math' });
    scene.layer.disconnected(peer.connectionId);
    scene.clock.advance(10);
    expect([scene.caller.statuses, scene.layer.kept, scene.clock.pendingTimers]).toEqual([[[1, 502]], 0, 0]);
  });

  it('[PL12] with rememberMs 0 the service is forgotten at once', () => {
    const scene = setScene([{}], { rememberMs: 0 });
    scene.layer.disconnected(only(scene.providers, 0).connectionId);
    send(scene, 1);
    scene.clock.advance(10);
    expect([scene.caller.statuses, scene.clock.pendingTimers]).toEqual([[[1, 404]], 0]);
  });

  it('[PL13] shows calls, errors, latency and the last failure of a channel', () => {
    const scene = setScene([{ weight: 2, max_in_flight: 5 }]);
    const peer = only(scene.providers, 0);
    send(scene, 3);
    scene.clock.advance(4);
    scene.answer(peer, 0);
    scene.answer(peer, 1, { status: 503 });
    expect(scene.layer.services()[0]).toEqual({
      id: 'math',
      builtIn: false,
      description: '',
      version: '',
      access: 'both',
      policy: 'round-robin',
      routes: [{ pattern: '/*rest', methods: [], summary: '' }],
      providers: [
        {
          id: 'math@c0',
          client: 'p0',
          connection: 'c0',
          state: 'ready',
          weight: 2,
          inFlight: 1,
          maxInFlight: 5,
          calls: 3,
          errors: 1,
          warnings: 0,
          latencyP50Ms: 4,
          latencyP95Ms: 4,
          sinceMs: Date.UTC(2026, 0, 1),
          lastFailure: 'answered 503',
        },
      ],
      queued: 0,
      calls: 3,
      errors: 1,
      emptySinceMs: null,
    });
  });

  it('[PL13] tells listeners what changed', () => {
    const scene = setScene([]);
    const events: string[] = [];
    scene.layer.onDidChange.subscribe((change) => events.push(`${change.event} ${change.provider ?? change.service}`));
    const peer = new FakePeer('c0', clientPrincipal('p0'));
    scene.register(peer, { id: 'math', routes: ANY_PATH });
    scene.layer.drain('math', 'math@c0');
    scene.layer.drain('math', 'math@c0');
    scene.layer.disconnected(peer.connectionId);
    scene.clock.advance(60_000);
    expect(events).toEqual([
      'added math',
      'provider-added math@c0',
      'provider-draining math@c0',
      'provider-removed math@c0',
      'removed math',
    ]);
  });
});
