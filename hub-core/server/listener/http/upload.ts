import type { IncomingMessage } from 'node:http';
import { EMPTY_BYTES } from '../../../common/protocol/message.ts';
import type { BodyClock } from '../body-clock.ts';

/** Bodies up to this length go in one piece, whatever their route takes. */
const WHOLE_BYTES = 64 << 10;
/** Longest Data that is made of a body. */
const PIECE_BYTES = 64 << 10;

export interface UploadDeps {
  /** Bytes that may be sent before the provider grants more. */
  readonly creditBytes: number;
  /** Judges how slowly the body may come. */
  readonly bodyClock: BodyClock;
  readonly send: (piece: Uint8Array, isLast: boolean) => void;
  /** False when the request is over: the rest of its body is of no use. */
  readonly isWanted: () => boolean;
}

/** True for a body that a route which takes streams gets as one. */
export function isUpload({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > WHOLE_BYTES;
}

/** Sends a request's body on as it comes, and reads it no faster than the provider takes it. */
export class Upload {
  readonly #request: IncomingMessage;
  readonly #deps: UploadDeps;
  #credit: number;
  /** Of the chunk that was read last. */
  #rest: Uint8Array = EMPTY_BYTES;
  #ended = false;
  #sentLast = false;

  constructor(request: IncomingMessage, deps: UploadDeps) {
    this.#request = request;
    this.#deps = deps;
    this.#credit = deps.creditBytes;
  }

  start(): void {
    const request = this.#request;
    request.on('data', (chunk: Buffer) => {
      this.#rest = this.#rest.byteLength === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
      this.#flow();
    });
    request.once('end', () => {
      this.#ended = true;
      this.#flow();
    });
    // A caller that goes away ends its request through the response.
    request.on('error', () => undefined);
  }

  /** The provider takes so many bytes more. */
  grant(bytes: number): void {
    this.#credit += bytes;
    this.#flow();
  }

  #flow(): void {
    const { send, isWanted, bodyClock } = this.#deps;
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
      this.#request.pause();
      bodyClock.hold(this.#request);
      return;
    }
    bodyClock.restart(this.#request);
    if (!this.#ended) {
      this.#request.resume();
    } else if (isWanted()) {
      this.#sentLast = true;
      send(EMPTY_BYTES, true);
    }
  }
}
