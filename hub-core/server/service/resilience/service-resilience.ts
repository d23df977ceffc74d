import type { ResilienceLimits } from './resilience-limits.ts';
import { RetryBudget } from './retry-budget.ts';
import { WaitEstimate } from './wait-estimate.ts';

/** What one service knows and counts about failures of its providers. */
export class ServiceResilience {
  readonly retryBudget: RetryBudget;
  readonly estimate: WaitEstimate;
  /** Requests handed to a second or third provider. */
  retries = 0;
  /** Requests refused because they could not be answered in time. */
  shed = 0;
  /** Times that a channel of it was ejected, for any reason. */
  ejections = 0;

  constructor(limits: ResilienceLimits) {
    this.retryBudget = new RetryBudget(limits.retryBudget);
    this.estimate = new WaitEstimate(limits.shedding);
  }
}
