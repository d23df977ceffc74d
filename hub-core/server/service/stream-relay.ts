import type { Logger } from '../../common/log/logger.ts';
import { Flag, Kind, type Message, type MessageInit } from '../../common/protocol/message.ts';
import type { ExchangeOutcome } from '../../common/traffic/exchange.ts';
import type { ChannelDispatch } from './channel-dispatch.ts';
import { overCredit } from './relay-errors.ts';
import type { RelayedExchange } from './relayed-exchange.ts';
import type { StreamDirection, StreamLimits } from './stream-direction.ts';
import { StreamFlow } from './stream-flow.ts';

export interface StreamRelayDeps {
  readonly log: Logger;
  readonly limits: StreamLimits;
  readonly dispatch: ChannelDispatch;
  /** Ends an exchange with an error that both sides are told of. */
  readonly breakOff: (exchange: RelayedExchange, outcome: ExchangeOutcome, error: unknown) => void;
  /** Ends an exchange whose answer's stream came to its end. */
  readonly finished: (exchange: RelayedExchange, last: Message) => void;
  /** Told of each piece that passes. */
  readonly passed: (exchange: RelayedExchange, direction: 'request' | 'response', payload: Uint8Array) => void;
}

/** What is counted of streams beside exchanges. */
export interface StreamCounters {
  /** Data whose stream was over or was never opened, and Data that hold nothing. */
  readonly droppedData: number;
  /** Credits of 0, or for what is no stream. */
  readonly droppedCredits: number;
}

/** Data that hold nothing cost no credit: they are not passed on, or they would be bounded by nothing. */
const isEmpty = (data: Message): boolean => data.payload.byteLength === 0 && (data.flags & Flag.End) === 0;

/**
 * Passes Data and Credit between the two sides of an exchange (docs/protocol.md, section 6). Keeps nothing of its own: the
 * state of a stream is with its exchange, and the exchange ends where all of them end.
 */
export class StreamRelay {
  readonly #deps: StreamRelayDeps;
  #droppedData = 0;
  #droppedCredits = 0;

  constructor(deps: StreamRelayDeps) {
    this.#deps = deps;
  }

  get counters(): StreamCounters {
    return { droppedData: this.#droppedData, droppedCredits: this.#droppedCredits };
  }

  /** To be called for each request that is to be relayed. */
  begin(exchange: RelayedExchange): void {
    if (exchange.isStream) exchange.stream = new StreamFlow(this.#deps.limits, true);
  }

  /** The provider's Response says that Data follow: it goes to the caller, and the exchange lasts. */
  open(exchange: RelayedExchange, response: Message): void {
    const stream = (exchange.stream ??= new StreamFlow(this.#deps.limits, false));
    stream.opened = response;
    this.#toCaller(exchange, () => exchange.caller.respond(exchange.requestId, response));
    const early = stream.takeEarlyCredit();
    if (early > 0) this.#grantProvider(exchange, early);
  }

  requestData(exchange: RelayedExchange | undefined, data: Message): void {
    const stream = exchange?.stream;
    const direction = stream?.request;
    if (!this.#takes(direction, data) || exchange === undefined || stream === undefined) return;
    const { payload, flags } = data;
    if (!direction.take(payload.byteLength)) {
      this.#deps.dispatch.cancelAtProvider(exchange);
      this.#deps.breakOff(exchange, 'cancelled', overCredit('sender', payload.byteLength));
      return;
    }
    if ((flags & Flag.End) !== 0) direction.end();
    this.#deps.passed(exchange, 'request', payload);
    if (stream.flowing) {
      stream.touched = true;
      this.#deps.dispatch.toProvider(exchange, data);
    } else {
      const held = stream.hold(data);
      if (exchange.state === 'queued') exchange.target?.queue.grew(held);
    }
    const released = direction.release();
    if (released > 0) this.#grantCaller(exchange, released);
  }

  responseData(exchange: RelayedExchange | undefined, data: Message): void {
    const stream = exchange?.stream;
    const direction = stream?.opened === undefined ? undefined : stream.response;
    if (!this.#takes(direction, data) || exchange === undefined) return;
    const { payload, flags } = data;
    if (!direction.take(payload.byteLength)) {
      exchange.channel?.failed(exchange, 'sent more of a stream than it had credit for');
      this.#deps.dispatch.cancelAtProvider(exchange);
      this.#deps.breakOff(exchange, 'replied', overCredit('provider', payload.byteLength));
      return;
    }
    this.#deps.passed(exchange, 'response', payload);
    if ((flags & Flag.End) !== 0) {
      direction.end();
      this.#deps.finished(exchange, data);
      return;
    }
    this.#toCaller(exchange, () => exchange.caller.data(exchange.requestId, data));
    const released = direction.release();
    if (released > 0) this.#grantProvider(exchange, released);
  }

  callerCredit(exchange: RelayedExchange | undefined, bytes: number): void {
    if (exchange === undefined || exchange.target === undefined || exchange.isOneWay || bytes === 0) {
      this.#droppedCredits += 1;
      return;
    }
    const stream = (exchange.stream ??= new StreamFlow(this.#deps.limits, false));
    const granted = stream.response.grant(bytes);
    if (stream.opened === undefined) stream.addEarlyCredit(granted);
    else if (granted > 0) this.#grantProvider(exchange, granted);
  }

  providerCredit(exchange: RelayedExchange | undefined, bytes: number): void {
    const stream = exchange?.stream;
    if (exchange === undefined || stream?.request === undefined || stream.request.ended || bytes === 0) {
      this.#droppedCredits += 1;
      return;
    }
    stream.touched = true;
    const granted = stream.request.grant(bytes);
    if (granted > 0) this.#grantCaller(exchange, granted);
  }

  /** Gives the caller the last word of an open stream: the provider's, or how the hub broke it off. */
  close(exchange: RelayedExchange, last: Message | MessageInit): void {
    const { kind, status, encoding, payload } = last;
    const data = kind === Kind.Data ? last : { kind: Kind.Data, flags: Flag.End, status, encoding, payload };
    this.#toCaller(exchange, () => exchange.caller.data(exchange.requestId, data));
  }

  #takes(direction: StreamDirection | undefined, data: Message): direction is StreamDirection {
    if (direction !== undefined && !direction.ended && !isEmpty(data)) return true;
    this.#droppedData += 1;
    return false;
  }

  #grantCaller(exchange: RelayedExchange, bytes: number): void {
    if (exchange.state === 'ended') return;
    this.#toCaller(exchange, () => exchange.caller.grant(exchange.requestId, bytes));
  }

  #grantProvider(exchange: RelayedExchange, bytes: number): void {
    this.#deps.dispatch.toProvider(exchange, { kind: Kind.Credit, credit: bytes });
  }

  #toCaller({ caller, requestId }: RelayedExchange, deliver: () => void): void {
    try {
      deliver();
    } catch (error) {
      const { connectionId } = caller;
      this.#deps.log.error({ error, connectionId, correlationId: requestId }, 'could not hand a stream to its caller');
    }
  }
}
