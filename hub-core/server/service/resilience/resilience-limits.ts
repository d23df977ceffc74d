/** When a provider channel is taken to have failed, and for how long it then gets nothing. */
export interface BreakerLimits {
  /** Failures in a row that open it; 0 = those are not counted. */
  readonly consecutiveFailures: number;
  /** Part of the requests of one window that failed, from which on it opens; 0 = not looked at. */
  readonly failureRatio: number;
  /** Requests of one window below which the ratio says nothing. */
  readonly minRequests: number;
  readonly windowMs: number;
  /** How long it is open the first time; doubles each time that its trial fails. */
  readonly openMs: number;
  readonly maxOpenMs: number;
  /** Added to the open time at random, as a part of it. */
  readonly jitter: number;
  /** Trials in a row that must succeed before it closes. */
  readonly trials: number;
  /** A request that ends without an answer is a failure only when the provider had it for so long. */
  readonly unansweredMs: number;
  /** Statuses of answers that are failures. */
  readonly statuses: readonly number[];
}

export interface RetryBudgetLimits {
  /** Most retries of one window, as a part of its requests; 0 = no limit. */
  readonly ratio: number;
  /** Retries of one window that are free, so that a service with little traffic has some. */
  readonly minRetries: number;
  readonly windowMs: number;
}

export interface SheddingLimits {
  readonly enabled: boolean;
  /** Answers in a row of time that an estimate needs. */
  readonly minSamples: number;
  /** An estimate whose newest answer is older says nothing. */
  readonly maxAgeMs: number;
}

export interface HealthLimits {
  /** Between two questions of a service that names no interval of its own. */
  readonly intervalMs: number;
  /** Time for an answer; at most the interval is waited. */
  readonly timeoutMs: number;
  /** Failed questions in a row that make a channel unhealthy. */
  readonly failures: number;
}

/** What the hub does about providers that fail. */
export interface ResilienceLimits {
  /** Most of a pool's channels that may be ejected at a time, as a part of it; 0 = none. */
  readonly maxEjectedRatio: number;
  readonly breaker: BreakerLimits;
  readonly retryBudget: RetryBudgetLimits;
  readonly shedding: SheddingLimits;
  readonly health: HealthLimits;
}

export const DEFAULT_RESILIENCE_LIMITS: ResilienceLimits = Object.freeze({
  maxEjectedRatio: 0.5,
  breaker: Object.freeze({
    consecutiveFailures: 5,
    failureRatio: 0.5,
    minRequests: 20,
    windowMs: 10_000,
    openMs: 1_000,
    maxOpenMs: 30_000,
    jitter: 0.2,
    trials: 1,
    unansweredMs: 1_000,
    statuses: Object.freeze([500, 502, 503, 504]),
  }),
  retryBudget: Object.freeze({ ratio: 0.2, minRetries: 100, windowMs: 10_000 }),
  shedding: Object.freeze({ enabled: true, minSamples: 20, maxAgeMs: 10_000 }),
  health: Object.freeze({ intervalMs: 5_000, timeoutMs: 2_000, failures: 2 }),
});
