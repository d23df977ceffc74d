import { LatencyHistogram } from './latency-histogram.ts';
import type { MeterSnapshot } from './meter-snapshot.ts';

/** What one exchange adds, worked out once for all the meters that count it. */
export interface Reading {
  /** 0 when nobody was answered: one-way, or the caller left. */
  status: number;
  bytesIn: number;
  bytesOut: number;
  durationMs: number;
  bucket: number;
}

/** Counts, bytes and latencies of one service, route, provider or client since it was first heard of. */
export class Meter {
  readonly latency = new LatencyHistogram();
  #requests = 0;
  #clientErrors = 0;
  #serverErrors = 0;
  #unanswered = 0;
  #bytesIn = 0;
  #bytesOut = 0;
  #latencySumMs = 0;
  /** Monotonic ms of the latest exchange. */
  lastUsedMs = 0;

  add(reading: Reading): void {
    const { status } = reading;
    this.#requests += 1;
    this.#bytesIn += reading.bytesIn;
    if (status === 0) {
      this.#unanswered += 1;
      return;
    }
    this.#bytesOut += reading.bytesOut;
    if (status >= 500) this.#serverErrors += 1;
    else if (status >= 400) this.#clientErrors += 1;
    this.#latencySumMs += reading.durationMs;
    this.latency.addTo(reading.bucket);
  }

  /** Takes in all that the other one counted. */
  merge(other: Meter): void {
    this.#requests += other.#requests;
    this.#clientErrors += other.#clientErrors;
    this.#serverErrors += other.#serverErrors;
    this.#unanswered += other.#unanswered;
    this.#bytesIn += other.#bytesIn;
    this.#bytesOut += other.#bytesOut;
    this.#latencySumMs += other.#latencySumMs;
    this.latency.merge(other.latency);
  }

  snapshot(key: string): MeterSnapshot {
    return {
      key,
      requests: this.#requests,
      clientErrors: this.#clientErrors,
      serverErrors: this.#serverErrors,
      unanswered: this.#unanswered,
      bytesIn: this.#bytesIn,
      bytesOut: this.#bytesOut,
      latencySumMs: this.#latencySumMs,
      latencyP50Ms: this.latency.quantile(0.5),
      latencyP95Ms: this.latency.quantile(0.95),
      latencyP99Ms: this.latency.quantile(0.99),
    };
  }
}
