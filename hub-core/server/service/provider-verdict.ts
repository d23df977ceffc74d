import type { RelayedExchange } from './relayed-exchange.ts';
import type { ResilienceLimits } from './resilience/resilience-limits.ts';

/** What an answer, or that none came, says about the provider that had the request. */
export class ProviderVerdict {
  readonly #limits: ResilienceLimits['breaker'];

  constructor(limits: ResilienceLimits['breaker']) {
    this.#limits = limits;
  }

  answered(exchange: RelayedExchange, status: number): void {
    const { channel } = exchange;
    if (this.#limits.statuses.includes(status)) {
      channel?.failed(exchange, `answered ${String(status)}`);
      return;
    }
    if (status >= 500) channel?.noteError(`answered ${String(status)}`);
    channel?.standing.succeeded(exchange);
  }

  /** One that had too little time for any provider says nothing about the one that had it. */
  unanswered(exchange: RelayedExchange, nowMs: number): void {
    const reason = 'did not answer in time';
    if (nowMs - exchange.sentMs >= this.#limits.unansweredMs) exchange.channel?.failed(exchange, reason);
    else exchange.channel?.noteError(reason);
  }

  gaveUp(exchange: RelayedExchange): void {
    const { channel } = exchange;
    channel?.noteError('gave a request up');
    channel?.standing.succeeded(exchange);
  }

  brokeOff({ channel }: RelayedExchange, status: number): void {
    if (status >= 500) channel?.noteError(`broke its answer off with ${String(status)}`);
  }

  unusable(exchange: RelayedExchange): void {
    exchange.channel?.failed(exchange, 'gave an answer that cannot be passed on');
  }
}
