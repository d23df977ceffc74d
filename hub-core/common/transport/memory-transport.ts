import { Emitter } from '../base/emitter.ts';
import type { FrameType } from '../protocol/codec.ts';
import { FrameInbox } from './frame-inbox.ts';
import type { CloseReason, Transport, TransportViolation } from './transport.ts';

const DEFAULT_HIGH_WATER_BYTES = 16 << 20;

export interface MemoryTransportOptions {
  /** Default binary. */
  readonly frameType?: FrameType;
  /** `bufferedBytes` above which `send` says stop; 0 = none. Default 16 MiB. */
  readonly highWaterBytes?: number;
}

/**
 * Two ends of one link inside a process. Frames arrive in a microtask of their own, never while `send` runs, as on a real
 * link; those for an end that does not read wait at the sender, so back-pressure is real too.
 */
export function createMemoryTransportPair(options: MemoryTransportOptions = {}): [Transport, Transport] {
  const [left, right] = [new MemoryTransport(options), new MemoryTransport(options)];
  left.join(right);
  right.join(left);
  return [left, right];
}

class MemoryTransport implements Transport {
  readonly kind = 'memory';
  readonly remoteAddress = 'memory';
  readonly frameType: FrameType;
  readonly #highWaterBytes: number;
  readonly #inbox = new FrameInbox();
  readonly #drained = new Emitter<void>();
  readonly #violated = new Emitter<TransportViolation>();
  readonly #closed = new Emitter<CloseReason>();
  #peer: MemoryTransport | undefined;
  /** Sent and not yet taken by the other end. */
  #outgoing: Uint8Array[] = [];
  #bufferedBytes = 0;
  #congested = false;
  #reading = true;
  #scheduled = false;
  #state: 'open' | 'closing' | 'closed' = 'open';
  #reason: CloseReason | undefined;

  readonly onFrame = this.#inbox.onFrame;
  readonly onDidDrain = this.#drained.event;
  readonly onViolation = this.#violated.event;
  readonly onDidClose = this.#closed.event;

  constructor(options: MemoryTransportOptions) {
    this.frameType = options.frameType ?? 'binary';
    const highWaterBytes = options.highWaterBytes ?? DEFAULT_HIGH_WATER_BYTES;
    this.#highWaterBytes = highWaterBytes === 0 ? Number.POSITIVE_INFINITY : highWaterBytes;
  }

  get bufferedBytes(): number {
    return this.#bufferedBytes;
  }

  join(peer: MemoryTransport): void {
    this.#peer = peer;
  }

  send(frame: Uint8Array): boolean {
    if (this.#state !== 'open') return false;
    this.#outgoing.push(frame);
    this.#bufferedBytes += frame.byteLength;
    if (this.#bufferedBytes > this.#highWaterBytes) this.#congested = true;
    this.#schedule();
    return !this.#congested;
  }

  setReading(reading: boolean): void {
    this.#reading = reading;
    const peer = this.#peer;
    if (reading && peer !== undefined) peer.#schedule();
  }

  close(reason: CloseReason): void {
    if (this.#state !== 'open') return;
    this.#state = 'closing';
    this.#reason = reason;
    this.#schedule();
  }

  terminate(): void {
    if (this.#state === 'closed') return;
    this.#state = 'closing';
    this.#outgoing = [];
    this.#bufferedBytes = 0;
    this.#reason ??= { code: 1_006, text: '' };
    this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      this.#deliver();
    });
  }

  #deliver(): void {
    const peer = this.#peer;
    if (peer === undefined || this.#state === 'closed') return;
    // An end that closes is read to its end, whether the other reads or not: its link has no time limit to cut it with.
    while (peer.#reading || this.#state === 'closing') {
      const frame = this.#outgoing.shift();
      if (frame === undefined) break;
      this.#bufferedBytes -= frame.byteLength;
      peer.#inbox.push(frame);
    }
    this.#checkDrained();
    if (this.#reason === undefined) return;
    peer.#end(peer.#reason ?? this.#reason);
    this.#end(this.#reason);
  }

  #checkDrained(): void {
    if (!this.#congested || this.#state !== 'open' || this.#bufferedBytes > this.#highWaterBytes / 2) return;
    this.#congested = false;
    this.#drained.emit();
  }

  #end(reason: CloseReason): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#outgoing = [];
    this.#bufferedBytes = 0;
    this.#inbox.close();
    this.#drained[Symbol.dispose]();
    this.#violated[Symbol.dispose]();
    this.#closed.emit(reason);
    this.#closed[Symbol.dispose]();
  }
}
