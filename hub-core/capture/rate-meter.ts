import type { Clock } from '../common/base/clock.ts';

const WINDOW_MS = 1000;
const SLOTS = 10;
const SLOT_MS = WINDOW_MS / SLOTS;

/** Counts what happened in the last second, in tenths. Announces once more when it went quiet, so that a shown rate falls to 0. */
export class RateMeter implements Disposable {
  readonly #clock: Clock;
  readonly #onQuiet: () => void;
  readonly #counts = new Float64Array(SLOTS);
  readonly #slots = new Float64Array(SLOTS).fill(-1);
  #timer: Disposable | undefined;

  constructor(clock: Clock, onQuiet: () => void) {
    this.#clock = clock;
    this.#onQuiet = onQuiet;
  }

  add(count: number): void {
    if (count === 0) return;
    const slot = Math.floor(this.#clock.nowMs() / SLOT_MS);
    const index = slot % SLOTS;
    if (this.#slots[index] !== slot) {
      this.#slots[index] = slot;
      this.#counts[index] = 0;
    }
    this.#counts[index] = (this.#counts[index] ?? 0) + count;
    this.#timer?.[Symbol.dispose]();
    this.#timer = this.#clock.after(WINDOW_MS + SLOT_MS, () => {
      this.#timer = undefined;
      this.#onQuiet();
    });
  }

  perSec(): number {
    const oldest = Math.floor(this.#clock.nowMs() / SLOT_MS) - SLOTS + 1;
    return this.#counts.reduce((sum, count, index) => ((this.#slots[index] ?? -1) >= oldest ? sum + count : sum), 0);
  }

  [Symbol.dispose](): void {
    this.#timer?.[Symbol.dispose]();
  }
}
