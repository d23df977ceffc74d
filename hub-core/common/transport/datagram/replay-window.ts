const BITS = 32;

/**
 * Which numbers of a rising sequence have come, of the newest `size` ones; what is older counts as come. Both marking and
 * asking take constant time, but for the words that a jump ahead leaves behind.
 *
 * @see RFC 6479, "IPsec Anti-Replay Algorithm without Bit Shifting"
 */
export class ReplayWindow {
  readonly #words: Uint32Array;
  readonly #size: number;
  #highest = 0;

  /** @param size a power of two, at least 64; numbers are 1 and above */
  constructor(size: number) {
    if (size < 2 * BITS || (size & (size - 1)) !== 0) {
      throw new RangeError(`Cannot keep a window of ${String(size)} numbers: it must be a power of two from 64 on`);
    }
    // One word more than the window: its oldest and its newest number may lie in the middle of one.
    this.#words = new Uint32Array(size / BITS + 1);
    this.#size = size;
  }

  /** True for a number that has not come and is not too old to know. */
  isFresh(number: number): boolean {
    if (number > this.#highest) return true;
    if (number === 0 || this.#highest - number >= this.#size) return false;
    return ((this.#words[this.#wordOf(number)] ?? 0) & (1 << (number % BITS))) === 0;
  }

  mark(number: number): void {
    if (number > this.#highest) this.#advance(number);
    const at = this.#wordOf(number);
    this.#words[at] = (this.#words[at] ?? 0) | (1 << (number % BITS));
  }

  #advance(number: number): void {
    const words = this.#words.length;
    const from = Math.floor(this.#highest / BITS);
    const steps = Math.min(Math.floor(number / BITS) - from, words);
    for (let step = 1; step <= steps; step += 1) this.#words[(from + step) % words] = 0;
    this.#highest = number;
  }

  #wordOf(number: number): number {
    return Math.floor(number / BITS) % this.#words.length;
  }
}
