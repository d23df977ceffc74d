import { describe, expect, it } from 'vitest';
import { Method, type MessageInit } from '../../../common/protocol/message.ts';
import { ANY_PATH, clientPrincipal, containing, FakePeer } from '../../../test/support/fake-service-peers.ts';
import { answerAll, at, FIVE, send, setPoolScene, type PoolScene } from '../../../test/support/pool-scene.ts';

describe('circuit breaker of a channel', () => {
  it('[BK2] answers of 500, 502, 503 and 504 are failures; 4xx and other 5xx are not', () => {
    const scene = setPoolScene(3);
    answerAll(scene, 0, FIVE);
    answerAll(scene, 1, [400, 404, 501, 505, 599, 429]);
    expect(scene.states()).toEqual(['ejected', 'ready', 'ready']);
  });

  it('[BK2] no answer in time is a failure when the provider had the request for a while, and only then', () => {
    const scene = setPoolScene(3);
    for (let index = 0; index < 5; index += 1) {
      scene.request(scene.caller, '/math/a', { to: 'p0', timeoutMs: 1_200 });
      scene.request(scene.caller, '/math/a', { to: 'p1', timeoutMs: 100 });
    }
    scene.clock.advance(1_300);
    expect(scene.states()).toEqual(['ejected', 'ready', 'ready']);
  });

  it('[BK2] an answer that cannot be passed on is a failure, a cancel by the caller is none', () => {
    const scene = setPoolScene(3);
    answerAll(scene, 0, [100, 700, 100, 700, 100]);
    for (let index = 0; index < 6; index += 1) {
      const id = scene.request(scene.caller, '/math/a', { to: 'p1' });
      scene.clock.advance(2_000);
      scene.layer.cancel(scene.caller, id);
    }
    scene.clock.advance(0);
    expect(scene.states()).toEqual(['half-open', 'ready', 'ready']);
  });

  it('[BK3] an ejected channel gets nothing until its time is over', () => {
    const scene = setPoolScene(3);
    answerAll(scene, 0, FIVE);
    send(scene, 10);
    const while_ = scene.loads();
    scene.clock.advance(1_000);
    expect([while_, scene.states()]).toEqual([
      [5, 5, 5],
      ['half-open', 'ready', 'ready'],
    ]);
  });

  it('[BK4] half-open it gets one request at a time, and is back after a success', () => {
    const scene = setPoolScene(3);
    answerAll(scene, 0, FIVE);
    scene.clock.advance(1_000);
    send(scene, 9);
    const trial = scene.loads();
    scene.answer(at(scene.providers, 0), 5);
    send(scene, 3);
    expect([trial, scene.states(), scene.loads()[0]]).toEqual([[6, 4, 4], ['ready', 'ready', 'ready'], 7]);
  });

  it('[BK5] the only channel is never ejected, and of three only one', () => {
    const [one, three] = [setPoolScene(1), setPoolScene(3)];
    answerAll(one, 0, [...FIVE, ...FIVE]);
    for (const index of [0, 1, 2]) answerAll(three, index, FIVE);
    expect([one.states(), three.states()]).toEqual([['ready'], ['ejected', 'ready', 'ready']]);
  });

  it('[BK6] is let back when its pool becomes too small to do without it, and what waits goes to it', () => {
    const scene = setPoolScene(2, { max_in_flight: 1 });
    answerAll(scene, 0, FIVE);
    send(scene, 2, { method: Method.Post });
    const before = [scene.states(), scene.layer.queued];
    scene.layer.disconnected(at(scene.providers, 1).connectionId);
    expect([before, scene.states(), scene.layer.queued, scene.loads()[0]]).toEqual([
      [['ejected', 'saturated'], 1],
      ['saturated'],
      0,
      6,
    ]);
  });

  it('[BK7] requests wait for the channels that are left, and one goes to the trial at once', () => {
    const scene = setPoolScene(2, { max_in_flight: 1 });
    answerAll(scene, 0, FIVE);
    send(scene, 3);
    const waiting = scene.layer.queued;
    scene.clock.advance(1_000);
    const after = [scene.layer.queued, scene.loads()];
    scene.answer(at(scene.providers, 0), 5);
    expect([waiting, after, scene.layer.queued]).toEqual([2, [1, [6, 1]], 0]);
  });

  it('[BK7] leaves no timer when its channel goes or the hub stops', () => {
    const [gone, stopped] = [setPoolScene(3), setPoolScene(3)];
    for (const scene of [gone, stopped]) answerAll(scene, 0, FIVE);
    for (const peer of gone.providers) gone.layer.disconnected(peer.connectionId);
    gone.clock.advance(60_000);
    stopped.layer[Symbol.dispose]();
    stopped.clock.advance(20);
    expect([gone.clock.pendingTimers, stopped.clock.pendingTimers]).toEqual([0, 0]);
  });

  it('[BK12] announces that a provider was ejected, on trial and let back', () => {
    const scene = setPoolScene(3);
    const events: unknown[] = [];
    scene.layer.onDidChange.subscribe(({ event, provider, reason }) => events.push([event, provider, reason]));
    answerAll(scene, 0, FIVE);
    scene.clock.advance(1_000);
    answerAll(scene, 0, [200]);
    expect(events).toEqual([
      ['provider-ejected', 'math@p0', 'its circuit breaker is open'],
      ['provider-half-open', 'math@p0', 'its circuit breaker is half-open'],
      ['provider-admitted', 'math@p0', 'its circuit breaker is closed'],
    ]);
  });
});

describe('health of a channel', () => {
  const METADATA = { metadata: { health: '/up', health_interval_ms: 500 } };
  /** Answers the newest question of a provider. */
  const answerNewest = (scene: PoolScene, index: number, init: Partial<MessageInit> = {}): void => {
    const peer = at(scene.providers, index);
    scene.answer(peer, peer.requests.length - 1, init);
  };

  it('[BK8] asks on each channel in the interval of the service, unseen by captures and counts', () => {
    const scene = setPoolScene(2, METADATA);
    const seen = scene.observer.started.length;
    scene.clock.advance(500);
    const [asked] = at(scene.providers, 0).requests;
    for (const index of [0, 1]) answerNewest(scene, index);
    scene.clock.advance(500);
    expect([scene.loads(), scene.observer.started.length - seen, scene.layer.counters.lateResponses]).toEqual([
      [2, 2],
      0,
      0,
    ]);
    expect(asked?.message).toMatchObject({ method: Method.Get, uri: '/math/up', from: 'hub' });
    expect([asked?.timeoutMs, scene.layer.tallies()[0]?.calls]).toEqual([500, 0]);
  });

  it('[BK8] after two bad answers or none the channel gets nothing; a good answer brings it back', () => {
    const scene = setPoolScene(3, METADATA);
    const states: (readonly string[])[] = [];
    const round = (status: number | undefined): void => {
      scene.clock.advance(500);
      if (status !== undefined) answerNewest(scene, 0, { status });
      for (const index of [1, 2]) answerNewest(scene, index, { status: 204 });
      states.push(scene.states());
    };
    for (const status of [503, 404, 200, undefined, undefined]) round(status);
    scene.clock.advance(499);
    states.push(scene.states());
    const [up, down] = [
      ['ready', 'ready', 'ready'],
      ['ejected', 'ready', 'ready'],
    ];
    // The question of one round is unanswered when the next is due.
    expect(states).toEqual([up, down, up, up, up, up]);
    scene.clock.advance(1);
    expect([scene.states(), at(scene.providers, 0).cancels.length]).toEqual([down, 2]);
  });

  it('[BK5] an unhealthy channel that its pool cannot do without keeps getting requests', () => {
    const scene = setPoolScene(1, METADATA);
    scene.clock.advance(5_000);
    send(scene, 1);
    expect([scene.states(), scene.caller.statuses]).toEqual([['ready'], []]);
    expect(at(scene.providers, 0).requests.at(-1)?.message.uri).toBe('/math/a');
  });

  it('[BK8] an update of the service begins or ends the questions, and the end makes channels healthy', () => {
    const scene = setPoolScene(2);
    const update = (metadata: object): unknown =>
      scene.call(at(scene.providers, 0), Method.Post, '/services/update', { id: 'math', metadata });
    scene.clock.advance(5_000);
    update(METADATA.metadata);
    scene.clock.advance(1_000);
    answerNewest(scene, 1);
    scene.clock.advance(1_000);
    const during = scene.states();
    update({});
    const asked = scene.loads();
    scene.clock.advance(5_000);
    expect([during, scene.states(), scene.loads()]).toEqual([['ejected', 'ready'], ['ready', 'ready'], asked]);
  });

  it('[BK9] a registration whose health route cannot be used is refused', () => {
    const scene = setPoolScene(0);
    const peer = new FakePeer('x', clientPrincipal('x'));
    expect(scene.register(peer, { id: 'x', routes: ANY_PATH, metadata: { health: 7 } })).toMatchObject({
      status: 400,
      body: { detail: containing('"metadata.health" is 7') },
    });
  });

  it('[BK7] leaves no timer and no question when the channel goes', () => {
    const scene = setPoolScene(1, METADATA);
    scene.clock.advance(500);
    scene.call(at(scene.providers, 0), Method.Post, '/services/unregister', { id: 'math' });
    answerNewest(scene, 0);
    scene.clock.advance(20);
    expect([scene.clock.pendingTimers, scene.layer.counters.lateResponses]).toEqual([0, 1]);
  });

  it('[BK10] a link that leaves a Ping unanswered gets nothing new until it is heard of', () => {
    const scene = setPoolScene(2);
    at(scene.providers, 0).link.suspect = true;
    send(scene, 4);
    const during = [scene.loads(), scene.states()];
    at(scene.providers, 1).link.suspect = true;
    send(scene, 2);
    const queued = scene.layer.queued;
    for (const peer of scene.providers) {
      peer.link.suspect = false;
      scene.layer.linkDrained(peer.link);
    }
    expect([during, queued, scene.loads(), scene.layer.queued]).toEqual([
      [
        [0, 4],
        ['suspect', 'ready'],
      ],
      2,
      [2, 4],
      0,
    ]);
  });
});

describe('a pool by hand', () => {
  it('[BK11] eject() keeps requests from a channel for a while, undrain() ends that and a drain', () => {
    const scene = setPoolScene(3);
    const { layer } = scene;
    const ejected = layer.eject('math', 'math@p0', 5_000);
    send(scene, 4);
    const states = [scene.states()];
    layer.undrain('math', 'math@p0');
    layer.drain('math', 'math@p1');
    states.push(scene.states());
    layer.undrain('math', 'math@p1');
    layer.eject('math', 'math@p2', 5_000);
    scene.clock.advance(5_000);
    states.push(scene.states());
    expect([ejected, layer.eject('math', 'none', 5_000), layer.undrain('none', 'math@p0')]).toEqual([
      true,
      false,
      false,
    ]);
    expect([states, scene.loads()]).toEqual([
      [
        ['ejected', 'ready', 'ready'],
        ['ready', 'draining', 'ready'],
        ['ready', 'ready', 'ready'],
      ],
      [0, 2, 2],
    ]);
  });

  it('[BK11] the last channel that takes requests is not ejected', () => {
    const scene = setPoolScene(2);
    scene.layer.drain('math', 'math@p0');
    expect(() => scene.layer.eject('math', 'math@p1', 5_000)).toThrow('Cannot eject provider "math@p1"');
  });

  it('[BK11] setWeight() holds for the next requests', () => {
    const scene = setPoolScene(2, { policy: 'weighted' });
    const set = [scene.layer.setWeight('math', 'math@p1', 3), scene.layer.setWeight('math', 'none', 3)];
    send(scene, 40);
    expect([set, scene.loads()]).toEqual([
      [true, false],
      [10, 30],
    ]);
  });
});
