import { describe, expect, it } from 'vitest';
import { Encoding, Flag, Kind, Method, type MessageInit } from '../../common/protocol/message.ts';
import { createMathScene, messageOf, type FakePeer, type MathScene } from '../../test/support/fake-service-peers.ts';
import type { ServiceLimits } from './service-limits.ts';

class StreamScene {
  readonly scene: MathScene;
  readonly one: FakePeer;
  readonly caller: FakePeer;
  id = 0;

  constructor(limits: Partial<ServiceLimits> = {}, registration: Readonly<Record<string, unknown>> = {}) {
    this.scene = createMathScene({ creditBytes: 10, maxStreamWindowBytes: 100, ...limits }, registration);
    ({ one: this.one, caller: this.caller } = this.scene);
  }

  ask(init: Partial<MessageInit> = {}): this {
    this.id = this.scene.request(this.caller, '/math/a', init);
    return this;
  }

  /** The id that the provider knows the newest request by. */
  get hubId(): number {
    return this.one.requests.at(-1)?.id ?? 0;
  }

  open(): this {
    this.scene.layer.respond(
      this.one.link,
      messageOf({ kind: Kind.Response, status: 200, id: this.hubId, flags: Flag.Stream }),
    );
    return this;
  }

  fromCaller(bytes: number, init: Partial<MessageInit> = {}): void {
    const payload = new Uint8Array(bytes);
    this.scene.layer.requestData(this.caller, messageOf({ kind: Kind.Data, id: this.id, payload, ...init }));
  }

  fromProvider(bytes: number, init: Partial<MessageInit> = {}): void {
    const payload = new Uint8Array(bytes);
    this.scene.layer.responseData(this.one.link, messageOf({ kind: Kind.Data, id: this.hubId, payload, ...init }));
  }

  /** What the caller got of streams: length, flags and status of each. */
  get pieces(): readonly (readonly [bytes: number, flags: number, status: number])[] {
    return this.caller.pieces.map(({ data }) => [data.payload?.byteLength ?? 0, data.flags ?? 0, data.status ?? 0]);
  }

  /** Status with which the hub broke the stream off; undefined when the caller was not told exactly one end. */
  get brokenOff(): number | undefined {
    const ends = this.caller.pieces.filter(({ data }) => ((data.flags ?? 0) & Flag.End) !== 0);
    return ends.length === 1 ? ends[0]?.data.status : undefined;
  }

  /** What the provider got of kind Data or Credit: bytes each. */
  toProvider(kind: Kind): readonly number[] {
    const got = this.one.sent.filter(({ message }) => message.kind === kind);
    return got.map(({ message }) =>
      kind === Kind.Credit ? (message.credit ?? 0) : (message.payload?.byteLength ?? 0),
    );
  }

  /** How the newest exchange ended, for observers. */
  get ended(): readonly [outcome: string, status: number | undefined, error: string] | undefined {
    const last = this.scene.observer.finished.at(-1);
    return last && [last.outcome, last.answer?.status, last.error];
  }
}

const END = { flags: Flag.End };

describe('StreamRelay', () => {
  it('[SM1] passes an answer’s Data on in order, and the exchange lasts until the last', () => {
    const flow = new StreamScene().ask().open();
    flow.fromProvider(3);
    flow.fromProvider(4);
    const during = flow.scene.layer.inFlight;
    flow.fromProvider(0, END);
    expect([flow.caller.statuses, flow.pieces, during, flow.scene.layer.kept]).toEqual([
      [[flow.id, 200]],
      [
        [3, 0, 0],
        [4, 0, 0],
        [0, Flag.End, 0],
      ],
      1,
      0,
    ]);
    expect(flow.ended).toEqual(['replied', 200, '']);
  });

  it('[SM1] passes a request’s Data on under the hub’s id', () => {
    const flow = new StreamScene().ask({ flags: Flag.Stream });
    flow.fromCaller(5);
    flow.fromCaller(2, END);
    const ids = flow.one.sent.filter(({ message }) => message.kind === Kind.Data).map(({ id }) => id);
    expect([flow.toProvider(Kind.Data), ids]).toEqual([
      [5, 2],
      [flow.hubId, flow.hubId],
    ]);
  });

  it('[SM1] streams both ways at the same time', () => {
    const flow = new StreamScene().ask({ flags: Flag.Stream }).open();
    flow.fromCaller(5);
    flow.fromProvider(5);
    flow.fromCaller(0, END);
    flow.fromProvider(0, END);
    expect([flow.toProvider(Kind.Data), flow.pieces.length, flow.scene.layer.kept]).toEqual([[5, 0], 2, 0]);
  });

  it('[SM2] passes credit on to the side that sends', () => {
    const flow = new StreamScene().ask({ flags: Flag.Stream }).open();
    flow.scene.layer.callerCredit(flow.caller, flow.id, 20);
    flow.scene.layer.providerCredit(flow.one.link, flow.hubId, 30);
    expect([flow.toProvider(Kind.Credit), flow.caller.grants]).toEqual([[20], [[flow.id, 30]]]);
  });

  it('[SM2] keeps credit for an answer that has not begun', () => {
    const flow = new StreamScene().ask();
    flow.scene.layer.callerCredit(flow.caller, flow.id, 20);
    flow.scene.layer.callerCredit(flow.caller, flow.id, 5);
    const before = flow.toProvider(Kind.Credit);
    flow.open();
    expect([before, flow.toProvider(Kind.Credit)]).toEqual([[], [25]]);
  });

  it('[SM3] ends with 413 what a caller sends over its credit, before the answer began', () => {
    const flow = new StreamScene().ask({ flags: Flag.Stream });
    flow.fromCaller(11);
    expect([flow.caller.statuses, flow.one.cancels, flow.toProvider(Kind.Data), flow.scene.layer.kept]).toEqual([
      [[flow.id, 413]],
      [flow.hubId],
      [],
      0,
    ]);
  });

  it('[SM3] breaks an open answer off with 413 when the caller is over its credit', () => {
    const flow = new StreamScene().ask({ flags: Flag.Stream }).open();
    flow.fromCaller(11);
    expect([flow.brokenOff, flow.caller.statuses, flow.one.cancels, flow.ended]).toEqual([
      413,
      [[flow.id, 200]],
      [flow.hubId],
      ['cancelled', 413, 'TOO_LARGE_ERR'],
    ]);
  });

  it('[SM3] breaks an answer off with 413 when the provider is over its credit', () => {
    const flow = new StreamScene().ask().open();
    flow.fromProvider(10);
    flow.fromProvider(1);
    expect([flow.brokenOff, flow.one.cancels, flow.scene.layer.kept, flow.ended]).toEqual([
      413,
      [flow.hubId],
      0,
      ['replied', 413, 'TOO_LARGE_ERR'],
    ]);
  });

  it('[SM4] counts and drops Data and Credit that belong to nothing, and Data that hold nothing', () => {
    const flow = new StreamScene().ask();
    flow.fromCaller(1);
    flow.fromProvider(1);
    flow.open();
    flow.fromProvider(0);
    flow.scene.layer.callerCredit(flow.caller, flow.id, 0);
    flow.scene.layer.callerCredit(flow.caller, flow.id + 1, 5);
    flow.scene.layer.providerCredit(flow.one.link, flow.hubId, 5);
    flow.scene.layer.providerCredit(flow.one.link, flow.hubId + 1, 5);
    flow.fromProvider(0, END);
    flow.fromProvider(1);
    const { droppedData, droppedCredits } = flow.scene.layer.counters;
    expect([droppedData, droppedCredits, flow.pieces.length]).toEqual([4, 4, 1]);
  });

  it('[SM4] lets only the provider of a request send its answer', () => {
    const flow = new StreamScene().ask().open();
    const data = messageOf({ kind: Kind.Data, id: flow.hubId, payload: new Uint8Array(1) });
    flow.scene.layer.responseData(flow.scene.two.link, data);
    flow.scene.layer.cancelledByProvider(flow.scene.two.link, flow.hubId);
    expect([flow.pieces, flow.scene.layer.counters.unknownCancels]).toEqual([[], 1]);
  });

  it('[SM5] lets no more be outstanding than the window', () => {
    const flow = new StreamScene({ maxStreamWindowBytes: 20 }).ask().open();
    flow.scene.layer.callerCredit(flow.caller, flow.id, 500);
    flow.fromProvider(10);
    flow.fromProvider(5);
    expect(flow.toProvider(Kind.Credit)).toEqual([10, 10]);
  });

  it('[SM6] ends with a whole Response also while the request’s stream goes on, whose rest is dropped', () => {
    const flow = new StreamScene().ask({ flags: Flag.Stream });
    flow.fromCaller(1);
    flow.scene.answer(flow.one, 0);
    flow.fromCaller(1);
    expect([flow.caller.statuses, flow.scene.layer.kept, flow.scene.layer.counters.droppedData]).toEqual([
      [[flow.id, 200]],
      0,
      1,
    ]);
  });

  it('[SM6] takes only the first Response', () => {
    const flow = new StreamScene().ask().open().open();
    expect([flow.caller.statuses.length, flow.scene.layer.counters.lateResponses]).toEqual([1, 1]);
  });

  it('[SM7] holds the Data of a request that waits, and sends them after it', () => {
    const flow = new StreamScene({}, { max_in_flight: 1 }).ask();
    flow.ask({ flags: Flag.Stream, payload: new Uint8Array(2) });
    const [service] = [...flow.scene.layer.services()].filter(({ id }) => id === 'math');
    flow.fromCaller(3);
    flow.fromCaller(4, END);
    const before = flow.toProvider(Kind.Data);
    flow.scene.answer(flow.one, 0);
    expect([
      service?.queued,
      before,
      flow.toProvider(Kind.Data),
      flow.one.sent.map(({ message }) => message.kind),
    ]).toEqual([1, [], [3, 4], [Kind.Request, Kind.Request, Kind.Data, Kind.Data]]);
    flow.scene.answer(flow.one, 1);
    expect(flow.scene.layer.kept).toBe(0);
  });

  it('[SM8] has no deadline once the answer has begun', () => {
    const flow = new StreamScene().ask({ timeoutMs: 50 }).open();
    flow.scene.clock.advance(700_000);
    flow.fromProvider(1, END);
    expect([flow.caller.statuses, flow.pieces]).toEqual([[[flow.id, 200]], [[1, Flag.End, 0]]]);
  });

  it('[SM8] keeps the deadline while only the request streams', () => {
    const flow = new StreamScene().ask({ timeoutMs: 50, flags: Flag.Stream });
    flow.fromCaller(1);
    flow.scene.clock.advance(70);
    expect([flow.caller.statuses, flow.one.cancels, flow.scene.layer.kept]).toEqual([
      [[flow.id, 504]],
      [flow.hubId],
      0,
    ]);
  });

  it('[SM9] breaks an open answer off with 499 when the caller cancels', () => {
    const flow = new StreamScene().ask().open();
    flow.scene.layer.cancel(flow.caller, flow.id);
    expect([flow.brokenOff, flow.one.cancels, flow.caller.statuses.length, flow.ended]).toEqual([
      499,
      [flow.hubId],
      1,
      ['cancelled', 499, 'CANCELLED_ERR'],
    ]);
  });

  it('[SM9] cancels at the provider when the caller of a stream is gone', () => {
    const flow = new StreamScene().ask({ flags: Flag.Stream }).open();
    flow.scene.layer.disconnected(flow.caller.connectionId);
    expect([flow.one.cancels, flow.pieces, flow.scene.layer.kept, flow.ended]).toEqual([
      [flow.hubId],
      [],
      0,
      ['caller-lost', undefined, ''],
    ]);
  });

  it.each([
    ['before the answer', false],
    ['in the middle of it', true],
  ])('[SM10] answers 500 for a provider that gives a request up %s', (_when, opened) => {
    const flow = new StreamScene().ask();
    if (opened) flow.open();
    flow.scene.layer.cancelledByProvider(flow.one.link, flow.hubId);
    expect([
      flow.caller.statuses.at(-1)?.[1],
      flow.brokenOff,
      flow.one.cancels,
      flow.scene.layer.kept,
      flow.ended?.[2],
    ]).toEqual([opened ? 200 : 500, opened ? 500 : undefined, [], 0, 'PROVIDER_ERR']);
  });

  it('[SM11] breaks an open answer off with 502 when the provider is gone, and tries no other', () => {
    const flow = new StreamScene().ask({ method: Method.Get });
    flow.scene.addSecond();
    flow.open();
    flow.scene.layer.disconnected(flow.one.connectionId);
    const problem = flow.caller.pieces[0]?.data;
    expect([flow.brokenOff, problem?.encoding, flow.scene.two.requests, flow.scene.layer.kept]).toEqual([
      502,
      Encoding.Json,
      [],
      0,
    ]);
  });

  it.each([
    ['nothing of its stream was handed over', 0, true],
    ['a provider had Data of it', 1, false],
  ])('[SM11] retries an idempotent request elsewhere only when %s', (_when, bytes, retried) => {
    const flow = new StreamScene().ask({ method: Method.Put, flags: Flag.Stream });
    flow.scene.addSecond();
    if (bytes > 0) flow.fromCaller(bytes);
    flow.scene.layer.disconnected(flow.one.connectionId);
    expect([flow.scene.two.requests.length, flow.caller.statuses]).toEqual(retried ? [1, []] : [0, [[flow.id, 502]]]);
  });

  it('[SM11] does not retry what a provider has granted credit for', () => {
    const flow = new StreamScene().ask({ method: Method.Put, flags: Flag.Stream });
    flow.scene.addSecond();
    flow.scene.layer.providerCredit(flow.one.link, flow.hubId, 5);
    flow.scene.layer.disconnected(flow.one.connectionId);
    expect(flow.caller.statuses).toEqual([[flow.id, 502]]);
  });

  it('[SM12] refuses a one-way request with a stream without a word, and a stream to a built-in service with 400', () => {
    const flow = new StreamScene().ask({ flags: Flag.Stream | Flag.OneWay });
    const oneWay = flow.ended;
    flow.fromCaller(1);
    const id = flow.scene.request(flow.caller, '/services/', { flags: Flag.Stream });
    expect([oneWay, flow.one.requests, flow.caller.statuses, flow.scene.layer.counters.droppedData]).toEqual([
      ['refused', undefined, 'BAD_REQUEST_ERR'],
      [],
      [[id, 400]],
      1,
    ]);
  });

  it('[SM13] passes on how a provider breaks its answer off', () => {
    const flow = new StreamScene().ask().open();
    flow.fromProvider(2, { flags: Flag.End, status: 507 });
    expect([flow.pieces, flow.ended, flow.scene.layer.kept]).toEqual([[[2, Flag.End, 507]], ['replied', 507, ''], 0]);
  });

  it('[SM14] breaks open streams off with 503 when the hub stops', () => {
    const flow = new StreamScene().ask().open();
    flow.scene.layer[Symbol.dispose]();
    expect([flow.brokenOff, flow.one.cancels, flow.scene.layer.kept]).toEqual([503, [flow.hubId], 0]);
  });

  it('[SM14] drains only when the last stream has ended', async () => {
    const flow = new StreamScene().ask().open();
    let drained = false;
    const draining = flow.scene.layer.drainAll(new AbortController().signal).then(() => (drained = true));
    await Promise.resolve();
    const before = drained;
    flow.fromProvider(1, END);
    await draining;
    expect([before, drained]).toEqual([false, true]);
  });
});
