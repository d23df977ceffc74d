import type { ByteSocket } from './byte-socket.ts';
import { LENGTH_BYTES } from './frame-reader.ts';

/** Held longer, large messages lose more than small ones gain; as for WebSockets. */
const MAX_HELD_BYTES = 16 << 10;
/** Shorter frames are copied together, which costs less than a piece of its own does. */
const MAX_COPIED_BYTES = 4 << 10;

export interface FrameWriterOptions {
  readonly socket: ByteSocket;
  /** Runs a function at the end of the tick: `process.nextTick`. */
  readonly defer: (flush: () => void) => void;
}

/** Writes frames with their lengths before them; those of one tick leave together. */
export class FrameWriter {
  readonly #socket: ByteSocket;
  readonly #defer: (flush: () => void) => void;
  readonly #frames: Uint8Array[] = [];
  readonly #pieces: Uint8Array[] = [];
  #heldBytes = 0;
  #watched = false;
  #deferred = false;
  readonly #flushDeferred = (): void => {
    this.#deferred = false;
    this.flush();
  };

  constructor({ socket, defer }: FrameWriterOptions) {
    this.#socket = socket;
    this.#defer = defer;
  }

  /** Not handed to the socket yet, bytes with the lengths. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** @param watched the socket is to tell when the frame has left */
  write(frame: Uint8Array, watched: boolean): void {
    this.#frames.push(frame);
    this.#heldBytes += LENGTH_BYTES + frame.byteLength;
    this.#watched ||= watched;
    if (this.#heldBytes > MAX_HELD_BYTES) this.flush();
    else if (!this.#deferred) {
      this.#deferred = true;
      this.#defer(this.#flushDeferred);
    }
  }

  /** Hands everything to the socket now. */
  flush(): void {
    if (this.#frames.length === 0) return;
    this.#layOut();
    const watched = this.#watched;
    this.#frames.length = this.#heldBytes = 0;
    this.#watched = false;
    this.#socket.write(this.#pieces, watched);
    this.#pieces.length = 0;
  }

  /** Large frames become pieces as they are; what lies between them, and all lengths, is copied together. */
  #layOut(): void {
    const frames = this.#frames;
    let first = 0;
    for (let index = 0; index < frames.length; index += 1) {
      const frame = frames[index];
      if (frame === undefined || frame.byteLength <= MAX_COPIED_BYTES) continue;
      this.#copyTogether(first, index, frame.byteLength);
      this.#pieces.push(frame);
      first = index + 1;
    }
    if (first < frames.length) this.#copyTogether(first, frames.length, undefined);
  }

  /** @param lengthBehind of the large frame that follows */
  #copyTogether(from: number, to: number, lengthBehind: number | undefined): void {
    const frames = this.#frames;
    let size = lengthBehind === undefined ? 0 : LENGTH_BYTES;
    for (let index = from; index < to; index += 1) size += LENGTH_BYTES + (frames[index]?.byteLength ?? 0);
    const piece = this.#socket.allocate(size);
    let at = 0;
    for (let index = from; index < to; index += 1) {
      const frame = frames[index];
      if (frame === undefined) continue;
      at = putLength(piece, at, frame.byteLength);
      piece.set(frame, at);
      at += frame.byteLength;
    }
    if (lengthBehind !== undefined) putLength(piece, at, lengthBehind);
    this.#pieces.push(piece);
  }
}

/** Little-endian. @returns where the next byte goes */
export function putLength(bytes: Uint8Array, at: number, length: number): number {
  bytes[at] = length;
  bytes[at + 1] = length >>> 8;
  bytes[at + 2] = length >>> 16;
  bytes[at + 3] = length >>> 24;
  return at + LENGTH_BYTES;
}
