/**
 * How often something happened lately, for each key: at most `limit` times are kept of one, and of at most `maxKeys` keys,
 * the longest quiet ones going first.
 */
export class RecentCounts {
  readonly #windowMs: number;
  readonly #limit: number;
  readonly #maxKeys: number;
  readonly #times = new Map<string, number[]>();

  constructor(options: { readonly windowMs: number; readonly limit: number; readonly maxKeys: number }) {
    this.#windowMs = options.windowMs;
    this.#limit = options.limit;
    this.#maxKeys = options.maxKeys;
  }

  get size(): number {
    return this.#times.size;
  }

  /** @returns how often it happened within the window, this time included, at most `limit` */
  note(key: string, nowMs: number): number {
    const times = [...this.#recent(key, nowMs), nowMs].slice(-this.#limit);
    this.#times.delete(key);
    this.#times.set(key, times);
    if (this.#times.size > this.#maxKeys) this.#dropOldest();
    return times.length;
  }

  count(key: string, nowMs: number): number {
    return this.#recent(key, nowMs).length;
  }

  forget(key: string): void {
    this.#times.delete(key);
  }

  sweep(nowMs: number): void {
    for (const key of this.#times.keys()) if (this.count(key, nowMs) === 0) this.#times.delete(key);
  }

  #recent(key: string, nowMs: number): readonly number[] {
    const since = nowMs - this.#windowMs;
    return (this.#times.get(key) ?? []).filter((atMs) => atMs > since);
  }

  #dropOldest(): void {
    for (const key of this.#times.keys()) {
      this.#times.delete(key);
      return;
    }
  }
}
