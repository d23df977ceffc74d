import type { Clock } from '../../../common/base/clock.ts';
import type { ConnectionId } from '../../../common/base/ids.ts';
import { RequestError } from '../../../common/errors/hub-error.ts';
import type { Logger } from '../../../common/log/logger.ts';
import type { Codec } from '../../../common/protocol/codec.ts';
import { Flag, type Message } from '../../../common/protocol/message.ts';
import { rebuiltMessage } from '../../access/rebuilt-message.ts';
import { RelayDecorator } from '../../access/relay-decorator.ts';
import type { Caller, Relay, RelayRequest } from '../../relay.ts';
import { HookedCaller, isStream } from './hooked-caller.ts';
import { HeldRequests, type HeldRequest } from './held-requests.ts';
import type { Answer, MiddlewareChain, Passed, Subject } from './middleware-chain.ts';
import type { ExchangeObserver } from '../../service/exchange.ts';
import { RequestView } from './request-view.ts';
import { observeUnrelayed, type UnrelayedOutcome } from './unrelayed-exchange.ts';

export interface MiddlewareLimits {
  /** 0 = none. */
  readonly defaultTimeoutMs: number;
  /** 0 = none. */
  readonly maxTimeoutMs: number;
  /** 0 = none. */
  readonly maxInFlightPerConnection: number;
  /** 0 = none. */
  readonly maxHeldRequestBytes: number;
  /** What a sender of a stream may send before its receiver grants more. */
  readonly creditBytes: number;
}

export interface MiddlewareRelayDeps {
  readonly clock: Clock;
  readonly log: Logger;
  /** Of binary messages. */
  readonly codec: Codec;
  readonly limits: MiddlewareLimits;
  readonly chain: () => MiddlewareChain;
  /** Told of what the layer behind never sees. */
  readonly observers: Pick<ExchangeObserver, 'began' | 'ended'>;
}

/** A request on its way back. */
interface Way {
  readonly request: RelayRequest;
  readonly subject: Subject;
  /** So many hooks let it pass. */
  readonly passed: number;
  /** The layer behind had it. */
  readonly isRelayed: boolean;
  readonly give: (answer: Answer) => void;
}

const orNone = (limit: number): number => limit || Number.POSITIVE_INFINITY;

/**
 * Stands in front of the service layer and runs hooks. A request whose hooks take their time is held here, where it can be
 * cancelled, runs out of time, and ends with its connection, just as in the layer behind.
 */
export class MiddlewareRelay extends RelayDecorator {
  readonly #deps: MiddlewareRelayDeps;
  readonly #held = new HeldRequests();

  constructor(inner: Relay, deps: MiddlewareRelayDeps) {
    super(inner);
    this.#deps = deps;
  }

  get held(): number {
    return this.#held.size;
  }

  /** Resolves when nothing is held, or `signal` aborts. */
  async idle(signal: AbortSignal): Promise<void> {
    await this.#held.whenEmpty(signal);
  }

  override request(request: RelayRequest): void {
    const view = new RequestView(request);
    const subject: Subject = { view, requestId: request.message.id };
    const passed = this.#deps.chain().before(subject);
    if (!(passed instanceof Promise)) {
      this.#goOn(request, subject, passed);
      return;
    }
    const answer = (given: Answer): void => this.#finish(request, 'refused', given);
    const refusal = this.#overLimit(request);
    if (refusal !== undefined) {
      view.abandon();
      answer(this.#deps.chain().problem(refusal, subject));
      return;
    }
    const held = this.#hold(request, view, { phase: 'before', isRelayed: false, answer });
    void passed.then((late) => {
      if (this.#held.remove(held)) this.#goOn(request, subject, late, held);
    });
  }

  override cancel(caller: Caller, requestId: number): void {
    const held = this.#held.get(caller.connectionId, requestId);
    if (held?.phase === 'before') {
      const text = 'Cannot answer the request: its caller cancelled it';
      this.#giveUp(held, new RequestError('CANCELLED_ERR', text));
    } else if (held === undefined || this.inner.isInFlight(caller.connectionId, requestId)) {
      this.inner.cancel(caller, requestId);
    }
    // Else its answer is on its way already.
  }

  override requestData(caller: Caller, data: Message): void {
    const held = this.#held.get(caller.connectionId, data.id);
    if (held?.phase !== 'before' || !isStream(held.request.message)) {
      this.inner.requestData(caller, data);
      return;
    }
    held.dataBytes += data.payload.byteLength;
    if (held.dataBytes > this.#deps.limits.creditBytes) {
      const text = `Cannot take ${String(held.dataBytes)} bytes of the stream: its sender has credit for less`;
      this.#giveUp(held, new RequestError('TOO_LARGE_ERR', text));
      return;
    }
    held.data.push(data);
    held.bytes += data.frame?.byteLength ?? data.payload.byteLength;
  }

  override callerCredit(caller: Caller, requestId: number, bytes: number): void {
    const held = this.#held.get(caller.connectionId, requestId);
    if (held?.phase === 'before') held.credit += bytes;
    else this.inner.callerCredit(caller, requestId, bytes);
  }

  override disconnected(connection: ConnectionId): void {
    for (const held of this.#held.of(connection)) {
      if (this.#drop(held) && !held.isRelayed) this.#observe(held.request, 'caller-lost', undefined);
    }
    this.inner.disconnected(connection);
  }

  override isInFlight(connection: ConnectionId, requestId: number): boolean {
    return this.#held.get(connection, requestId) !== undefined || this.inner.isInFlight(connection, requestId);
  }

  /** Answers everything that is held: nothing will be passed on any more. */
  stop(): void {
    const error = new RequestError('UNAVAILABLE_ERR', 'Cannot answer the request: the hub stops');
    for (const held of this.#held.all()) this.#giveUp(held, error);
  }

  #goOn(...[request, subject, { passed, answer }, held]: [RelayRequest, Subject, Passed, HeldRequest?]): void {
    if (answer !== undefined) {
      const give = (given: Answer): void => this.#finish(request, 'middleware', given);
      // Nobody looks at the answer of a one-way request.
      if ((request.message.flags & Flag.OneWay) !== 0) give(answer);
      else this.#afterwards({ request, subject, passed, isRelayed: false, give }, answer);
      return;
    }
    const message = this.#changed(request, subject);
    if (message === undefined) return;
    const caller = this.#callerOf(request, subject, passed);
    this.inner.request({ caller, message, receivedMs: request.receivedMs });
    for (const data of held?.data ?? []) this.inner.requestData(caller, data);
    if (held !== undefined && held.credit > 0) this.inner.callerCredit(caller, message.id, held.credit);
  }

  /** The request as hooks left it; undefined when that cannot be sent, which is answered. */
  #changed(request: RelayRequest, subject: Subject): Message | undefined {
    const { message } = request;
    const { changedHeaders: headers } = subject.view;
    if (headers === undefined) return message;
    try {
      return rebuiltMessage(message, this.#deps.codec, { headers });
    } catch (error) {
      this.#deps.log.error({ error }, 'middleware set headers that cannot be sent');
      this.#finish(request, 'middleware', this.#deps.chain().problem(error, subject));
      return undefined;
    }
  }

  #callerOf(request: RelayRequest, subject: Subject, passed: number): Caller {
    const { caller, message } = request;
    if (!this.#deps.chain().hasAfter || (message.flags & Flag.OneWay) !== 0) return caller;
    return new HookedCaller(caller, (hooked, answer) => {
      const give = (given: Answer): void => this.#answer(hooked, request, given);
      this.#afterwards({ request, subject, passed, isRelayed: true, give }, answer);
    });
  }

  #afterwards(way: Way, answer: Answer): void {
    const { request, subject, passed, isRelayed } = way;
    const give = isStream(answer) ? (given: Answer): void => this.#giveForStream(way, given) : way.give;
    const changed = this.#deps.chain().after(subject, answer, passed);
    if (!(changed instanceof Promise)) {
      give(changed);
      return;
    }
    const held = this.#hold(request, subject.view, { phase: 'after', isRelayed, answer: give });
    void changed.then((late) => {
      if (this.#held.remove(held)) give(late);
    });
  }

  /** Of another answer than the one whose stream is to follow, that is not wanted any more. */
  #giveForStream({ request, give }: Way, answer: Answer): void {
    if (!isStream(answer)) this.inner.cancel(request.caller, request.message.id);
    give(answer);
  }

  /** The end of a request that the layer behind never saw. */
  #finish(request: RelayRequest, outcome: UnrelayedOutcome, answer: Answer): void {
    this.#observe(request, outcome, answer);
    if ((request.message.flags & Flag.OneWay) === 0) this.#answer(request.caller, request, answer);
  }

  #observe(request: RelayRequest, outcome: UnrelayedOutcome, answer: Answer | undefined): void {
    observeUnrelayed(this.#deps.observers, { request, nowMs: this.#deps.clock.nowMs() }, [outcome, answer]);
  }

  #answer(caller: Caller, { message }: RelayRequest, answer: Answer): void {
    const { connectionId } = caller;
    try {
      if (caller instanceof HookedCaller) caller.deliver(message.id, answer);
      else caller.respond(message.id, answer);
    } catch (error) {
      this.#deps.log.error(
        { error, connectionId, correlationId: message.id },
        'could not hand an answer to its caller',
      );
    }
  }

  #hold(
    request: RelayRequest,
    view: RequestView,
    about: Pick<HeldRequest, 'phase' | 'isRelayed' | 'answer'>,
  ): HeldRequest {
    const { clock, limits } = this.#deps;
    const { message, receivedMs } = request;
    const bytes = message.frame?.byteLength ?? message.payload.byteLength;
    const held: HeldRequest = { request, view, bytes, ...about, timer: undefined, data: [], dataBytes: 0, credit: 0 };
    const wantedMs = orNone(message.timeoutMs || limits.defaultTimeoutMs);
    const leftMs = receivedMs + Math.min(wantedMs, orNone(limits.maxTimeoutMs)) - clock.nowMs();
    if (Number.isFinite(leftMs)) held.timer = clock.after(Math.max(0, leftMs), () => this.#expire(held));
    this.#held.add(held);
    return held;
  }

  #expire(held: HeldRequest): void {
    const text = 'Cannot answer the request in time: a middleware took longer than it may';
    this.#giveUp(held, new RequestError('DEADLINE_ERR', text));
  }

  #giveUp(held: HeldRequest, error: RequestError): void {
    const { request, view } = held;
    if (!this.#drop(held)) return;
    held.answer(this.#deps.chain().problem(error, { view, requestId: request.message.id }));
  }

  #drop(held: HeldRequest): boolean {
    held.view.abandon();
    return this.#held.remove(held);
  }

  /** What is held here counts for nobody behind: a connection may have no more of it than it may have there. */
  #overLimit({ caller }: RelayRequest): RequestError | undefined {
    const { maxInFlightPerConnection, maxHeldRequestBytes } = this.#deps.limits;
    const { count, bytes } = this.#held.loadOf(caller.connectionId);
    if (count < orNone(maxInFlightPerConnection) && bytes < orNone(maxHeldRequestBytes)) return undefined;
    return new RequestError('THROTTLED_ERR', 'Cannot take the request now: too many of this connection wait already');
  }
}
