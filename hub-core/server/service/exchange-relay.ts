import type { Clock } from '../../common/base/clock.ts';
import type { ConnectionId } from '../../common/base/ids.ts';
import { DeadlineWheel } from '../../common/dispatch/deadline-wheel.ts';
import type { Logger } from '../../common/log/logger.ts';
import type { LimitUse } from '../../common/module/module.ts';
import { EMPTY_BYTES, Flag, Kind, Method, type Message, type MessageInit } from '../../common/protocol/message.ts';
import { splitUri } from '../../common/route/path.ts';
import type { ExchangeOutcome } from '../../common/traffic/exchange.ts';
import type { Caller, ProviderLink, Relay, RelayRequest } from '../relay.ts';
import { checkBuiltInAccess } from './built-in-access.ts';
import type { BuiltInReply } from './built-in.ts';
import { CallerTable } from './caller-table.ts';
import { ChannelDispatch } from './channel-dispatch.ts';
import type { ServiceContracts } from './contracts/service-contracts.ts';
import type { ExchangeObservers } from './exchange-observers.ts';
import { IdleGate } from './idle-gate.ts';
import { errorNameOf, problemAnswer } from './problem-answer.ts';
import { ProviderVerdict } from './provider-verdict.ts';
import {
  badAnswer,
  cancelledByCaller,
  cancelledByProvider,
  deadlinePassed,
  hubDraining,
  hubStopped,
  idInFlight,
  noStreamHere,
  tooManyInFlight,
} from './relay-errors.ts';
import { RelayedExchange, type TargetService } from './relayed-exchange.ts';
import { checkForm, checkGrant, checkReach, routeFor } from './request-checks.ts';
import type { RouteDefinition } from './route-definition.ts';
import type { Destination, ServiceDirectory } from './service-directory.ts';
import { serviceLimitUses } from './service-limit-uses.ts';
import type { ServiceLimits } from './service-limits.ts';
import type { ServiceRegistry } from './service-registry.ts';
import { StreamRelay, type StreamCounters } from './stream-relay.ts';

export interface ExchangeRelayDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly hubId: string;
  readonly limits: ServiceLimits;
  readonly observers: ExchangeObservers;
  readonly directory: ServiceDirectory;
  readonly registry: ServiceRegistry;
  readonly contracts: ServiceContracts;
}

/** What the relay counts beside exchanges. */
export interface RelayCounters extends StreamCounters {
  /** Responses whose request was over or was never made. */
  readonly lateResponses: number;
  /** Cancels of requests that are not in flight. */
  readonly unknownCancels: number;
  /** Requests handed to a second or third provider. */
  readonly retries: number;
}

/** Begins another protocol on what were two streams; the one status below 200 that is an answer. */
const SWITCHING_PROTOCOLS = 101;

/** Statuses that a provider may answer with: other 1xx are not final, and above 599 there are none. */
function isAnswerStatus(status: number, areStreams: boolean): boolean {
  return (status >= 200 && status <= 599) || (areStreams && status === SWITCHING_PROTOCOLS);
}

const isFailure = (answer: Message | MessageInit | undefined): boolean => (answer?.status ?? 0) >= 500;

/** In the order to end them in: ending one that was sent frees a channel, which is not for those that end as well. */
function queuedFirst(exchanges: readonly RelayedExchange[]): readonly RelayedExchange[] {
  return exchanges.toSorted((one, other) => Number(other.state === 'queued') - Number(one.state === 'queued'));
}

/**
 * The way of a request: checks, a provider or a built-in service, the answer. Every exchange leaves through `#end`, once,
 * and is in no table afterwards. Whatever is called on a caller or a link may come back into the relay before it returns
 * (a connection that closes itself, a caller that asks again), so the tables are in order before each such call.
 */
export class ExchangeRelay implements Relay, Disposable {
  readonly #deps: ExchangeRelayDeps;
  readonly #callers = new CallerTable();
  readonly #dispatch: ChannelDispatch;
  readonly #deadlines: DeadlineWheel<RelayedExchange>;
  readonly #streams: StreamRelay;
  readonly #verdict: ProviderVerdict;
  readonly #idle = new IdleGate();
  /** Asked about answers to no relayed request. @returns true when the answer was to one of its own */
  onUnknownAnswer: ((link: ProviderLink, response: Message) => boolean) | undefined;
  #lateResponses = 0;
  #unknownCancels = 0;

  constructor(deps: ExchangeRelayDeps) {
    this.#deps = deps;
    const { clock, log } = deps;
    this.#verdict = new ProviderVerdict(deps.limits.resilience.breaker);
    this.#deadlines = new DeadlineWheel({ clock, onExpire: (exchange) => this.#expire(exchange) });
    this.#dispatch = new ChannelDispatch({
      clock,
      log,
      retries: deps.limits.retries,
      refuse: (exchange, error) => this.#refuse(exchange, error),
      providerLost: (exchange, error) => this.#fail(exchange, 'provider-lost', error),
      chosen: (exchange, channel) => deps.observers.chosen(exchange, channel.service, channel),
      handed: (exchange, id) => deps.observers.handed(exchange, id),
      written: (exchange) => this.#end(exchange, 'one-way', undefined),
    });
    this.#streams = new StreamRelay({
      log,
      limits: deps.limits,
      dispatch: this.#dispatch,
      breakOff: (exchange, outcome, error) => this.#fail(exchange, outcome, error),
      finished: (exchange, last) => this.#streamed(exchange, last),
      passed: (exchange, direction, payload) => deps.observers.passed(exchange, direction, payload),
    });
  }

  get inFlight(): number {
    return this.#callers.size - this.#dispatch.queued;
  }

  get queued(): number {
    return this.#dispatch.queued;
  }

  get counters(): RelayCounters {
    return {
      lateResponses: this.#lateResponses,
      unknownCancels: this.#unknownCancels,
      retries: this.#dispatch.retries,
      ...this.#streams.counters,
    };
  }

  /** Entries in all tables; 0 when no request is on its way. */
  get kept(): number {
    return this.#callers.size + this.#dispatch.sent + this.#dispatch.queued + this.#deadlines.size;
  }

  /** Its limits and how near it is to them. */
  limitUses(): readonly LimitUse[] {
    const { directory, limits } = this.#deps;
    return serviceLimitUses({ directory, limits, callers: this.#callers });
  }

  request(request: RelayRequest): void {
    const exchange = new RelayedExchange(request);
    this.#deps.observers.began(exchange);
    try {
      this.#accept(exchange);
    } catch (error) {
      this.#refuse(exchange, error);
    }
  }

  cancel(caller: Caller, requestId: number): void {
    const exchange = this.#callers.get(caller.connectionId, requestId);
    if (exchange === undefined) {
      this.#unknownCancels += 1;
      return;
    }
    this.#dispatch.cancelAtProvider(exchange);
    this.#fail(exchange, 'cancelled', cancelledByCaller());
  }

  respond(link: ProviderLink, response: Message): void {
    const exchange = this.#dispatch.sentTo(link, response.id);
    const channel = exchange?.channel;
    if (exchange === undefined || channel === undefined) {
      if (this.onUnknownAnswer?.(link, response) === true) return;
      this.#lateResponses += 1;
      return;
    }
    if (exchange.stream?.opened !== undefined) {
      this.#lateResponses += 1;
      return;
    }
    exchange.repliedMs = this.#deps.clock.nowMs();
    channel.answered(exchange.repliedMs - exchange.sentMs);
    channel.service.resilience.estimate.answered(exchange.repliedMs, exchange.repliedMs - exchange.sentMs);
    const { status } = response;
    const isStream = (response.flags & Flag.Stream) !== 0;
    if (!isAnswerStatus(status, isStream && exchange.isStream)) {
      if (isStream) this.#dispatch.cancelAtProvider(exchange);
      this.#reject(exchange, `its status is ${String(status)}, and an answer has one of 200 to 599`);
    } else {
      this.#verdict.answered(exchange, status);
      if (isStream) {
        this.#openStream(exchange, response);
        return;
      }
      this.#deps.contracts.checkResponse(exchange, response);
      this.#end(exchange, 'replied', response);
    }
  }

  requestData(caller: Caller, data: Message): void {
    this.#streams.requestData(this.#callers.get(caller.connectionId, data.id), data);
  }

  responseData(link: ProviderLink, data: Message): void {
    this.#streams.responseData(this.#dispatch.sentTo(link, data.id), data);
  }

  callerCredit(caller: Caller, requestId: number, bytes: number): void {
    this.#streams.callerCredit(this.#callers.get(caller.connectionId, requestId), bytes);
  }

  providerCredit(link: ProviderLink, id: number, bytes: number): void {
    this.#streams.providerCredit(this.#dispatch.sentTo(link, id), bytes);
  }

  cancelledByProvider(link: ProviderLink, id: number): void {
    const exchange = this.#dispatch.sentTo(link, id);
    if (exchange?.channel === undefined) {
      this.#unknownCancels += 1;
      return;
    }
    this.#verdict.gaveUp(exchange);
    this.#fail(exchange, 'replied', cancelledByProvider(exchange));
  }

  linkDrained(link: ProviderLink): void {
    for (const channel of this.#deps.registry.channelsOf(link.connectionId)) this.pump(channel.service);
  }

  disconnected(connection: ConnectionId): void {
    // Out of the pools first, so that nothing is sent there any more; then its own requests, so that none of those that it
    // sent to itself goes on to another provider.
    const channels = this.#deps.registry.removeConnection(connection);
    for (const exchange of queuedFirst(this.#callers.of(connection))) {
      this.#dispatch.cancelAtProvider(exchange);
      this.#end(exchange, 'caller-lost', undefined);
    }
    this.#callers.forget(connection);
    for (const channel of channels) this.#dispatch.channelLost(channel);
    for (const channel of channels) this.poolShrank(channel.service);
  }

  isInFlight(connection: ConnectionId, requestId: number): boolean {
    return this.#callers.get(connection, requestId) !== undefined;
  }

  /** To be called when a channel of the service was added. */
  pump(service: TargetService): void {
    this.#dispatch.pump(service);
  }

  /** To be called when a channel of the service has gone or drains. */
  poolShrank(service: TargetService): void {
    this.#dispatch.poolShrank(service);
  }

  /** Refuses new requests to registered services and resolves when none is left or `signal` aborts. */
  drainAll(signal: AbortSignal): Promise<void> {
    return this.#idle.close(this.#callers.size, signal);
  }

  [Symbol.dispose](): void {
    for (const exchange of queuedFirst(this.#callers.all())) {
      this.#dispatch.cancelAtProvider(exchange);
      this.#fail(exchange, 'refused', hubStopped());
    }
    this.#deadlines[Symbol.dispose]();
  }

  #accept(exchange: RelayedExchange): void {
    this.#checkCaller(exchange);
    checkForm(exchange);
    const destination = this.#deps.directory.resolve(exchange.message.uri ?? '');
    if (destination.kind === 'built-in') this.#handle(exchange, destination);
    else this.#relay(exchange, destination);
  }

  /** Keeps one connection from making the hub hold more than its share, and the tables to one entry an id. */
  #checkCaller(exchange: RelayedExchange): void {
    const { connectionId } = exchange.caller;
    const most = this.#deps.limits.maxInFlightPerConnection;
    if (most > 0 && this.#callers.countOf(connectionId) >= most) throw tooManyInFlight(most);
    if (this.isInFlight(connectionId, exchange.requestId)) throw idInFlight(exchange.requestId);
  }

  #relay(exchange: RelayedExchange, { service, match }: Extract<Destination, { kind: 'registered' }>): void {
    exchange.service = service.id;
    checkReach(service, exchange);
    const route = routeFor(match, exchange);
    checkGrant(service, exchange);
    this.#deps.contracts.checkRequest(service, route, exchange.message);
    if (this.#idle.closing) throw hubDraining();
    exchange.target = service;
    exchange.tally = service;
    exchange.route = route;
    this.#streams.begin(exchange);
    exchange.pattern = route.pattern;
    exchange.routeName = service.routeName(route);
    service.calls += 1;
    this.#open(exchange, route);
    service.resilience.retryBudget.requested(exchange.checkedMs);
    this.#dispatch.place(exchange, service);
  }

  #handle(exchange: RelayedExchange, { target, match }: Extract<Destination, { kind: 'built-in' }>): void {
    exchange.service = target.service.id;
    const route = routeFor(match, exchange);
    exchange.pattern = route.pattern;
    exchange.routeName = target.service.id + route.pattern;
    const { message, caller } = exchange;
    const { path, query } = splitUri(message.uri ?? '');
    const params = match.params(message.method);
    checkBuiltInAccess(route.access, caller.principal, { path, params });
    if (exchange.isStream) throw noStreamHere(target.service.id);
    exchange.tally = target;
    target.calls += 1;
    this.#open(exchange, undefined);
    exchange.state = 'handling';
    exchange.sentMs = exchange.checkedMs;
    const reply = route.handle({ message, caller, params, query: new URLSearchParams(query) });
    if (!(reply instanceof Promise)) {
      this.#handled(exchange, reply);
      return;
    }
    reply.then(
      (late) => this.#handled(exchange, late),
      (error: unknown) => this.#refuse(exchange, error),
    );
  }

  #handled(exchange: RelayedExchange, reply: BuiltInReply): void {
    if (exchange.state === 'ended') return;
    exchange.repliedMs = this.#deps.clock.nowMs();
    // HEAD is answered by the GET route, without its body.
    const body = exchange.message.method === Method.Head ? { payload: EMPTY_BYTES } : undefined;
    this.#end(exchange, 'built-in', { kind: Kind.Response, ...reply, ...body });
  }

  /** Puts it into the tables. */
  #open(exchange: RelayedExchange, route: RouteDefinition | undefined): void {
    const { defaultTimeoutMs, maxTimeoutMs } = this.#deps.limits;
    const wantedMs = exchange.message.timeoutMs || (route?.timeoutMs ?? defaultTimeoutMs) || Infinity;
    exchange.deadlineMs = exchange.receivedMs + Math.min(wantedMs, maxTimeoutMs || Infinity);
    exchange.checkedMs = this.#deps.clock.nowMs();
    this.#callers.add(exchange);
    this.#deadlines.add(exchange, exchange.deadlineMs);
  }

  #expire(exchange: RelayedExchange): void {
    this.#dispatch.cancelAtProvider(exchange);
    this.#verdict.unanswered(exchange, this.#deps.clock.nowMs());
    this.#fail(exchange, 'deadline', deadlinePassed(exchange));
  }

  /** The time of a request ends with the beginning of its answer. */
  #openStream(exchange: RelayedExchange, response: Message): void {
    this.#deadlines.remove(exchange);
    this.#streams.open(exchange, response);
  }

  /** The provider's last Data came. */
  #streamed(exchange: RelayedExchange, last: Message): void {
    this.#verdict.brokeOff(exchange, last.status);
    this.#end(exchange, 'replied', last);
  }

  /** For an answer that cannot be passed on. */
  #reject(exchange: RelayedExchange, reason: string): void {
    this.#verdict.unusable(exchange);
    this.#fail(exchange, 'replied', badAnswer(exchange, reason));
  }

  #refuse(exchange: RelayedExchange, error: unknown): void {
    this.#fail(exchange, exchange.state === 'handling' ? 'built-in' : 'refused', error);
  }

  #fail(exchange: RelayedExchange, outcome: ExchangeOutcome, error: unknown): void {
    if (exchange.state === 'ended') return;
    exchange.errorName = errorNameOf(error);
    if (exchange.errorName === 'INTERNAL_ERR') {
      this.#deps.log.error({ error, correlationId: exchange.requestId }, 'a request failed inside the hub');
    }
    this.#end(exchange, outcome, problemAnswer(error, exchange, this.#deps.hubId));
  }

  /** The only way out. */
  #end(exchange: RelayedExchange, outcome: ExchangeOutcome, answer: Message | MessageInit | undefined): void {
    if (exchange.state === 'ended') return;
    const { channel, tally, target, stream, isOneWay } = exchange;
    this.#dispatch.leave(exchange);
    this.#deadlines.remove(exchange);
    this.#callers.remove(exchange);
    exchange.state = 'ended';
    exchange.endedMs = this.#deps.clock.nowMs();
    const whole = stream === undefined ? answer : stream.settle(answer);
    if (tally !== undefined && isFailure(whole)) tally.errors += 1;
    this.#deps.observers.ended(exchange, outcome, isOneWay ? undefined : whole, exchange.errorName);
    if (answer !== undefined && !isOneWay) this.#deliver(exchange, answer);
    if (channel !== undefined) this.#deps.registry.settled(channel);
    if (target !== undefined && target.queue.size > 0) this.pump(target);
    this.#idle.settle(this.#callers.size);
  }

  #deliver(exchange: RelayedExchange, answer: Message | MessageInit): void {
    const { caller, requestId } = exchange;
    if (exchange.stream?.opened !== undefined) {
      this.#streams.close(exchange, answer);
      return;
    }
    try {
      caller.respond(requestId, answer);
    } catch (error) {
      const { connectionId } = caller;
      this.#deps.log.error({ error, connectionId, correlationId: requestId }, 'could not hand an answer to its caller');
    }
  }
}
