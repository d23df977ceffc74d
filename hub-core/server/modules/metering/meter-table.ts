import type { MeterSnapshot } from './meter-snapshot.ts';
import { Meter } from './meter.ts';

/** What is counted for keys that are not kept apart. */
export const OTHER = 'other';
/** A key that nothing was counted for in this time makes room for another. */
const IDLE_MS = 60_000;
/** How often, at most, room is looked for: whoever makes up keys must not make the hub search at each of them. */
const SWEEP_MS = 1_000;

/**
 * A bounded number of meters by key. One key more than that makes those room that were idle for a minute; where none
 * was, it counts as `other`, and so do those that had to go. So nothing is counted twice or lost.
 */
export class MeterTable {
  readonly other = new Meter();
  readonly #capacity: number;
  readonly #meters = new Map<string, Meter>();
  #sweptMs = Number.NEGATIVE_INFINITY;

  /** @param capacity most keys that are kept apart */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#meters.size;
  }

  /** The meter to count `key` in. */
  of(key: string, nowMs: number): Meter {
    let meter = this.#meters.get(key);
    if (meter === undefined) {
      if (this.#meters.size >= this.#capacity) this.#sweep(nowMs);
      if (this.#meters.size >= this.#capacity) return this.other;
      meter = new Meter();
      this.#meters.set(key, meter);
    }
    meter.lastUsedMs = nowMs;
    return meter;
  }

  get(key: string): Meter | undefined {
    return this.#meters.get(key);
  }

  entries(): Iterable<[key: string, meter: Meter]> {
    return this.#meters.entries();
  }

  /** Most requests first, `other` last and only when there is something in it. */
  snapshots(): readonly MeterSnapshot[] {
    const kept = Array.from(this.#meters, ([key, meter]) => meter.snapshot(key));
    const other = this.other.snapshot(OTHER);
    return [...kept.toSorted((one, two) => two.requests - one.requests), ...(other.requests === 0 ? [] : [other])];
  }

  #sweep(nowMs: number): void {
    if (nowMs - this.#sweptMs < SWEEP_MS) return;
    this.#sweptMs = nowMs;
    for (const [key, meter] of this.#meters) {
      if (nowMs - meter.lastUsedMs < IDLE_MS) continue;
      this.other.merge(meter);
      this.#meters.delete(key);
    }
  }
}
