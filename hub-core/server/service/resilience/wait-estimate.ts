import type { SheddingLimits } from './resilience-limits.ts';

/** Weight of the newest answer in the mean. */
const NEWEST = 0.05;
/** Answers after which the quickest of those before the last such number is forgotten. */
const GENERATION = 128;

/**
 * How long a request of one service will take, from the latest answers of its providers. What it cannot know it says nothing
 * about: with few or old answers there is no estimate, and nothing is refused for it.
 */
export class WaitEstimate {
  readonly #limits: SheddingLimits;
  #samples = 0;
  #meanMs = 0;
  #newestMs = Number.NEGATIVE_INFINITY;
  #quickestMs = Infinity;
  #quickestBeforeMs = Infinity;

  constructor(limits: SheddingLimits) {
    this.#limits = limits;
  }

  /** @param tookMs from the hand-over to a provider to its answer */
  answered(nowMs: number, tookMs: number): void {
    if (nowMs - this.#newestMs > this.#limits.maxAgeMs) this.#forget();
    this.#newestMs = nowMs;
    this.#meanMs = this.#samples === 0 ? tookMs : this.#meanMs + NEWEST * (tookMs - this.#meanMs);
    this.#samples += 1;
    if (this.#samples % GENERATION === 0) {
      this.#quickestBeforeMs = this.#quickestMs;
      this.#quickestMs = Infinity;
    }
    if (tookMs < this.#quickestMs) this.#quickestMs = tookMs;
  }

  /**
   * Time until the request at a place of the queue is handed out; undefined when there is no estimate.
   *
   * @param ahead requests before it in the queue
   * @param capacity requests that the providers take at a time, all of which are busy; Infinity when that has no limit
   */
  waitMs(nowMs: number, ahead: number, capacity: number): number | undefined {
    if (!this.#isKnown(nowMs) || !(capacity > 0) || capacity === Infinity) return undefined;
    return ((ahead + 1) * this.#meanMs) / capacity;
  }

  /** The quickest of the latest answers; undefined when there is no estimate. */
  quickestMs(nowMs: number): number | undefined {
    return this.#isKnown(nowMs) ? Math.min(this.#quickestMs, this.#quickestBeforeMs) : undefined;
  }

  #isKnown(nowMs: number): boolean {
    const { enabled, minSamples, maxAgeMs } = this.#limits;
    return enabled && this.#samples >= Math.max(1, minSamples) && nowMs - this.#newestMs <= maxAgeMs;
  }

  #forget(): void {
    this.#samples = 0;
    this.#quickestMs = Infinity;
    this.#quickestBeforeMs = Infinity;
  }
}
