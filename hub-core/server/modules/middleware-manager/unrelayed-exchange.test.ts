import { describe, expect, it } from 'vitest';
import { silentLogger } from '../../../common/log/logger.ts';
import { createBinaryCodec } from '../../../common/protocol/binary-codec.ts';
import { DEFAULT_CODEC_LIMITS } from '../../../common/protocol/limits.ts';
import { Flag, Kind, Method, type MessageInit } from '../../../common/protocol/message.ts';
import { createMathScene, messageOf, type MathScene } from '../../../test/support/fake-service-peers.ts';
import type { Middleware } from '../../middleware.ts';
import type { Relay } from '../../relay.ts';
import { createMiddlewareManager } from './index.ts';

const LIMITS = {
  defaultTimeoutMs: 1_000,
  maxTimeoutMs: 0,
  maxInFlightPerConnection: 1,
  maxHeldRequestBytes: 0,
  creditBytes: 10,
};

interface Scene extends MathScene {
  readonly relay: Relay;
  readonly ask: (init?: Partial<MessageInit>) => number;
  /** Outcome, status of the answer and error of each exchange that ended since the scene was set. */
  readonly ended: () => readonly (readonly [outcome: string, status: number | undefined, error: string])[];
}

async function through(...given: readonly Middleware[]): Promise<Scene> {
  const scene = createMathScene();
  const { clock, layer, observer, caller } = scene;
  const manager = createMiddlewareManager({
    clock,
    log: silentLogger,
    hubId: 'hub-1',
    codec: createBinaryCodec(DEFAULT_CODEC_LIMITS),
    limits: LIMITS,
    files: [],
    given,
  });
  const relay = manager.relay(layer, [observer]);
  await manager.start(new AbortController().signal);
  const before = observer.finished.length;
  let lastId = 100;
  return {
    ...scene,
    relay,
    ask(init = {}) {
      lastId += 1;
      const message = messageOf({ kind: Kind.Request, method: Method.Get, uri: '/math/x', id: lastId, ...init });
      relay.request({ caller, message, receivedMs: clock.nowMs() });
      return lastId;
    },
    ended: () =>
      observer.finished.slice(before).map(({ outcome, answer, error }) => [outcome, answer?.status, error] as const),
  };
}

const never: Middleware = { name: 'stuck', before: () => new Promise<undefined>(() => {}) };
const page: Middleware = { name: 'page', before: () => ({ answer: { status: 202, text: 'hi' } }) };

describe('observers of requests that a middleware ends', () => {
  it('[MW18] are told of an answer of a before hook, as after hooks left it, with its times and without a service', async () => {
    const scene = await through({ name: 'outer', after: () => ({ status: 203 }) }, page);
    scene.clock.advance(7);
    scene.ask();
    const { exchange } = scene.observer.finished.at(-1) ?? {};
    expect([scene.ended(), scene.observer.started.length, scene.observer.finished.length]).toEqual([
      [['middleware', 203, '']],
      2,
      2,
    ]);
    expect(exchange).toMatchObject({ receivedMs: 7, endedMs: 7, sentMs: NaN, service: undefined, attempts: 0 });
  });

  it.each([
    ['refuses', { name: 'a', before: () => ({ refuse: 'FORBIDDEN_ERR', detail: 'no' }) }, 403, 'FORBIDDEN_ERR'],
    ['fails', { name: 'a', before: () => ({ nonsense: 1 }) }, 500, 'INTERNAL_ERR'],
    [
      'sets no headers',
      { name: 'a', before: () => ({ headers: [{ name: 'x', value: 'a\u0000' }] }) },
      500,
      'INTERNAL_ERR',
    ],
  ] as const)('[MW18] are told of a hook that %s', async (_what, middleware, status, error) => {
    const scene = await through(middleware as unknown as Middleware);
    scene.ask();
    expect(scene.ended()).toEqual([['middleware', status, error]]);
  });

  it('[MW18] are told once of what ends while a hook takes its time, and of what is too much', async () => {
    const scene = await through(never);
    const first = scene.ask();
    scene.ask();
    scene.relay.cancel(scene.caller, first);
    scene.ask();
    await scene.clock.advanceAsync(1_000);
    scene.ask();
    scene.relay.disconnected(scene.caller.connectionId);
    expect(scene.ended()).toEqual([
      ['refused', 429, 'THROTTLED_ERR'],
      ['cancelled', 499, 'CANCELLED_ERR'],
      ['deadline', 504, 'DEADLINE_ERR'],
      ['caller-lost', undefined, ''],
    ]);
  });

  it('[MW18] are told of a one-way request without an answer', async () => {
    const scene = await through(page);
    scene.ask({ flags: Flag.OneWay });
    expect([scene.ended(), scene.caller.statuses.length]).toEqual([[['middleware', undefined, '']], 0]);
  });

  it('[MW18] are told by the service layer alone of what it had, whatever an after hook makes of it', async () => {
    const scene = await through({ name: 'slow', after: () => new Promise<undefined>(() => {}) });
    scene.ask();
    scene.answer(scene.one, 0);
    scene.relay.disconnected(scene.caller.connectionId);
    expect(scene.ended()).toEqual([['replied', 200, '']]);
  });

  it('[MW18] are told of a caller that leaves while an after hook looks at the answer of another hook', async () => {
    const scene = await through({ name: 'slow', after: () => new Promise<undefined>(() => {}) }, page);
    scene.ask();
    scene.relay.disconnected(scene.caller.connectionId);
    expect(scene.ended()).toEqual([['caller-lost', undefined, '']]);
  });
});
