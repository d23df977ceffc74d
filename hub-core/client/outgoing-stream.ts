import { Flag, Kind } from '../common/protocol/message.ts';
import { readerOf, type ByteReader, type ByteStream } from './byte-stream.ts';
import type { StreamLink } from './stream-link.ts';

/** Largest payload of one Data: large enough to be cheap, small enough that others on the connection get their turn. */
export const MAX_CHUNK_BYTES = 64 << 10;
/** Most that the JSON form and the other fields of a Data add to its payload: a third, and this. */
const OVERHEAD_BYTES = 512;

export interface OutgoingStreamDeps {
  readonly id: number;
  readonly link: StreamLink;
  /** Bytes that may be sent before the first Credit. */
  readonly creditBytes: number;
  /** The hub's limit for a frame; 0 = none. */
  readonly maxFrameBytes: number;
}

function chunkBytes(maxFrameBytes: number): number {
  if (maxFrameBytes === 0) return MAX_CHUNK_BYTES;
  return Math.max(1, Math.min(MAX_CHUNK_BYTES, Math.floor(((maxFrameBytes - OVERHEAD_BYTES) * 3) / 4)));
}

/** Sends a body in pieces as far as the receiver's credit reaches, and asks its source for no more than it may send. */
export class OutgoingStream {
  readonly #deps: OutgoingStreamDeps;
  readonly #source: ByteStream;
  readonly #chunkBytes: number;
  #reader: ByteReader | undefined;
  #credit: number;
  #stopped = false;
  #wake: (() => void) | undefined;

  constructor(source: ByteStream, deps: OutgoingStreamDeps) {
    this.#source = source;
    this.#deps = deps;
    this.#credit = deps.creditBytes;
    this.#chunkBytes = chunkBytes(deps.maxFrameBytes);
  }

  /** Bytes that the receiver still takes. */
  get credit(): number {
    return this.#credit;
  }

  /**
   * Sends everything and the End; call it once.
   *
   * @returns when that is done, or {@link stop} was called
   * @throws what the source throws: no End was sent then
   */
  async run(): Promise<void> {
    const { id, link } = this.#deps;
    const reader = readerOf(this.#source);
    this.#reader = reader;
    using _draining = link.onDidDrain.subscribe(() => this.#wake?.());
    try {
      for (;;) {
        await this.#room();
        const chunk = this.#stopped ? undefined : await reader.next();
        if (chunk === undefined) break;
        await this.#sendAll(chunk);
      }
      if (!this.#stopped) link.send({ kind: Kind.Data, id, flags: Flag.End });
    } catch (error) {
      reader.cancel(error);
      // A source that fails because it was stopped is no failure of the stream.
      if (!this.#stopped) throw error;
    }
  }

  /** The receiver takes that many bytes more. */
  grant(bytes: number): void {
    this.#credit += bytes;
    this.#wake?.();
  }

  /** Sends nothing more, and lets go of the source. */
  stop(reason: unknown): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#reader?.cancel(reason);
    this.#wake?.();
  }

  async #sendAll(chunk: Uint8Array): Promise<void> {
    const { id, link } = this.#deps;
    for (let at = 0; at < chunk.length;) {
      await this.#room();
      if (this.#stopped) return;
      const payload = chunk.subarray(at, at + Math.min(this.#chunkBytes, this.#credit));
      at += payload.length;
      this.#credit -= payload.length;
      link.send({ kind: Kind.Data, id, payload });
    }
  }

  /** Waits until a byte may be sent, or nothing more is to be. */
  async #room(): Promise<void> {
    while (!this.#stopped && (this.#credit <= 0 || this.#deps.link.congested)) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      await promise;
      this.#wake = undefined;
    }
  }
}
