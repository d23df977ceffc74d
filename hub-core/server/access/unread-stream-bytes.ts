/**
 * How many of the bytes that wait in a connection's outgoing buffer are Data of streams. A buffer goes out in the order
 * that it was written in, so it is enough to remember where each Data ended.
 */
export class UnreadStreamBytes {
  /** Position of the end and size of each, oldest first, from `#first` on. */
  #ends: number[] = [];
  #sizes: number[] = [];
  #first = 0;
  #sum = 0;

  /**
   * Notes a frame of Data.
   *
   * @param endsAt bytes written to the connection up to the frame's end
   * @param bufferedBytes of these, those that still wait
   */
  add(bytes: number, endsAt: number, bufferedBytes: number): void {
    this.#forget(endsAt - bufferedBytes);
    this.#ends.push(endsAt);
    this.#sizes.push(bytes);
    this.#sum += bytes;
  }

  /** @param sentBytes bytes that have left the buffer, of all that were ever written */
  waiting(sentBytes: number): number {
    this.#forget(sentBytes);
    return this.#sum;
  }

  #forget(sentBytes: number): void {
    while (this.#first < this.#ends.length && (this.#ends[this.#first] ?? 0) <= sentBytes) {
      this.#sum -= this.#sizes[this.#first] ?? 0;
      this.#first += 1;
    }
    if (this.#first * 2 < this.#ends.length) return;
    this.#ends = this.#ends.slice(this.#first);
    this.#sizes = this.#sizes.slice(this.#first);
    this.#first = 0;
  }
}
