import type { Clock } from '../../../common/base/clock.ts';
import type { ConnectionId } from '../../../common/base/ids.ts';
import { RequestError } from '../../../common/errors/hub-error.ts';
import type { Logger } from '../../../common/log/logger.ts';
import type { Codec } from '../../../common/protocol/codec.ts';
import { Flag, type Message } from '../../../common/protocol/message.ts';
import { InterceptedCaller } from '../../access/intercepted-caller.ts';
import { rebuiltMessage } from '../../access/rebuilt-message.ts';
import { RelayDecorator } from '../../access/relay-decorator.ts';
import type { Caller, Relay, RelayRequest } from '../../relay.ts';
import { AnswerTail } from './answer-tail.ts';
import { HeldRequests, type HeldRequest } from './held-requests.ts';
import type { Answer, MiddlewareChain, Passed, Subject } from './middleware-chain.ts';
import { RequestView } from './request-view.ts';

const isStream = ({ flags = 0 }: Answer): boolean => (flags & Flag.Stream) !== 0;
const bytesOf = ({ message }: RelayRequest): number => message.frame?.byteLength ?? message.payload.byteLength;

export interface MiddlewareLimits {
  /** 0 = none. */
  readonly defaultTimeoutMs: number;
  /** 0 = none. */
  readonly maxTimeoutMs: number;
  /** 0 = none. */
  readonly maxInFlightPerConnection: number;
  /** 0 = none. */
  readonly maxHeldRequestBytes: number;
  /** Initial credit of a request's stream, bytes. */
  readonly creditBytes: number;
}

/** An answer of a service, and what follows of it. */
interface Given {
  readonly passed: number;
  readonly answer: Answer;
  /** undefined when it is whole. */
  readonly tail: AnswerTail | undefined;
}

export interface MiddlewareRelayDeps {
  readonly clock: Clock;
  readonly log: Logger;
  /** Of binary messages. */
  readonly codec: Codec;
  readonly limits: MiddlewareLimits;
  readonly chain: () => MiddlewareChain;
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
    const refusal = this.#overLimit(request);
    if (refusal !== undefined) {
      view.abandon();
      this.#answer(request, this.#deps.chain().problem(refusal, subject));
      return;
    }
    const held = this.#hold({ request, view, phase: 'before', tail: undefined });
    void passed.then((late) => {
      if (!this.#held.remove(held)) return;
      this.#goOn(request, subject, late);
      for (const pass of held.later) pass();
    });
  }

  override requestData(caller: Caller, data: Message): void {
    const held = this.#heldBefore(caller, data.id);
    if (held === undefined) {
      this.inner.requestData(caller, data);
      return;
    }
    held.bytes += data.payload.byteLength;
    held.later.push(() => this.inner.requestData(caller, data));
    // Nobody has granted it more than it began with.
    if (held.bytes - bytesOf(held.request) <= this.#deps.limits.creditBytes) return;
    const text = 'Cannot take so much of a stream: it is over its credit';
    this.#giveUp(held, new RequestError('TOO_LARGE_ERR', text));
  }

  override callerCredit(caller: Caller, requestId: number, bytes: number): void {
    const held = this.#heldBefore(caller, requestId);
    if (held === undefined) this.inner.callerCredit(caller, requestId, bytes);
    else held.later.push(() => this.inner.callerCredit(caller, requestId, bytes));
  }

  override cancel(caller: Caller, requestId: number): void {
    const held = this.#held.get(caller.connectionId, requestId);
    if (held === undefined) {
      this.inner.cancel(caller, requestId);
    } else if (held.phase === 'after') {
      // Its answer is on its way already, but the rest of a stream is not.
      this.inner.cancel(caller, requestId);
    } else {
      const text = 'Cannot answer the request: its caller cancelled it';
      this.#giveUp(held, new RequestError('CANCELLED_ERR', text));
    }
  }

  override disconnected(connection: ConnectionId): void {
    for (const held of this.#held.of(connection)) this.#drop(held);
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

  #goOn(request: RelayRequest, subject: Subject, { passed, answer }: Passed): void {
    const chain = this.#deps.chain();
    const isOneWay = (request.message.flags & Flag.OneWay) !== 0;
    if (answer !== undefined) {
      if (!isOneWay) this.#afterwards(request, subject, { passed, answer, tail: undefined });
      return;
    }
    let { message } = request;
    const { changedHeaders: headers } = subject.view;
    if (headers !== undefined) {
      try {
        message = rebuiltMessage(message, this.#deps.codec, { headers });
      } catch (error) {
        this.#deps.log.error({ error }, 'middleware set headers that cannot be sent');
        if (!isOneWay) this.#answer(request, chain.problem(error, subject));
        return;
      }
    }
    const caller = chain.hasAfter && !isOneWay ? this.#intercepted(request, subject, passed) : request.caller;
    this.inner.request({ caller, message, receivedMs: request.receivedMs });
  }

  #intercepted(request: RelayRequest, subject: Subject, passed: number): Caller {
    const { caller, message } = request;
    const tail = new AnswerTail((data) => caller.data(message.id, data));
    return new InterceptedCaller(caller, {
      respond: (answer) =>
        this.#afterwards(request, subject, { passed, answer, tail: isStream(answer) ? tail : undefined }),
      data: (data) => tail.add(data),
    });
  }

  #afterwards(request: RelayRequest, subject: Subject, { passed, answer, tail }: Given): void {
    const changed = this.#deps.chain().after(subject, answer, passed);
    if (!(changed instanceof Promise)) {
      this.#answer(request, changed, tail);
      return;
    }
    const held = this.#hold({ request, view: subject.view, phase: 'after', tail });
    void changed.then((late) => {
      if (this.#held.remove(held)) this.#answer(request, late, tail);
    });
  }

  /** @param tail what follows of the answer that the service gave; of another answer in its place, nothing follows */
  #answer({ caller, message }: RelayRequest, answer: Answer, tail?: AnswerTail): void {
    try {
      caller.respond(message.id, answer);
    } catch (error) {
      const { connectionId } = caller;
      this.#deps.log.error(
        { error, connectionId, correlationId: message.id },
        'could not hand an answer to its caller',
      );
    }
    if (tail === undefined) return;
    if (isStream(answer)) {
      tail.release();
    } else {
      tail.drop();
      this.inner.cancel(caller, message.id);
    }
  }

  #heldBefore(caller: Caller, requestId: number): HeldRequest | undefined {
    const held = this.#held.get(caller.connectionId, requestId);
    return held?.phase === 'before' ? held : undefined;
  }

  #hold({ request, view, phase, tail }: Pick<HeldRequest, 'request' | 'view' | 'phase' | 'tail'>): HeldRequest {
    const { clock, limits } = this.#deps;
    const { message, receivedMs } = request;
    const held: HeldRequest = { request, view, bytes: bytesOf(request), phase, timer: undefined, later: [], tail };
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
    if (!this.#drop(held) || (request.message.flags & Flag.OneWay) !== 0) return;
    this.#answer(request, this.#deps.chain().problem(error, { view, requestId: request.message.id }), held.tail);
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
