import type { RetryBudgetLimits } from './resilience-limits.ts';
import { SlidingCount } from './sliding-count.ts';

/**
 * Keeps retries to a part of a service's requests, so that a pool that loses providers is not given their whole load again
 * by those that are left.
 *
 * @see Finagle's `RetryBudget`, and gRPC proposal A6, "retry throttling"
 */
export class RetryBudget {
  readonly #limits: RetryBudgetLimits;
  readonly #window: SlidingCount;
  #denied = 0;

  constructor(limits: RetryBudgetLimits) {
    this.#limits = limits;
    this.#window = new SlidingCount(limits.windowMs);
  }

  /** Retries that there was no budget for. */
  get denied(): number {
    return this.#denied;
  }

  /** A request came, for the first time. */
  requested(nowMs: number): void {
    this.#window.add(nowMs, 1, 0);
  }

  /** @returns false when the budget is spent; the retry must not be made then */
  take(nowMs: number): boolean {
    const { ratio, minRetries } = this.#limits;
    const most = ratio === 0 ? Infinity : Math.max(minRetries, Math.floor(ratio * this.#window.all(nowMs)));
    if (this.#window.some(nowMs) >= most) {
      this.#denied += 1;
      return false;
    }
    this.#window.add(nowMs, 0, 1);
    return true;
  }
}
