import { ProtocolError } from '../../common/errors/hub-error.ts';
import { orNone, type AccessLimits } from './access-limits.ts';

export interface HeldFrame {
  readonly frame: Uint8Array;
  readonly receivedMs: number;
}

/** What a client sent between its Hello and the hub's Welcome, in order. */
export class HeldFrames {
  readonly #maxMessages: number;
  readonly #maxBytes: number;
  #frames: HeldFrame[] = [];
  #bytes = 0;

  constructor(limits: Pick<AccessLimits, 'maxHeldMessages' | 'maxHeldBytes'>) {
    this.#maxMessages = orNone(limits.maxHeldMessages);
    this.#maxBytes = orNone(limits.maxHeldBytes);
  }

  /** @throws {ProtocolError} TOO_LARGE_ERR when there is no room */
  hold(held: HeldFrame): void {
    this.#bytes += held.frame.byteLength;
    if (this.#frames.length >= this.#maxMessages || this.#bytes > this.#maxBytes) {
      this.#frames = [];
      throw new ProtocolError(
        `Cannot hold more before Welcome: the limit is ${String(this.#maxMessages)} messages and ${String(this.#maxBytes)} bytes`,
        { errorName: 'TOO_LARGE_ERR' },
      );
    }
    this.#frames.push(held);
  }

  /** Hands everything over and keeps nothing. */
  take(): readonly HeldFrame[] {
    const frames = this.#frames;
    this.#frames = [];
    this.#bytes = 0;
    return frames;
  }
}
