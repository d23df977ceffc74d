/** Pieces from this length on are kept as they are, bytes. */
const KEPT_BYTES = 1 << 10;
/** Shorter ones are copied together into blocks of this size, bytes. */
const BLOCK_BYTES = 16 << 10;

/**
 * Puts bytes together that come in pieces. What it holds is about what came, however short the pieces are: each one that is
 * kept costs an object of more than a hundred bytes, and the whole of what it was cut out of.
 */
export class ByteCollector {
  readonly #pieces: Uint8Array[] = [];
  #block = new Uint8Array(0);
  /** What of the block is not among the pieces yet. */
  #from = 0;
  #to = 0;
  #length = 0;

  /** Bytes so far. */
  get length(): number {
    return this.#length;
  }

  /** @param piece not to be changed afterwards */
  add(piece: Uint8Array): void {
    this.#length += piece.byteLength;
    if (piece.byteLength >= KEPT_BYTES) {
      this.#closeBlock();
      this.#pieces.push(piece);
      return;
    }
    if (this.#to + piece.byteLength > this.#block.byteLength) {
      this.#closeBlock();
      this.#block = new Uint8Array(BLOCK_BYTES);
      this.#from = this.#to = 0;
    }
    this.#block.set(piece, this.#to);
    this.#to += piece.byteLength;
  }

  /** Hands everything over and keeps nothing. @returns a view of the one piece, where there was only one */
  take(): Uint8Array {
    this.#closeBlock();
    const pieces = this.#pieces.splice(0);
    const [first] = pieces;
    const whole = pieces.length === 1 && first !== undefined ? first : this.#joined(pieces);
    this.clear();
    return whole;
  }

  clear(): void {
    this.#pieces.length = 0;
    this.#block = new Uint8Array(0);
    this.#from = this.#to = this.#length = 0;
  }

  #closeBlock(): void {
    if (this.#to > this.#from) this.#pieces.push(this.#block.subarray(this.#from, this.#to));
    this.#from = this.#to;
  }

  #joined(pieces: readonly Uint8Array[]): Uint8Array {
    const whole = new Uint8Array(this.#length);
    let at = 0;
    for (const piece of pieces) {
      whole.set(piece, at);
      at += piece.byteLength;
    }
    return whole;
  }
}
