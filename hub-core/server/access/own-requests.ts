/** A connection's own requests that are not settled, and whether they are so large that it is not read meanwhile. */
export class OwnRequests {
  readonly #maxBytes: number;
  #count = 0;
  #bytes = 0;
  #reading = true;

  /** @param maxBytes above which the connection is not read */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get count(): number {
    return this.#count;
  }
  /** What they keep in memory, about. */
  get bytes(): number {
    return this.#bytes;
  }
  /** Whether the connection is read. */
  get reading(): boolean {
    return this.#reading;
  }

  /** @returns true when it is no longer to be read */
  began(bytes: number): boolean {
    this.#count += 1;
    this.#bytes += bytes;
    if (!this.#reading || this.#bytes <= this.#maxBytes) return false;
    this.#reading = false;
    return true;
  }

  /** @returns true when it is to be read again */
  ended(bytes: number): boolean {
    this.#count -= 1;
    this.#bytes -= bytes;
    if (this.#reading || this.#bytes > this.#maxBytes / 2) return false;
    this.#reading = true;
    return true;
  }
}
