import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { RequestError } from '../../../common/errors/hub-error.ts';
import { silentLogger, type Logger } from '../../../common/log/logger.ts';
import { createBinaryCodec } from '../../../common/protocol/binary-codec.ts';
import { DEFAULT_CODEC_LIMITS } from '../../../common/protocol/limits.ts';
import { Flag, Kind, Method, type Header, type Message, type MessageInit } from '../../../common/protocol/message.ts';
import { bodyOf, createMathScene, messageOf, type MathScene } from '../../../test/support/fake-service-peers.ts';
import { temporaryFolder } from '../../../test/support/traffic.ts';
import type { Middleware } from '../../middleware.ts';
import type { Relay } from '../../relay.ts';
import { createMiddlewareManager, type MiddlewareManager } from './index.ts';
import type { MiddlewareFile } from './load-middleware.ts';

const never = new AbortController().signal;
const LIMITS = {
  defaultTimeoutMs: 1_000,
  maxTimeoutMs: 0,
  maxInFlightPerConnection: 2,
  maxHeldRequestBytes: 0,
  creditBytes: 10,
};

interface Scene extends MathScene {
  readonly manager: MiddlewareManager;
  readonly relay: Relay;
  readonly logged: string[];
  /** Through the middleware. @returns its id */
  readonly ask: (init?: Partial<MessageInit>) => number;
  /** Statuses of the caller's answers. */
  readonly statuses: () => readonly number[];
}

function create(
  scene: Pick<MathScene, 'clock' | 'layer' | 'observer'>,
  options: { given?: readonly Middleware[]; files?: readonly MiddlewareFile[]; logged?: string[] },
): { manager: MiddlewareManager; relay: Relay } {
  const { given = [], files = [], logged = [] } = options;
  const log: Logger = { ...silentLogger, error: (_fields, text) => void logged.push(text) };
  const codec = createBinaryCodec(DEFAULT_CODEC_LIMITS);
  const { clock } = scene;
  const manager = createMiddlewareManager({ clock, log, hubId: 'hub-1', codec, limits: LIMITS, files, given });
  return { manager, relay: manager.relay(scene.layer, [scene.observer]) };
}

async function through(...given: readonly Middleware[]): Promise<Scene> {
  const scene = createMathScene();
  const logged: string[] = [];
  const { manager, relay } = create(scene, { given, logged });
  await manager.start(never);
  let lastId = 100;
  return {
    ...scene,
    manager,
    relay,
    logged,
    ask(init = {}) {
      lastId += 1;
      const message = messageOf({ kind: Kind.Request, method: Method.Get, uri: '/math/x', id: lastId, ...init });
      relay.request({ caller: scene.caller, message, receivedMs: scene.clock.nowMs() });
      return message.id;
    },
    statuses: () => scene.caller.answers.map(({ answer }) => answer.status ?? 0),
  };
}

const header = (name: string, value = '1'): Header => ({ name, value });
const slow = (ms: number, scene: { clock: MathScene['clock'] | undefined }): Promise<void> =>
  new Promise((resolve) => scene.clock?.after(ms, resolve));

describe('createMiddlewareManager: hooks', () => {
  it('[MW1] uses the relay bare where there is no middleware', () => {
    const scene = createMathScene();
    expect(create(scene, {}).relay).toBe(scene.layer);
  });

  it('[MW2] asks before hooks in order and after hooks backwards, without a turn of the event loop', async () => {
    const order: string[] = [];
    const noting = (name: string): Middleware => ({
      name,
      before: () => void order.push(`${name} before`),
      after: (_request, { status }) => void order.push(`${name} after ${String(status)}`),
    });
    const scene = await through(noting('a'), noting('b'));
    scene.ask();
    scene.answer(scene.one, 0, { status: 201 });
    expect(order).toEqual(['a before', 'b before', 'b after 201', 'a after 201']);
    expect(scene.statuses()).toEqual([201]);
  });

  it('[MW3] a before hook changes headers for those behind it and for the provider', async () => {
    const seen: (readonly string[])[] = [];
    const scene = await through(
      { name: 'a', before: ({ headers }) => ({ headers: [...headers, header('x-a')] }) },
      { name: 'b', before: ({ headers }) => void seen.push(headers.map(({ name }) => name)) },
    );
    scene.ask({ headers: [header('accept')] });
    expect(seen).toEqual([['accept', 'x-a']]);
    expect(scene.one.requests[0]?.message.headers).toEqual([header('accept'), header('x-a')]);
  });

  it('[MW4] a before hook answers or refuses by itself, seen by the after hooks in front of it alone', async () => {
    const seen: string[] = [];
    const watching = (name: string): Middleware => ({
      name,
      after: (_request, { status }) => void seen.push(`${name} ${String(status)}`),
    });
    const scene = await through(
      watching('outer'),
      {
        name: 'gate',
        before({ uri }) {
          if (uri === '/math/own') return { answer: { status: 203, json: { own: true } } };
          return { refuse: 'THROTTLED_ERR', detail: 'Cannot go on: not now', retryAfterMs: 7 };
        },
      },
      watching('inner'),
    );
    scene.ask({ uri: '/math/own' });
    scene.ask({ uri: '/math/other' });
    expect(scene.caller.answers.map(({ answer }) => bodyOf(answer))).toMatchObject([
      { own: true },
      {
        type: 'urn:whub:error:THROTTLED_ERR',
        detail: 'Cannot go on: not now',
        retry_after_ms: 7,
        instance: '/math/other',
      },
    ]);
    expect([seen, scene.statuses(), scene.one.requests.length]).toEqual([['outer 203', 'outer 429'], [203, 429], 0]);
    // What is no word of the hub has the form of what came over the wire.
    expect(scene.caller.answers.map(({ answer }) => 'frame' in answer)).toEqual([true, false]);
  });

  it('[MW5] an after hook changes status, headers and body, of the hub’s own answers too', async () => {
    const scene = await through({
      name: 'a',
      after: (_request, { status, headers }) => ({
        status: status + 1,
        headers: [...headers, header('x-a')],
        text: 'new',
      }),
    });
    scene.ask();
    scene.answer(scene.one, 0, { status: 200, headers: [header('etag')], payload: new Uint8Array(3) });
    scene.ask({ uri: '/none/x' });
    const [changed, own] = scene.caller.answers.map(({ answer }) => answer);
    expect([changed?.status, changed?.headers, Buffer.from(changed?.payload ?? []).toString()]).toEqual([
      201,
      [header('etag'), header('x-a')],
      'new',
    ]);
    expect(changed).toHaveProperty('frame');
    // Nor is this the hub's own word any more.
    expect([own?.status, own !== undefined && 'frame' in own]).toEqual([405, true]);
  });

  it.each<[string, Middleware]>([
    [
      'throws before',
      {
        name: 'bad',
        before: () => {
          throw new TypeError('secret');
        },
      },
    ],
    ['rejects before', { name: 'bad', before: async () => Promise.reject(new TypeError('secret')) }],
    [
      'throws after',
      {
        name: 'bad',
        after: () => {
          throw new TypeError('secret');
        },
      },
    ],
    ['rejects after', { name: 'bad', after: async () => Promise.reject(new TypeError('secret')) }],
    ['returns no verdict', { name: 'bad', before: () => ({ answer: { status: 99 } }) }],
    ['sets headers that cannot be sent', { name: 'bad', before: () => ({ headers: [header('X bad')] }) }],
    ['answers with headers that cannot be sent', { name: 'bad', after: () => ({ headers: [header('x', 'a\nb')] }) }],
  ])('[MW6] one that %s is 500 for that request, counted and logged with its name', async (_what, middleware) => {
    const scene = await through(middleware);
    scene.ask();
    await scene.clock.advanceAsync(0);
    if (scene.one.requests.length > 0) scene.answer(scene.one, 0);
    await scene.clock.advanceAsync(0);
    expect(scene.statuses()).toEqual([500]);
    expect(JSON.stringify(bodyOf(scene.caller.answers[0]?.answer))).toMatch(/INTERNAL_ERR/);
    expect(JSON.stringify(bodyOf(scene.caller.answers[0]?.answer))).not.toMatch(/secret|x bad/i);
    expect(scene.logged.join()).toContain('"bad"');
    const failed = scene.manager.metrics?.().filter(({ labels }) => labels?.['deed'] === 'failed');
    expect(failed?.map(({ value }) => value)).toEqual([1]);
  });
});

describe('createMiddlewareManager: hooks that take their time', () => {
  it('[MW7] goes on when they have decided, and is in flight meanwhile', async () => {
    const own: { clock: MathScene['clock'] | undefined } = { clock: undefined };
    const scene = await through({
      name: 'slow',
      before: () => slow(100, own),
      after: async () => {
        await slow(100, own);
        return { status: 202 };
      },
    });
    own.clock = scene.clock;
    const id = scene.ask();
    expect([scene.one.requests.length, scene.relay.isInFlight(scene.caller.connectionId, id)]).toEqual([0, true]);
    await scene.clock.advanceAsync(100);
    scene.answer(scene.one, 0);
    expect([scene.statuses(), scene.relay.isInFlight(scene.caller.connectionId, id)]).toEqual([[], true]);
    await scene.clock.advanceAsync(100);
    expect([scene.statuses(), scene.relay.isInFlight(scene.caller.connectionId, id)]).toEqual([[202], false]);
    expect(scene.clock.pendingTimers).toBe(0);
  });

  it.each(['before', 'after'] as const)(
    '[MW8] is 504 when a hook %s takes longer than the request may',
    async (hook) => {
      const signals: AbortSignal[] = [];
      const scene = await through({
        name: 'stuck',
        [hook]: ({ signal }: { signal: AbortSignal }) => {
          signals.push(signal);
          return new Promise(() => {});
        },
      });
      scene.ask({ timeoutMs: 300 });
      if (hook === 'after') scene.answer(scene.one, 0);
      await scene.clock.advanceAsync(299);
      expect(scene.statuses()).toEqual([]);
      await scene.clock.advanceAsync(1);
      expect([scene.statuses(), signals.map(({ aborted }) => aborted)]).toEqual([[504], [true]]);
      expect(scene.clock.pendingTimers).toBe(0);
    },
  );

  it('[MW9] a Cancel ends it with 499, a lost connection without a word, and nothing goes on to a provider', async () => {
    const own: { clock: MathScene['clock'] | undefined } = { clock: undefined };
    const scene = await through({ name: 'slow', before: () => slow(100, own) });
    own.clock = scene.clock;
    const cancelled = scene.ask();
    scene.ask();
    scene.relay.cancel(scene.caller, cancelled);
    scene.relay.disconnected(scene.caller.connectionId);
    await scene.clock.advanceAsync(200);
    expect([scene.statuses(), scene.one.requests.length, scene.clock.pendingTimers]).toEqual([[499], 0, 0]);
  });

  it('[MW10] holds no more of one connection than it may have in flight', async () => {
    const scene = await through({ name: 'stuck', before: () => new Promise<undefined>(() => {}) });
    for (let count = 0; count < 3; count += 1) scene.ask();
    expect(scene.statuses()).toEqual([429]);
    const [held] = scene.manager.metrics?.().filter(({ name }) => name === 'held') ?? [];
    expect(held?.value).toBe(2);
    await scene.manager.stop();
    expect(scene.statuses()).toEqual([429, 503, 503]);
  });

  it('[MW11] a one-way request passes before hooks and is never answered', async () => {
    const seen: string[] = [];
    const scene = await through({
      name: 'a',
      before: ({ uri }) => (uri === '/math/no' ? { refuse: 'FORBIDDEN_ERR', detail: 'no' } : undefined),
      after: () => void seen.push('after'),
    });
    scene.ask({ flags: Flag.OneWay });
    scene.ask({ flags: Flag.OneWay, uri: '/math/no' });
    expect([scene.statuses(), scene.one.requests.length, seen]).toEqual([[], 1, []]);
  });
});

describe('createMiddlewareManager: streams', () => {
  const piece = (id: number, text: string, flags = 0): Message =>
    messageOf({ kind: Kind.Data, id, flags, payload: new TextEncoder().encode(text) });
  const opened = { status: 200, flags: Flag.Stream };
  const told = ({ caller }: Scene): readonly unknown[] => [
    caller.answers.map(({ answer }) => answer.status ?? 0),
    caller.pieces.map(({ data }) => `${Buffer.from(data.payload ?? []).toString()} ${String(data.status ?? 0)}`),
  ];
  const idAt = ({ one }: Scene): number => one.requests[0]?.id ?? 0;

  it('[MW16] holds Data and credit with their request, and sends them on in order', async () => {
    const own: { clock: MathScene['clock'] | undefined } = { clock: undefined };
    const scene = await through({ name: 'slow', before: () => slow(100, own) });
    own.clock = scene.clock;
    const id = scene.ask({ flags: Flag.Stream });
    scene.relay.requestData(scene.caller, piece(id, 'one'));
    scene.relay.callerCredit(scene.caller, id, 5);
    scene.relay.requestData(scene.caller, piece(id, 'two', Flag.End));
    expect(scene.one.sent.length).toBe(0);
    await scene.clock.advanceAsync(100);
    expect(scene.one.sent.map(({ message }) => [message.kind, Buffer.from(message.payload ?? []).toString()])).toEqual([
      [Kind.Request, ''],
      [Kind.Data, 'one'],
      [Kind.Data, 'two'],
    ]);
    scene.answer(scene.one, 0, opened);
    expect(scene.one.sent.at(-1)?.message).toMatchObject({ kind: Kind.Credit, credit: 5 });
  });

  it('[MW16] ends with 413 what is held and sends more than it has credit for', async () => {
    const scene = await through({ name: 'stuck', before: () => new Promise<undefined>(() => {}) });
    const id = scene.ask({ flags: Flag.Stream });
    scene.relay.requestData(scene.caller, piece(id, '12345'));
    scene.relay.requestData(scene.caller, piece(id, '678901'));
    expect([scene.statuses(), scene.relay.isInFlight(scene.caller.connectionId, id)]).toEqual([[413], false]);
    await scene.clock.advanceAsync(2_000);
    expect([scene.statuses(), scene.clock.pendingTimers]).toEqual([[413], 0]);
  });

  it('[MW17] changes the head of an answer that comes as a stream, whose pieces follow in order', async () => {
    const own: { clock: MathScene['clock'] | undefined } = { clock: undefined };
    const scene = await through({
      name: 'slow',
      after: async () => {
        await slow(100, own);
        return { status: 203 };
      },
    });
    own.clock = scene.clock;
    scene.ask();
    scene.answer(scene.one, 0, opened);
    scene.relay.responseData(scene.one.link, piece(idAt(scene), 'one'));
    expect(told(scene)).toEqual([[], []]);
    await scene.clock.advanceAsync(100);
    scene.relay.responseData(scene.one.link, piece(idAt(scene), 'two', Flag.End));
    expect(told(scene)).toEqual([[203], ['one 0', 'two 0']]);
  });

  it('[MW17] cancels a stream whose head a hook failed at, or was too slow for', async () => {
    for (const middleware of [
      { name: 'bad', after: () => ({ text: 'a body' }) },
      { name: 'stuck', after: () => new Promise<undefined>(() => {}) },
    ]) {
      const scene = await through(middleware);
      scene.ask({ timeoutMs: 50 });
      scene.answer(scene.one, 0, opened);
      scene.relay.responseData(scene.one.link, piece(idAt(scene), 'one'));
      await scene.clock.advanceAsync(50);
      expect([...told(scene), scene.one.cancels, scene.clock.pendingTimers, scene.layer.kept]).toEqual([
        [middleware.name === 'bad' ? 500 : 504],
        [],
        [idAt(scene)],
        0,
        0,
      ]);
    }
  });

  it('[MW9] a Cancel reaches the provider of a stream whose head a hook looks at', async () => {
    const own: { clock: MathScene['clock'] | undefined } = { clock: undefined };
    const scene = await through({ name: 'slow', after: () => slow(100, own) });
    own.clock = scene.clock;
    const id = scene.ask();
    scene.answer(scene.one, 0, opened);
    scene.relay.cancel(scene.caller, id);
    await scene.clock.advanceAsync(100);
    expect([...told(scene).slice(0, 1), scene.caller.pieces.map(({ data }) => data.status), scene.one.cancels]).toEqual(
      [[200], [499], [idAt(scene)]],
    );
  });
});

describe('createMiddlewareManager: files', () => {
  async function starting(text: string | undefined, options: Readonly<Record<string, unknown>> = {}): Promise<Scene> {
    using folder = temporaryFolder();
    const file = join(folder.path, 'own.mjs');
    if (text !== undefined) writeFileSync(file, text);
    const scene = createMathScene();
    const { manager, relay } = create(scene, { files: [{ file, options }] });
    await manager.start(never);
    const ask = (init: Partial<MessageInit> = {}): number => {
      const message = messageOf({ kind: Kind.Request, method: Method.Get, uri: '/math/x', id: 1, ...init });
      relay.request({ caller: scene.caller, message, receivedMs: 0 });
      return 1;
    };
    const statuses = (): readonly number[] => scene.caller.answers.map(({ answer }) => answer.status ?? 0);
    return { ...scene, manager, relay, logged: [], ask, statuses };
  }

  it('[MW12] loads a middleware from an ES module and gives it its options', async () => {
    const scene = await starting(
      `export const createMiddleware = async ({ status }) => ({ name: 'own', before: () => ({ answer: { status } }) });`,
      { status: 207 },
    );
    scene.ask();
    expect([scene.statuses(), scene.manager.health().detail]).toEqual([[207], 'own']);
  });

  it.each([
    ['is not there', undefined, /own\.mjs.*Cannot find|own\.mjs.*check the path/],
    ['is no module', 'this is no module', /own\.mjs.*check the path/],
    ['exports nothing', 'export const x = 1;', /own\.mjs.*exports no function "createMiddleware"/],
    ['throws', `export function createMiddleware() { throw new Error('no option "x"'); }`, /own\.mjs.*no option "x"/],
    ['makes no middleware', `export const createMiddleware = () => ({ name: 'x' });`, /own\.mjs.*at least one hook/],
    ['has no name', `export const createMiddleware = () => ({ before() {} });`, /own\.mjs.*must return/],
  ])('[MW13] says which file it is that %s', async (_what, text, reason) => {
    await expect(starting(text)).rejects.toThrow(reason);
  });

  it('[MW13] refuses a name twice', async () => {
    const nothing = (): undefined => undefined;
    const given = [
      { name: 'a', before: nothing },
      { name: 'a', before: nothing },
    ];
    const { manager } = create(createMathScene(), { given });
    await expect(manager.start(never)).rejects.toThrow('"a"');
  });

  it('[MW6] a HubError that a hook throws is no refusal: that is what verdicts are for', async () => {
    const scene = await through({
      name: 'bad',
      before: () => {
        throw new RequestError('FORBIDDEN_ERR', 'no');
      },
    });
    scene.ask();
    expect(scene.statuses()).toEqual([500]);
  });
});
