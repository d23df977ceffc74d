export interface BucketRate {
  /** Tokens that come back each second, above 0. */
  readonly perSec: number;
  /** Most tokens; 0 = as many as come back in a second. */
  readonly burst: number;
}

interface Bucket {
  tokens: number;
  atMs: number;
}

/**
 * One token bucket for each key, made when it is first asked for. A full bucket is as good as none, so those that were not
 * used for the longest time go first when there are too many.
 *
 * @see https://en.wikipedia.org/wiki/Token_bucket
 */
export class TokenBuckets {
  readonly #perMs: number;
  readonly #burst: number;
  readonly #maxKeys: number;
  /** In the order of use, the longest unused first. */
  readonly #buckets = new Map<string, Bucket>();

  constructor({ perSec, burst }: BucketRate, maxKeys: number) {
    if (!(perSec > 0)) throw new RangeError(`Cannot refill "${String(perSec)}" tokens a second: it must be above 0`);
    this.#perMs = perSec / 1000;
    this.#burst = Math.max(1, burst === 0 ? perSec : burst);
    this.#maxKeys = maxKeys;
  }

  get size(): number {
    return this.#buckets.size;
  }

  /** Most tokens of one bucket. */
  get burst(): number {
    return this.#burst;
  }

  /** The tokens that are gone from each bucket, whole ones only. */
  *taken(nowMs: number): Iterable<{ readonly key: string; readonly tokens: number }> {
    for (const [key, { tokens, atMs }] of this.#buckets) {
      const left = Math.min(this.#burst, tokens + (nowMs - atMs) * this.#perMs);
      yield { key, tokens: Math.round(this.#burst - left) };
    }
  }

  /** Takes a token. @returns 0 when there was one, else the ms until there is */
  take(key: string, nowMs: number): number {
    const bucket = this.#filled(key, nowMs);
    if (bucket.tokens >= 1) {
      bucket.tokens -= 1;
      return 0;
    }
    return Math.max(1, Math.ceil((1 - bucket.tokens) / this.#perMs));
  }

  /** Forgets those that are full again. */
  sweep(nowMs: number): void {
    for (const [key, { tokens, atMs }] of this.#buckets) {
      if (tokens + (nowMs - atMs) * this.#perMs >= this.#burst) this.#buckets.delete(key);
    }
  }

  #filled(key: string, nowMs: number): Bucket {
    const known = this.#buckets.get(key);
    const bucket = known ?? { tokens: this.#burst, atMs: nowMs };
    bucket.tokens = Math.min(this.#burst, bucket.tokens + (nowMs - bucket.atMs) * this.#perMs);
    bucket.atMs = nowMs;
    this.#buckets.delete(key);
    this.#buckets.set(key, bucket);
    if (known === undefined && this.#buckets.size > this.#maxKeys) this.#dropOldest();
    return bucket;
  }

  #dropOldest(): void {
    for (const key of this.#buckets.keys()) {
      this.#buckets.delete(key);
      return;
    }
  }
}
