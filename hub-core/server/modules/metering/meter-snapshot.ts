/** What was counted of one service, route, provider or client, from its first exchange on. Latencies in ms. */
export interface MeterSnapshot {
  /** Its id, `<service><pattern>` for a route; `other` for all those that were too many to keep apart. */
  readonly key: string;
  readonly requests: number;
  /** Answers with 400 to 499. */
  readonly clientErrors: number;
  /** Answers with 500 and above. */
  readonly serverErrors: number;
  /** One-way, or the caller left before the answer. */
  readonly unanswered: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly latencySumMs: number;
  /** Null before the first answer. */
  readonly latencyP50Ms: number | null;
  readonly latencyP95Ms: number | null;
  readonly latencyP99Ms: number | null;
}
