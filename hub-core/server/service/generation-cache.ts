/**
 * A bounded map for what can be computed again: when the young half is full it becomes the old one and the old one is
 * dropped, so what is used stays and no bookkeeping is done on a hit.
 */
export class GenerationCache<V> {
  readonly #maxEntries: number;
  #young = new Map<string, V>();
  #old = new Map<string, V>();

  /** @param maxEntries of each half, ≥ 1 */
  constructor(maxEntries: number) {
    this.#maxEntries = maxEntries;
  }

  get size(): number {
    return this.#young.size + this.#old.size;
  }

  get(key: string): V | undefined {
    const young = this.#young.get(key);
    if (young !== undefined) return young;
    const old = this.#old.get(key);
    if (old !== undefined) this.set(key, old);
    return old;
  }

  set(key: string, value: V): void {
    if (this.#young.size >= this.#maxEntries) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(key, value);
  }

  clear(): void {
    this.#young.clear();
    this.#old.clear();
  }
}
