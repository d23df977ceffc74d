const SLOTS = 10;

/**
 * Two counts over the latest stretch of time, where the second counts some of what the first does (requests and failures).
 * Kept in ten slots, so that what is older leaves within a tenth of the window, and counting allocates nothing.
 */
export class SlidingCount {
  readonly #slotMs: number;
  readonly #all = new Float64Array(SLOTS);
  readonly #some = new Float64Array(SLOTS);
  #slot = Number.NEGATIVE_INFINITY;
  #sumAll = 0;
  #sumSome = 0;

  /** @param windowMs above 0 */
  constructor(windowMs: number) {
    this.#slotMs = windowMs / SLOTS;
  }

  /** @param nowMs monotonic */
  add(nowMs: number, all: number, some: number): void {
    this.#move(nowMs);
    const at = this.#slot % SLOTS;
    this.#all[at] = (this.#all[at] ?? 0) + all;
    this.#some[at] = (this.#some[at] ?? 0) + some;
    this.#sumAll += all;
    this.#sumSome += some;
  }

  all(nowMs: number): number {
    this.#move(nowMs);
    return this.#sumAll;
  }

  some(nowMs: number): number {
    this.#move(nowMs);
    return this.#sumSome;
  }

  clear(): void {
    this.#all.fill(0);
    this.#some.fill(0);
    this.#sumAll = 0;
    this.#sumSome = 0;
  }

  #move(nowMs: number): void {
    const slot = Math.floor(nowMs / this.#slotMs);
    if (slot <= this.#slot) return;
    if (slot - this.#slot >= SLOTS) {
      this.clear();
    } else {
      for (let passed = this.#slot + 1; passed <= slot; passed += 1) this.#empty(passed % SLOTS);
    }
    this.#slot = slot;
  }

  #empty(at: number): void {
    this.#sumAll -= this.#all[at] ?? 0;
    this.#sumSome -= this.#some[at] ?? 0;
    this.#all[at] = 0;
    this.#some[at] = 0;
  }
}
