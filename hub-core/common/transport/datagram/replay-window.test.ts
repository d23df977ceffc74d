import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ReplayWindow } from './replay-window.ts';

/** What a window must say, by remembering everything. */
class Model {
  readonly #came = new Set<number>();
  readonly #size: number;

  constructor(size: number) {
    this.#size = size;
  }

  isFresh(number: number): boolean {
    const highest = Math.max(0, ...this.#came);
    return number > 0 && !this.#came.has(number) && number > highest - this.#size;
  }

  mark(number: number): void {
    this.#came.add(number);
  }
}

describe('ReplayWindow', () => {
  it('[UD3] lets each number through once, in any order, and none that is older than the window', () => {
    const steps = fc.array(fc.oneof(fc.nat(400), fc.nat(3_000), fc.nat(0xffff_ffff)), { maxLength: 300 });
    fc.assert(
      fc.property(fc.constantFrom(64, 128, 1_024), steps, (size, numbers) => {
        const window = new ReplayWindow(size);
        const model = new Model(size);
        for (const number of numbers) {
          const fresh = model.isFresh(number);
          expect(window.isFresh(number)).toBe(fresh);
          if (!fresh) continue;
          window.mark(number);
          model.mark(number);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('[UD3] goes on at the end of 32 bits', () => {
    const window = new ReplayWindow(64);
    const last = 0xffff_ffff;
    for (const number of [last - 63, last - 1, last]) {
      expect(window.isFresh(number)).toBe(true);
      window.mark(number);
      expect(window.isFresh(number)).toBe(false);
    }
    expect(window.isFresh(last - 62)).toBe(true);
    expect(window.isFresh(last - 64)).toBe(false);
  });

  it.each([0, 32, 100])('[UD3] refuses a size of %d', (size) => {
    expect(() => new ReplayWindow(size)).toThrow(RangeError);
  });
});
