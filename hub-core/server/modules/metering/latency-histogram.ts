/** Sub-buckets of each power of two: the width of a bucket is at most an eighth of its value. */
const STEPS = 8;
/** Powers of two of microseconds: the last bucket takes everything from about 19 hours on. */
const POWERS = 36;

/**
 * Counts durations in fixed logarithmic buckets, so that adding one costs no allocation and quantiles cost no sort.
 *
 * @see Masson, Rim and Lee, "DDSketch", VLDB 2019, section 2.2, for buckets of bounded relative error
 */
export class LatencyHistogram {
  readonly #counts = new Uint32Array(POWERS * STEPS);
  #total = 0;

  get total(): number {
    return this.#total;
  }

  /** @param durationMs below 1 µs counts as 1 µs */
  add(durationMs: number): void {
    const microseconds = Math.max(1, durationMs * 1000);
    const bucket = Math.min(Math.floor(Math.log2(microseconds) * STEPS), POWERS * STEPS - 1);
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#total += 1;
  }

  /**
   * @param q from 0 to 1
   * @returns ms, at most 5 % off; null when nothing was added
   */
  quantile(q: number): number | null {
    if (this.#total === 0) return null;
    const rank = Math.max(1, Math.ceil(q * this.#total));
    let seen = 0;
    let bucket = 0;
    for (; bucket < this.#counts.length; bucket += 1) {
      seen += this.#counts[bucket] ?? 0;
      if (seen >= rank) break;
    }
    return 2 ** ((bucket + 0.5) / STEPS) / 1000;
  }

  reset(): void {
    this.#counts.fill(0);
    this.#total = 0;
  }
}
