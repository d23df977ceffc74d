import type { Logger } from '../../common/log/logger.ts';
import type { Message, MessageInit } from '../../common/protocol/message.ts';
import type { ExchangeOutcome } from '../../common/traffic/exchange.ts';
import type { ChoicePool, Exchange, ExchangeObserver, PooledChannel } from './exchange.ts';

/** Several observers as one, of which none can harm the relay or the others by throwing. */
export class ExchangeObservers {
  readonly #observers: readonly ExchangeObserver[];
  readonly #log: Logger;
  /** Those that threw: each is reported once, or a broken one would fill the log at the rate of requests. */
  readonly #reported = new Set<ExchangeObserver>();

  constructor(observers: readonly ExchangeObserver[], log: Logger) {
    this.#observers = observers;
    this.#log = log;
  }

  began(exchange: Exchange): void {
    for (const observer of this.#observers) {
      try {
        observer.began(exchange);
      } catch (error) {
        this.#report(observer, error);
      }
    }
  }

  chosen(exchange: Exchange, pool: ChoicePool, channel: PooledChannel): void {
    for (const observer of this.#observers) {
      try {
        observer.chosen?.(exchange, pool, channel);
      } catch (error) {
        this.#report(observer, error);
      }
    }
  }

  handed(exchange: Exchange, id: number): void {
    for (const observer of this.#observers) {
      try {
        observer.handed?.(exchange, id);
      } catch (error) {
        this.#report(observer, error);
      }
    }
  }

  passed(exchange: Exchange, direction: 'request' | 'response', payload: Uint8Array): void {
    for (const observer of this.#observers) {
      try {
        observer.passed?.(exchange, direction, payload);
      } catch (error) {
        this.#report(observer, error);
      }
    }
  }

  // oxlint-disable-next-line max-params -- the observer's own interface: an object a call would be made on the hot path
  ended(exchange: Exchange, outcome: ExchangeOutcome, answer: Message | MessageInit | undefined, error: string): void {
    for (const observer of this.#observers) {
      try {
        observer.ended(exchange, outcome, answer, error);
      } catch (thrown) {
        this.#report(observer, thrown);
      }
    }
  }

  #report(observer: ExchangeObserver, error: unknown): void {
    if (this.#reported.has(observer)) return;
    this.#reported.add(observer);
    this.#log.error({ error }, 'an observer of exchanges threw; further errors of it are not reported');
  }
}
