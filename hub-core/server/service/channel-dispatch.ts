import type { Clock } from '../../common/base/clock.ts';
import { InFlightTable, type IdRange } from '../../common/dispatch/in-flight-table.ts';
import { RequestError } from '../../common/errors/hub-error.ts';
import type { Logger } from '../../common/log/logger.ts';
import { HUB_ID_BIT, Kind, type Message, type MessageInit } from '../../common/protocol/message.ts';
import type { ProviderLink } from '../relay.ts';
import { noProvider, notOfferedBy, providerLost, queueFull, tooLateToSend, wouldWaitTooLong } from './relay-errors.ts';
import { PROBE_IDS } from './resilience/probe-ids.ts';
import type { RelayedExchange, TargetChannel, TargetService } from './relayed-exchange.ts';
import type { StreamFlow } from './stream-flow.ts';

export interface ChannelDispatchDeps {
  readonly clock: Clock;
  readonly log: Logger;
  /** Times that a request is handed to another provider. */
  readonly retries: number;
  /** Ends an exchange that came to nothing here. */
  readonly refuse: (exchange: RelayedExchange, error: unknown) => void;
  readonly providerLost: (exchange: RelayedExchange, error: unknown) => void;
  /** That channel was chosen for it, of several or after another one. */
  readonly chosen: (exchange: RelayedExchange, channel: TargetChannel) => void;
  /** It is about to be handed to its channel under that id. */
  readonly handed: (exchange: RelayedExchange, id: number) => void;
  /** Ends a one-way request, which is over when it is written. */
  readonly written: (exchange: RelayedExchange) => void;
}

/** Ids of relayed requests, without the top bit; those above are for the hub's own questions (`PROBE_IDS`). */
const RELAY_IDS: IdRange = Object.freeze({ first: 1, last: PROBE_IDS.first - 1 });

const CANCEL: MessageInit = Object.freeze({ kind: Kind.Cancel });

function isTooLarge(error: unknown): boolean {
  return error instanceof RequestError && error.errorName === 'TOO_LARGE_ERR';
}

/**
 * Between a service and its channels: who gets a request, what waits, and what happens to requests whose channel goes.
 *
 * A request that is handed over again has its frame patched again. That is safe although the first transport owned the
 * frame: its link is gone, and ids are unique over the whole hub, so even bytes still on their way there name no other
 * request.
 */
export class ChannelDispatch {
  readonly #deps: ChannelDispatchDeps;
  /** What providers have, by the hub's id without its top bit: with it the keys would not be small integers. */
  readonly #sent = new InFlightTable<RelayedExchange>(RELAY_IDS);
  #queued = 0;
  #retries = 0;

  constructor(deps: ChannelDispatchDeps) {
    this.#deps = deps;
  }

  /** Requests that providers have. */
  get sent(): number {
    return this.#sent.size;
  }

  /** Requests that wait, over all services. */
  get queued(): number {
    return this.#queued;
  }

  get retries(): number {
    return this.#retries;
  }

  /** The request that `link` has under this id; undefined when it has none. */
  sentTo(link: ProviderLink, id: number): RelayedExchange | undefined {
    const exchange = id >= HUB_ID_BIT ? this.#sent.get(id - HUB_ID_BIT) : undefined;
    return exchange?.channel?.link.connectionId === link.connectionId ? exchange : undefined;
  }

  /**
   * To a free channel when nobody waits for that, else into the queue.
   *
   * @throws {RequestError} UNAVAILABLE_ERR when no channel will take it or the queue is full, NOT_FOUND_ERR when it is
   *   pinned to a client that does not provide the service
   */
  place(exchange: RelayedExchange, service: TargetService): void {
    // Those who wait go first; then a channel that is still free is one that nobody waits for.
    if (service.queue.size > 0) this.pump(service);
    if (exchange.state === 'ended') return;
    const channel = service.pumping ? undefined : service.pick(exchange);
    if (channel !== undefined) {
      this.#send(exchange, channel);
      return;
    }
    const pin = exchange.message.to;
    if (pin !== undefined && !service.isOfferedBy(pin)) throw notOfferedBy(pin, service);
    if (!service.isLive(pin)) throw noProvider(service);
    this.#shed(exchange, service);
    if (!service.queue.pushBack(exchange)) throw queueFull(service);
    this.#countQueued(exchange);
    if (service.pumping) service.pumpAgain = true;
  }

  /** Hands out what waits, as far as channels are free. To be called whenever one may have become free. */
  pump(service: TargetService): void {
    if (service.pumping) {
      service.pumpAgain = true;
      return;
    }
    service.pumping = true;
    do {
      service.pumpAgain = false;
      this.#handOut(service);
    } while (service.pumpAgain);
    service.pumping = false;
  }

  /** Channels have gone or drain: what waits goes to others, and what no channel will ever take is refused. */
  poolShrank(service: TargetService): void {
    this.pump(service);
    for (const exchange of service.queue.toArray()) {
      if (exchange.state === 'queued' && !service.isLive(exchange.message.to)) {
        this.#deps.refuse(exchange, noProvider(service));
      }
    }
  }

  /** The channel is out of its pool. What it had goes to another one where that does no harm, and waits for `poolShrank`. */
  channelLost(channel: TargetChannel): void {
    const { service } = channel;
    const had = [...channel.exchanges];
    for (const exchange of had) channel.failed(exchange, 'left before it answered');
    const again = had.filter((exchange) => this.#mayRetry(exchange, service));
    // Backwards to the front of the queue, so that the first stays the first; and before any caller hears of a loss, since
    // what it does then may empty the queue.
    for (const exchange of again.toReversed()) {
      this.#release(exchange);
      service.queue.pushFront(exchange);
      this.#countQueued(exchange);
      this.#retries += 1;
      service.resilience.retries += 1;
    }
    for (const exchange of had) {
      if (exchange.channel === channel) this.#deps.providerLost(exchange, providerLost(channel.id));
    }
  }

  /** Tells the provider that has the request, if one has it, that nobody waits for the answer. */
  cancelAtProvider(exchange: RelayedExchange): void {
    const { channel } = exchange;
    if (channel === undefined) return;
    try {
      channel.link.send(CANCEL, HUB_ID_BIT + exchange.sequence);
    } catch (error) {
      this.#deps.log.warn({ error, provider: channel.id }, 'could not tell a provider of a cancelled request');
    }
  }

  /** Hands a Data or Credit to the provider that has the request; one that cannot be written ends the exchange. */
  toProvider(exchange: RelayedExchange, message: Message | MessageInit): void {
    const { channel } = exchange;
    if (channel === undefined) return;
    try {
      channel.link.send(message, HUB_ID_BIT + exchange.sequence);
    } catch (error) {
      channel.failed(exchange, 'a stream could not be written to it');
      this.#deps.refuse(exchange, error);
    }
  }

  /** Takes it out of the queue or away from its channel. */
  leave(exchange: RelayedExchange): void {
    if (exchange.state === 'queued' && exchange.target !== undefined) this.#unqueue(exchange, exchange.target);
    this.#release(exchange);
  }

  #handOut(service: TargetService): void {
    const { queue } = service;
    let exchange = queue.first;
    while (exchange !== undefined) {
      const channel = service.pick(exchange);
      // No channel is free: so is none for those behind it. One that is pinned may wait for its own alone.
      if (channel === undefined && exchange.message.to === undefined) return;
      const next: RelayedExchange | undefined = queue.after(exchange);
      if (channel !== undefined) {
        this.#unqueue(exchange, service);
        this.#sendInTime(exchange, channel);
        if (next !== undefined && next.state !== 'queued') {
          service.pumpAgain = true;
          return;
        }
      }
      exchange = next;
    }
  }

  /** @throws {RequestError} UNAVAILABLE_ERR when it would wait for longer than it has */
  #shed(exchange: RelayedExchange, service: TargetService): void {
    const { deadlineMs, message } = exchange;
    // One that is pinned waits for one client's channels alone, of which the estimate knows nothing.
    if (deadlineMs === Infinity || message.to !== undefined) return;
    const nowMs = this.#deps.clock.nowMs();
    const waitMs = service.resilience.estimate.waitMs(nowMs, service.queue.size, service.capacity);
    const leftMs = deadlineMs - nowMs;
    if (waitMs === undefined || waitMs <= leftMs) return;
    service.resilience.shed += 1;
    throw wouldWaitTooLong(service, waitMs, leftMs);
  }

  /** For one that waited: when it can no longer be answered in time, no provider is troubled with it. */
  #sendInTime(exchange: RelayedExchange, channel: TargetChannel): void {
    const nowMs = this.#deps.clock.nowMs();
    const leftMs = exchange.deadlineMs - nowMs;
    const { resilience } = channel.service;
    const quickestMs = resilience.estimate.quickestMs(nowMs);
    if (quickestMs === undefined || leftMs >= quickestMs) {
      this.#send(exchange, channel);
      return;
    }
    resilience.shed += 1;
    this.#deps.refuse(exchange, tooLateToSend(leftMs, quickestMs));
  }

  #send(exchange: RelayedExchange, channel: TargetChannel): void {
    exchange.sentMs = this.#deps.clock.nowMs();
    if (channel.service.channels.length > 1 || exchange.attempts > 0) this.#deps.chosen(exchange, channel);
    exchange.attempts += 1;
    exchange.provider = channel.id;
    exchange.providerLink = channel.link;
    channel.calls += 1;
    const { deadlineMs, sentMs, isOneWay } = exchange;
    const budgetMs = deadlineMs === Infinity ? undefined : Math.max(1, Math.ceil(deadlineMs - sentMs));
    exchange.sequence = this.#sent.open(exchange);
    if (!isOneWay) {
      exchange.state = 'sent';
      exchange.channel = channel;
      channel.exchanges.add(exchange);
      channel.standing.began(exchange);
    }
    this.#deps.handed(exchange, HUB_ID_BIT + exchange.sequence);
    try {
      channel.link.send(exchange.message, HUB_ID_BIT + exchange.sequence, budgetMs);
    } catch (error) {
      // Its size is the caller's doing, and says nothing of the provider.
      if (!isTooLarge(error)) channel.failed(exchange, 'the request could not be written to it');
      this.#deps.refuse(exchange, error);
      return;
    }
    if (isOneWay) this.#deps.written(exchange);
    else if (exchange.stream?.request !== undefined) this.#flush(exchange, exchange.stream, channel);
  }

  /** Hands over the Data that came before the request was sent, and those that come meanwhile. */
  #flush(exchange: RelayedExchange, stream: StreamFlow, channel: TargetChannel): void {
    while (exchange.channel === channel) {
      const data = stream.takeHeld();
      if (data === undefined) {
        stream.flowing = true;
        return;
      }
      stream.touched = true;
      this.toProvider(exchange, data);
    }
  }

  #mayRetry(exchange: RelayedExchange, service: TargetService): boolean {
    // What a provider had of a stream, or granted for it, cannot be taken back.
    const { stream } = exchange;
    if (stream !== undefined && (stream.touched || stream.opened !== undefined)) return false;
    if (!exchange.isIdempotent || exchange.attempts > this.#deps.retries || !service.isLive(exchange.message.to))
      return false;
    return service.resilience.retryBudget.take(this.#deps.clock.nowMs());
  }

  #countQueued(exchange: RelayedExchange): void {
    exchange.state = 'queued';
    this.#queued += 1;
  }

  #unqueue(exchange: RelayedExchange, service: TargetService): void {
    service.queue.remove(exchange);
    exchange.state = 'checking';
    this.#queued -= 1;
  }

  #release(exchange: RelayedExchange): void {
    if (exchange.sequence !== 0) this.#sent.take(exchange.sequence);
    exchange.sequence = 0;
    exchange.channel?.exchanges.delete(exchange);
    exchange.channel?.standing.left(exchange);
    exchange.channel = undefined;
    if (exchange.stream !== undefined) exchange.stream.flowing = false;
  }
}
