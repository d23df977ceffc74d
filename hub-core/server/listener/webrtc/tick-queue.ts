import { ByteAcks, FrameBatch } from './frame-batch.ts';
import type { Tick } from './thread-messages.ts';

/** Frames are handed over before the tick ends when there are so many bytes of them. */
const MAX_BATCH_BYTES = 256 << 10;

/** Where a {@link TickQueue} ends. */
export interface TickPort {
  post(tick: Tick, transfer: readonly ArrayBuffer[]): void;
  /** Runs a function at the end of the tick. */
  defer(flush: () => void): void;
}

/** Collects frames and acknowledgements for the other thread, and hands over those of one tick together. */
export class TickQueue {
  readonly #port: TickPort;
  readonly #frames = new FrameBatch();
  readonly #acks = new ByteAcks();
  #scheduled = false;
  readonly #end = (): void => {
    this.#scheduled = false;
    this.flush();
  };

  constructor(port: TickPort) {
    this.#port = port;
  }

  /** @param frame not written to before the tick ends */
  send(peer: number, frame: Uint8Array): void {
    this.#frames.add(peer, frame);
    if (this.#frames.byteLength > MAX_BATCH_BYTES) this.flush();
    else this.#schedule();
  }

  acknowledge(peer: number, bytes: number): void {
    this.#acks.add(peer, bytes);
    this.#schedule();
  }

  /** Hands over what there is, for what is posted next comes after it. */
  flush(): void {
    if (this.#frames.isEmpty && this.#acks.isEmpty) return;
    const acks = this.#acks.take();
    if (this.#frames.isEmpty) this.#port.post({ type: 'tick', frames: undefined, acks }, []);
    else {
      const frames = this.#frames.take();
      this.#port.post({ type: 'tick', frames, acks }, [frames]);
    }
  }

  /** Forgets what was not handed over. */
  clear(): void {
    this.#frames.take();
    this.#acks.take();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#port.defer(this.#end);
  }
}
