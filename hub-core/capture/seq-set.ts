const FIRST_CAPACITY = 256;

/** Sequence numbers in ascending order, 8 bytes each: a million of them are cheap, an array of boxed ones is not. */
export class SeqSet {
  #seqs = new Float64Array(FIRST_CAPACITY);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Place of the first one that is not below `seq`; `size` when all are. */
  indexOf(seq: number): number {
    let [low, high] = [0, this.#size];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#seqs[middle] ?? 0) < seq) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  slice(from: number, to: number): Float64Array {
    return this.#seqs.subarray(Math.min(from, this.#size), Math.min(to, this.#size));
  }

  /** @param seqs ascending, all above those that are here */
  append(seqs: readonly number[]): void {
    this.#reserve(seqs.length);
    this.#seqs.set(seqs, this.#size);
    this.#size += seqs.length;
  }

  add(seq: number): void {
    const at = this.indexOf(seq);
    if (at < this.#size && this.#seqs[at] === seq) return;
    this.#reserve(1);
    this.#seqs.copyWithin(at + 1, at, this.#size);
    this.#seqs[at] = seq;
    this.#size += 1;
  }

  remove(seq: number): void {
    const at = this.indexOf(seq);
    if (at === this.#size || this.#seqs[at] !== seq) return;
    this.#seqs.copyWithin(at, at + 1, this.#size);
    this.#size -= 1;
  }

  dropBelow(seq: number): void {
    const at = this.indexOf(seq);
    if (at === 0) return;
    this.#seqs.copyWithin(0, at, this.#size);
    this.#size -= at;
  }

  clear(): void {
    this.#size = 0;
  }

  #reserve(more: number): void {
    const needed = this.#size + more;
    if (needed <= this.#seqs.length) return;
    const grown = new Float64Array(Math.max(needed, this.#seqs.length * 2));
    grown.set(this.#seqs.subarray(0, this.#size));
    this.#seqs = grown;
  }
}
