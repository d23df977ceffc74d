import { describe, expect, it } from 'vitest';
import { Flag, Method } from '../../../common/protocol/message.ts';
import {
  ANY_PATH,
  clientPrincipal,
  containing,
  FakePeer,
  problemOf,
} from '../../../test/support/fake-service-peers.ts';
import { answerAll, at, FIVE, send, setPoolScene, type PoolScene } from '../../../test/support/pool-scene.ts';
import type { ServiceLimits } from '../service-limits.ts';
import { DEFAULT_RESILIENCE_LIMITS, type ResilienceLimits } from './resilience-limits.ts';

const resilience = (changes: Partial<ResilienceLimits>): Partial<ServiceLimits> => ({
  resilience: { ...DEFAULT_RESILIENCE_LIMITS, ...changes },
});

describe('retries', () => {
  const budgetOf = (minRetries: number) =>
    resilience({ retryBudget: { ...DEFAULT_RESILIENCE_LIMITS.retryBudget, minRetries } });

  it('[RL1] what is over the budget gets 502 and is counted', () => {
    const scene = setPoolScene(2, {}, budgetOf(2));
    send(scene, 10);
    scene.layer.disconnected(at(scene.providers, 0).connectionId);
    const lost = scene.caller.statuses.map(([, status]) => status);
    expect([lost, scene.loads(), scene.layer.tallies()[0]]).toMatchObject([
      [502, 502, 502],
      [5, 7],
      { retries: 2, retriesDenied: 3 },
    ]);
  });

  it('[RL2] a request that may have run is not made again, nor one whose provider answered 503', () => {
    const scene = setPoolScene(2);
    send(scene, 1, { method: Method.Post });
    send(scene, 1);
    scene.answer(at(scene.providers, 1), 0, { status: 503 });
    scene.layer.disconnected(at(scene.providers, 0).connectionId);
    expect([scene.caller.statuses, scene.loads()]).toEqual([
      [
        [2, 503],
        [1, 502],
      ],
      [1, 1],
    ]);
  });
});

describe('shedding', () => {
  /** One provider that takes one request at a time and has answered 20 in 100 ms each. */
  function setBusy(): PoolScene {
    const scene = setPoolScene(1, { max_in_flight: 1 });
    for (let index = 0; index < 20; index += 1) {
      send(scene, 1);
      scene.clock.advance(100);
      scene.answer(at(scene.providers, 0), index);
    }
    scene.caller.answers.length = 0;
    return scene;
  }

  it('[RL3] refuses with 503 what would wait for longer than it has, before anything is sent', () => {
    const scene = setBusy();
    send(scene, 1);
    for (let index = 0; index < 5; index += 1) send(scene, 1, { timeoutMs: 350 });
    expect([scene.layer.queued, scene.caller.statuses.map(([, status]) => status)]).toEqual([3, [503, 503]]);
    expect(problemOf(scene.caller)).toMatchObject({ detail: containing('about 400 ms would pass') });
    expect(scene.layer.tallies()[0]?.shed).toBe(2);
  });

  it('[RL4] refuses with 504 what a provider gets free for too late', () => {
    const scene = setBusy();
    send(scene, 1);
    send(scene, 1, { timeoutMs: 150 });
    scene.clock.advance(100);
    scene.answer(at(scene.providers, 0), 20);
    expect([scene.caller.statuses.map(([, status]) => status), scene.loads()]).toEqual([[200, 504], [21]]);
    expect([problemOf(scene.caller, 1), scene.layer.kept]).toMatchObject([
      { detail: containing('50.0 ms were left') },
      0,
    ]);
  });

  it('[RL4] goes on with those behind it', () => {
    const scene = setBusy();
    send(scene, 1);
    send(scene, 1, { timeoutMs: 150 });
    send(scene, 1, { timeoutMs: 5_000 });
    scene.clock.advance(100);
    scene.answer(at(scene.providers, 0), 20);
    expect([scene.loads(), scene.layer.queued]).toEqual([[22], 0]);
  });

  it('[RL5] refuses nothing while nothing is known, and nothing that has no deadline', () => {
    const scene = setPoolScene(1, { max_in_flight: 1 });
    for (let index = 0; index < 5; index += 1) send(scene, 1, { timeoutMs: 1 });
    const busy = setBusy();
    for (let index = 0; index < 50; index += 1) send(busy, 1, { timeoutMs: 600_000 });
    expect([scene.layer.queued, busy.layer.queued]).toEqual([4, 49]);
  });
});

describe('a client that comes back', () => {
  const again = (scene: PoolScene, routes: unknown = ANY_PATH): FakePeer => {
    const peer = new FakePeer('again', clientPrincipal('p0'));
    scene.register(peer, { id: 'math', routes });
    return peer;
  };
  /** A connection that said Goodbye is gone. */
  const setBroken = (): PoolScene => {
    const scene = setPoolScene(1);
    const old = at(scene.providers, 0);
    old.onGoodbye = () => scene.layer.disconnected(old.connectionId);
    old.link.suspect = true;
    return scene;
  };

  it('[RL6] takes over from its own connection that leaves a Ping unanswered, with what that had', () => {
    const scene = setPoolScene(1);
    const old = at(scene.providers, 0);
    old.onGoodbye = () => scene.layer.disconnected(old.connectionId);
    send(scene, 1);
    old.link.suspect = true;
    const peer = again(scene);
    expect([peer.requests.length, scene.states(), old.goodbyes.map(({ status }) => status)]).toEqual([
      1,
      ['ready'],
      [409],
    ]);
  });

  it('[RL6] may bring other routes then', () => {
    const scene = setBroken();
    again(scene, [{ pattern: '/new' }]);
    expect(
      scene.layer
        .services()
        .find(({ id }) => id === 'math')
        ?.routes.map(({ pattern }) => pattern),
    ).toEqual(['/new']);
  });

  it('[RL6] leaves connections that answer, and those of others, alone', () => {
    const scene = setPoolScene(2);
    at(scene.providers, 1).link.suspect = true;
    again(scene);
    expect([scene.states(), scene.providers.flatMap(({ goodbyes }) => goodbyes)]).toEqual([
      ['ready', 'suspect', 'ready'],
      [],
    ]);
  });
});

describe('independence', () => {
  it('[RL7] requests of one connection do not wait for each other', () => {
    const scene = setPoolScene(1);
    send(scene, 3);
    for (const index of [2, 0, 1]) scene.answer(at(scene.providers, 0), index);
    expect(scene.caller.statuses.map(([id]) => id)).toEqual([3, 1, 2]);
  });

  it('[RL8] a service that is stuck delays no other, not even of the same connections', () => {
    const scene = setPoolScene(1, { max_in_flight: 1 });
    const peer = at(scene.providers, 0);
    scene.register(peer, { id: 'other', routes: ANY_PATH });
    send(scene, 200);
    const id = scene.request(scene.caller, '/other/a');
    const sent = peer.requests.at(-1);
    scene.answer(peer, peer.requests.length - 1);
    expect([sent?.message.uri, scene.caller.statuses, scene.layer.queued]).toEqual(['/other/a', [[id, 200]], 199]);
  });

  it('[RL8] a one-way request to a channel on trial is no trial', () => {
    const scene = setPoolScene(2);
    answerAll(scene, 0, FIVE);
    scene.clock.advance(1_000);
    send(scene, 2, { flags: Flag.OneWay });
    expect(scene.states()[0]).toBe('half-open');
  });
});
