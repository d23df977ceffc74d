import { ByteCollector } from '../base/byte-collector.ts';

/** Of the little-endian length that stands before each frame of a byte stream, bytes. */
export const LENGTH_BYTES = 4;

const EMPTY_FRAME = new Uint8Array(0);

export interface FrameReaderOptions {
  /** Largest frame, bytes; 0 = none. */
  readonly maxFrameBytes: number;
  /** Largest first frame where that is another, bytes. */
  readonly maxFirstFrameBytes?: number | undefined;
  readonly onFrame: (frame: Uint8Array) => void;
  /** A frame above the limit begins. Nothing is read after it. @param length what it claims to have, bytes */
  readonly onTooLarge: (length: number) => void;
}

/**
 * Cuts a byte stream into frames, wherever it was cut on its way. A frame that came in one piece is not copied; of one that
 * did not come whole no more is held than came, whatever length it claims.
 */
export class FrameReader {
  readonly #options: FrameReaderOptions;
  readonly #parts = new ByteCollector();
  #maxBytes: number;
  /** Of the frame that is being read; undefined while its length is. */
  #wanted: number | undefined;
  #length = 0;
  #lengthBytes = 0;
  #stopped = false;

  constructor(options: FrameReaderOptions) {
    this.#options = options;
    this.#maxBytes = orNone(options.maxFirstFrameBytes ?? options.maxFrameBytes);
  }

  /** Nothing of a frame is held. */
  get isBetweenFrames(): boolean {
    return this.#wanted === undefined && this.#lengthBytes === 0;
  }

  /** @param chunk not to be changed afterwards: frames are views of it */
  push(chunk: Uint8Array): void {
    let at = 0;
    while (at < chunk.byteLength && !this.#stopped) {
      if (this.#wanted === undefined) at = this.#readLength(chunk, at);
      else at = this.#readFrame(chunk, { at, wanted: this.#wanted });
    }
  }

  /** Nothing is announced any more, and nothing held. */
  stop(): void {
    this.#stopped = true;
    this.#parts.clear();
  }

  /** @returns where the rest begins */
  #readLength(chunk: Uint8Array, at: number): number {
    let next = at;
    while (this.#lengthBytes < LENGTH_BYTES && next < chunk.byteLength) {
      this.#length |= (chunk[next] ?? 0) << (8 * this.#lengthBytes);
      this.#lengthBytes += 1;
      next += 1;
    }
    if (this.#lengthBytes < LENGTH_BYTES) return next;
    // The shifts above count the top bit as a sign.
    const length = this.#length >>> 0;
    this.#length = this.#lengthBytes = 0;
    if (length > this.#maxBytes) {
      this.stop();
      this.#options.onTooLarge(length);
    } else if (length === 0) this.#announce(EMPTY_FRAME);
    else this.#wanted = length;
    return next;
  }

  #readFrame(chunk: Uint8Array, { at, wanted }: { readonly at: number; readonly wanted: number }): number {
    const missing = wanted - this.#parts.length;
    const end = Math.min(at + missing, chunk.byteLength);
    const piece = chunk.subarray(at, end);
    if (piece.byteLength === wanted) {
      this.#announce(piece);
      return end;
    }
    this.#parts.add(piece);
    if (this.#parts.length === wanted) this.#announce(this.#parts.take());
    return end;
  }

  #announce(frame: Uint8Array): void {
    this.#wanted = undefined;
    this.#maxBytes = orNone(this.#options.maxFrameBytes);
    this.#options.onFrame(frame);
  }
}

function orNone(limit: number): number {
  return limit === 0 ? Number.POSITIVE_INFINITY : limit;
}
