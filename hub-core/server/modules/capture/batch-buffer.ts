import type { BodySlice } from '../../../common/traffic/exchange.ts';

const MIN_CAPACITY = 16 << 10;

/**
 * Where a batch's bodies are gathered: one buffer that is handed over whole. A view of a larger buffer must never be
 * cloned between threads, since the clone carries the whole buffer.
 */
export class BatchBuffer {
  #bytes: Uint8Array<ArrayBuffer> = new Uint8Array(MIN_CAPACITY);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Copies the first `stored` bytes of a body. */
  add(body: Uint8Array, stored: number): BodySlice {
    const offset = this.#length;
    if (stored > 0) {
      this.#reserve(offset + stored);
      this.#bytes.set(stored === body.byteLength ? body : body.subarray(0, stored), offset);
      this.#length += stored;
    }
    return { offset, stored, total: body.byteLength };
  }

  /** @returns everything gathered, in a buffer of exactly that length, which is the caller's */
  take(): Uint8Array<ArrayBuffer> {
    const bytes = this.#bytes.slice(0, this.#length);
    // A buffer that one large body blew up is not kept.
    if (this.#bytes.byteLength > 4 * Math.max(MIN_CAPACITY, this.#length)) this.#bytes = new Uint8Array(MIN_CAPACITY);
    this.#length = 0;
    return bytes;
  }

  #reserve(length: number): void {
    if (length <= this.#bytes.byteLength) return;
    const grown = new Uint8Array(Math.max(length, this.#bytes.byteLength * 2));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }
}
