import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { EMPTY_BYTES } from '../../../common/protocol/message.ts';

/** Bodies up to this length go in one piece, whatever their route takes. */
const WHOLE_BYTES = 64 << 10;
/** Longest Data that is made of a body. */
const PIECE_BYTES = 64 << 10;

/** Judges how slowly the other side sends. */
export interface Pace {
  /** The hub does not read for now. */
  hold(): void;
  /** A piece came, and the next one is waited for. */
  restart(): void;
}

export interface UploadDeps {
  /** Bytes that may be sent before the provider grants more. */
  readonly creditBytes: number;
  /** Absent: it may come as slowly as it likes. */
  readonly pace?: Pace;
  readonly send: (piece: Uint8Array, isLast: boolean) => void;
  /** False when the request is over: the rest of its body is of no use. */
  readonly isWanted: () => boolean;
}

/** True for a body that a route which takes streams gets as one. */
export function isUpload({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > WHOLE_BYTES;
}

/** Sends a request's body, or what comes over its socket, on as it comes, and reads it no faster than the provider takes it. */
export class Upload {
  readonly #source: Readable;
  readonly #deps: UploadDeps;
  #credit: number;
  /** Of the chunk that was read last. */
  #rest: Uint8Array = EMPTY_BYTES;
  #ended = false;
  #sentLast = false;

  constructor(source: Readable, deps: UploadDeps) {
    this.#source = source;
    this.#deps = deps;
    this.#credit = deps.creditBytes;
  }

  start(): void {
    const source = this.#source;
    source.on('data', (chunk: Buffer) => {
      this.#rest = this.#rest.byteLength === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
      this.#flow();
    });
    source.once('end', () => {
      this.#ended = true;
      this.#flow();
    });
    // A caller that goes away ends its request through the response.
    source.on('error', () => undefined);
  }

  /** The provider takes so many bytes more. */
  grant(bytes: number): void {
    this.#credit += bytes;
    this.#flow();
  }

  #flow(): void {
    const { send, isWanted, pace } = this.#deps;
    if (this.#sentLast || !isWanted()) {
      this.#rest = EMPTY_BYTES;
      return;
    }
    while (this.#rest.byteLength > 0 && this.#credit > 0 && isWanted()) {
      const piece = this.#rest.subarray(0, Math.min(this.#credit, PIECE_BYTES));
      this.#rest = this.#rest.subarray(piece.byteLength);
      this.#credit -= piece.byteLength;
      send(piece, false);
    }
    if (this.#rest.byteLength > 0) {
      this.#source.pause();
      pace?.hold();
      return;
    }
    pace?.restart();
    if (!this.#ended) {
      this.#source.resume();
    } else if (isWanted()) {
      this.#sentLast = true;
      send(EMPTY_BYTES, true);
    }
  }
}
