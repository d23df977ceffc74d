import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../common/base/random.ts';
import { Flag, Kind, Method, type Message, type MessageInit } from '../../common/protocol/message.ts';
import { POLICY_NAMES } from '../../server/service/service-view.ts';
import { clientPrincipal, createHarness, FakePeer, messageOf, type Harness } from '../support/fake-service-peers.ts';

/** What can happen to a hub, with small numbers that are taken modulo what there is. */
type Step =
  | { readonly do: 'connect' }
  | { readonly do: 'register' | 'unregister' | 'drain' | 'disconnect'; readonly peer: number; readonly service: number }
  | {
      readonly do: 'request';
      readonly peer: number;
      readonly service: number;
      readonly method: Method;
      readonly flags: number;
      readonly timeoutMs: number;
      readonly pin: boolean;
    }
  | {
      readonly do: 'respond' | 'respond-twice' | 'respond-elsewhere' | 'respond-stream';
      readonly peer: number;
      readonly which: number;
    }
  | {
      readonly do: 'data' | 'credit';
      readonly peer: number;
      readonly which: number;
      readonly bytes: number;
      readonly end: boolean;
    }
  | { readonly do: 'give-up'; readonly peer: number; readonly which: number }
  | { readonly do: 'ask-data' | 'ask-credit'; readonly which: number; readonly bytes: number; readonly end: boolean }
  | { readonly do: 'cancel'; readonly which: number }
  | { readonly do: 'congest' | 'relieve'; readonly peer: number }
  | { readonly do: 'advance'; readonly ms: number };

const small = fc.nat(7);
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 2, arbitrary: fc.constant({ do: 'connect' as const }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('register' as const), peer: small, service: small }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constantFrom('unregister' as const, 'drain' as const, 'disconnect' as const),
      peer: small,
      service: small,
    }),
  },
  {
    weight: 12,
    arbitrary: fc.record({
      do: fc.constant('request' as const),
      peer: small,
      service: small,
      method: fc.constantFrom(Method.Get, Method.Post, Method.Call),
      flags: fc.constantFrom(0, 0, 0, Flag.Idempotent, Flag.OneWay, Flag.Stream),
      timeoutMs: fc.constantFrom(0, 50, 500),
      pin: fc.boolean(),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constantFrom(
        'respond' as const,
        'respond' as const,
        'respond' as const,
        'respond-twice' as const,
        'respond-elsewhere' as const,
        'respond-stream' as const,
      ),
      peer: small,
      which: fc.nat(20),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constantFrom('data' as const, 'credit' as const),
      peer: small,
      which: fc.nat(20),
      bytes: fc.constantFrom(0, 1, 40, 101),
      end: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('give-up' as const), peer: small, which: fc.nat(20) }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constantFrom('ask-data' as const, 'ask-credit' as const),
      which: fc.nat(30),
      bytes: fc.constantFrom(0, 1, 40, 101),
      end: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('cancel' as const), which: fc.nat(30) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('congest' as const, 'relieve' as const), peer: small }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('advance' as const), ms: fc.constantFrom(1, 9, 60, 400, 61_000) }),
  },
);

const dataOf = (id: number, { bytes, end }: { readonly bytes: number; readonly end: boolean }): Message =>
  messageOf({ kind: Kind.Data, id, payload: new Uint8Array(bytes), flags: end ? Flag.End : 0 });

const isEnd = (data: Message | MessageInit): boolean => ((data.flags ?? 0) & Flag.End) !== 0;

type CallerStep = Extract<Step, { do: 'cancel' | 'ask-data' | 'ask-credit' }>;
type ProviderStep = Extract<Step, { do: 'data' | 'credit' | 'give-up' }>;

interface Asked {
  readonly caller: FakePeer;
  readonly id: number;
  readonly wantsAnswer: boolean;
}

/** The outside world: peers and what they asked. Knows nothing of how the layer works. */
class World {
  readonly harness: Harness;
  readonly open: FakePeer[] = [];
  readonly gone = new Set<FakePeer>();
  readonly asked: Asked[] = [];
  #lastPeer = 0;

  /** Whether requests may be pinned to a client. */
  readonly #pins: boolean;

  constructor(harness: Harness, pins: boolean) {
    this.harness = harness;
    this.#pins = pins;
    for (let index = 0; index < 3; index += 1) this.connect();
  }

  connect(): void {
    this.#lastPeer += 1;
    this.open.push(new FakePeer(`c${String(this.#lastPeer)}`, clientPrincipal(`p${String(this.#lastPeer % 3)}`)));
  }

  peer(index: number): FakePeer | undefined {
    return this.open[index % this.open.length];
  }

  run(step: Step): void {
    switch (step.do) {
      case 'connect':
        if (this.open.length < 8) this.connect();
        return;
      case 'advance':
        this.harness.clock.advance(step.ms);
        return;
      case 'cancel':
      case 'ask-data':
      case 'ask-credit':
        this.#runAsCaller(step);
        return;
      case 'data':
      case 'credit':
      case 'give-up':
        this.#runAsProvider(step);
        return;
      default: {
        const peer = this.peer(step.peer);
        if (peer !== undefined) this.#runAt(peer, step);
      }
    }
  }

  #runAt(peer: FakePeer, step: Exclude<Step, { do: 'connect' | 'advance' } | CallerStep | ProviderStep>): void {
    const { layer } = this.harness;
    switch (step.do) {
      case 'register':
        this.harness.register(peer, {
          id: `s${String(step.service % 3)}`,
          routes: [{ pattern: '/*rest' }],
          policy: POLICY_NAMES[step.service % POLICY_NAMES.length],
          sticky_header: 'x-key',
          max_in_flight: 1 + (step.service % 3),
        });
        return;
      case 'unregister':
      case 'drain':
        this.harness.call(peer, Method.Post, `/services/${step.do}`, { id: `s${String(step.service % 3)}` });
        return;
      case 'disconnect':
        layer.disconnected(peer.connectionId);
        this.open.splice(this.open.indexOf(peer), 1);
        this.gone.add(peer);
        return;
      case 'congest':
      case 'relieve':
        peer.link.congested = step.do === 'congest';
        if (step.do === 'relieve') layer.linkDrained(peer.link);
        return;
      case 'request':
        this.#ask(peer, step);
        return;
      default:
        this.#respond(peer, step);
    }
  }

  #runAsCaller(step: CallerStep): void {
    const { layer } = this.harness;
    const asked = this.asked[step.which % Math.max(1, this.asked.length)];
    if (asked === undefined || this.gone.has(asked.caller)) return;
    if (step.do === 'cancel') layer.cancel(asked.caller, asked.id);
    else if (step.do === 'ask-data') layer.requestData(asked.caller, dataOf(asked.id, step));
    else layer.callerCredit(asked.caller, asked.id, step.bytes);
  }

  #runAsProvider(step: ProviderStep): void {
    const { layer } = this.harness;
    const peer = this.peer(step.peer);
    const id = peer?.requests[step.which % Math.max(1, peer.requests.length)]?.id;
    if (peer === undefined || id === undefined) return;
    if (step.do === 'data') layer.responseData(peer.link, dataOf(id, step));
    else if (step.do === 'credit') layer.providerCredit(peer.link, id, step.bytes);
    else layer.cancelledByProvider(peer.link, id);
  }

  #ask(peer: FakePeer, step: Extract<Step, { do: 'request' }>): void {
    const id = this.harness.request(peer, `/s${String(step.service % 4)}/x`, {
      method: step.method,
      flags: step.flags,
      timeoutMs: step.timeoutMs,
      to: this.#pins && step.pin ? `p${String(step.service % 4)}` : undefined,
    });
    this.asked.push({ caller: peer, id, wantsAnswer: (step.flags & Flag.OneWay) === 0 });
  }

  #respond(peer: FakePeer, step: { readonly do: string; readonly which: number }): void {
    const sent = peer.requests[step.which % Math.max(1, peer.requests.length)];
    if (sent === undefined) return;
    const flags = step.do === 'respond-stream' ? Flag.Stream : 0;
    const from = step.do === 'respond-elsewhere' ? (this.peer(step.which) ?? peer) : peer;
    const response = messageOf({ kind: Kind.Response, status: 200, id: sent.id, flags });
    for (let times = 0; times < (step.do === 'respond-twice' ? 2 : 1); times += 1)
      this.harness.layer.respond(from.link, response);
  }
}

function check(world: World): void {
  const { harness } = world;
  const { layer, clock, observer } = harness;
  for (const { caller, id, wantsAnswer } of world.asked) {
    const answers = caller.answers.filter((each) => each.id === id).length;
    const opened = caller.answers.some((each) => each.id === id && ((each.answer.flags ?? 0) & Flag.Stream) !== 0);
    const ends = caller.pieces.filter((piece) => piece.id === id && isEnd(piece.data)).length;
    if (!opened) expect(caller.pieces.some((piece) => piece.id === id)).toBe(false);
    else if (world.gone.has(caller)) expect(ends).toBeLessThanOrEqual(1);
    else expect(ends).toBe(1);
    if (!wantsAnswer) expect(answers).toBe(0);
    else if (!world.gone.has(caller)) expect(answers).toBe(1);
    else expect(answers).toBeLessThanOrEqual(1);
  }
  expect(observer.finished).toHaveLength(observer.started.length);
  expect(new Set(observer.finished.map(({ exchange }) => exchange)).size).toBe(observer.started.length);
  const handed = [...world.open, ...world.gone].flatMap((peer) => peer.requests.map(({ id }) => id));
  expect(new Set(handed).size).toBe(handed.length);
  expect([layer.kept, layer.queued, layer.inFlight, clock.pendingTimers]).toEqual([0, 0, 0, 0]);
  expect(layer.services().filter((service) => !service.builtIn)).toEqual([]);
}

describe('ServiceLayer', () => {
  it('[RQ1] answers every request exactly once, ends every stream once and keeps nothing, whatever happens in whatever order', () => {
    fc.assert(
      fc.property(
        fc.array(anyStep, { minLength: 20, maxLength: 120, size: 'max' }),
        fc.integer(),
        fc.boolean(),
        (steps, seed, pins) => {
          const harness = createHarness(
            {
              queueMessages: 4,
              defaultTimeoutMs: 1_000,
              maxInFlightPerConnection: 12,
              creditBytes: 100,
              maxStreamWindowBytes: 150,
            },
            { random: seededRandom(seed) },
          );
          const world = new World(harness, pins);
          for (const each of steps) {
            world.run(each);
            for (const { providers, queued } of harness.layer.services()) {
              for (const provider of providers) expect(provider.inFlight).toBeLessThanOrEqual(3);
              // Nobody waits while a channel is free, but those who want one client's only.
              if (!pins && queued > 0) expect(providers.map(({ state }) => state)).not.toContain('ready');
            }
          }
          for (const peer of world.open) peer.link.congested = false;
          // An open stream has no deadline: its caller has had enough of it.
          for (const { caller, id } of world.asked) if (!world.gone.has(caller)) harness.layer.cancel(caller, id);
          // Long enough for every deadline; then nobody is there any more, and every service is forgotten.
          harness.clock.advance(2_000);
          expect([harness.layer.kept, harness.layer.inFlight]).toEqual([0, 0]);
          for (const peer of world.open) harness.layer.disconnected(peer.connectionId);
          harness.clock.advance(70_000);
          check(world);
        },
      ),
      { numRuns: 300 },
    );
  });
});
