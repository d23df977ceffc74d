import type { Clock } from '../../../common/base/clock.ts';
import { Emitter } from '../../../common/base/emitter.ts';
import { FrameInbox } from '../../../common/transport/frame-inbox.ts';
import type { CloseReason, Transport, TransportViolation } from '../../../common/transport/transport.ts';

const CLOSE_TIMEOUT_MS = 2_000;

/** The way to one peer, which another thread holds. */
export interface PeerWire {
  send(frame: Uint8Array): void;
  /** So many bytes that came are out of our hands. */
  acknowledge(bytes: number): void;
  close(): void;
  cut(): void;
}

export interface PeerTransportOptions {
  readonly wire: PeerWire;
  readonly clock: Clock;
  readonly remoteAddress: string;
  readonly maxFrameBytes: number;
  /** `bufferedBytes` above which `send` says stop; 0 = none. */
  readonly highWaterBytes: number;
}

/** The hub's end of a WebRTC link. What the thread reports of the peer is told to it. */
export class PeerTransport implements Transport {
  readonly kind = 'webrtc';
  readonly frameType = 'binary';
  readonly remoteAddress: string;
  readonly maxFrameBytes: number;
  readonly #wire: PeerWire;
  readonly #clock: Clock;
  readonly #highWaterBytes: number;
  readonly #inbox = new FrameInbox();
  readonly #drained = new Emitter<void>();
  readonly #violated = new Emitter<TransportViolation>();
  readonly #closed = new Emitter<CloseReason>();
  #bufferedBytes = 0;
  /** Came while nobody read: the peer is not allowed more in its place. */
  #unreadBytes = 0;
  #reading = true;
  #congested = false;
  #state: 'open' | 'closing' | 'closed' = 'open';
  #violation = false;
  #localReason: CloseReason | undefined;
  #closeTimer: Disposable | undefined;

  readonly onFrame = this.#inbox.onFrame;
  readonly onDidDrain = this.#drained.event;
  readonly onViolation = this.#violated.event;
  readonly onDidClose = this.#closed.event;

  constructor({ wire, clock, remoteAddress, maxFrameBytes, highWaterBytes }: PeerTransportOptions) {
    this.#wire = wire;
    this.#clock = clock;
    this.remoteAddress = remoteAddress;
    this.maxFrameBytes = maxFrameBytes;
    this.#highWaterBytes = highWaterBytes === 0 ? Number.POSITIVE_INFINITY : highWaterBytes;
  }

  get bufferedBytes(): number {
    return this.#bufferedBytes;
  }

  send(frame: Uint8Array): boolean {
    if (this.#state !== 'open') return false;
    this.#bufferedBytes += frame.byteLength;
    this.#wire.send(frame);
    if (this.#bufferedBytes > this.#highWaterBytes) this.#congested = true;
    return !this.#congested;
  }

  setReading(reading: boolean): void {
    this.#reading = reading;
    if (!reading || this.#unreadBytes === 0) return;
    this.#wire.acknowledge(this.#unreadBytes);
    this.#unreadBytes = 0;
  }

  close(reason: CloseReason): void {
    if (this.#state !== 'open') return;
    this.#state = 'closing';
    this.#localReason = reason;
    this.#closeTimer = this.#clock.after(CLOSE_TIMEOUT_MS, () => this.#wire.cut());
    // The other side may have to be heard for it to close.
    this.setReading(true);
    this.#wire.close();
  }

  terminate(): void {
    if (this.#state === 'closed') return;
    this.#state = 'closing';
    this.#wire.cut();
  }

  /** A message came. */
  received(frame: Uint8Array): void {
    if (this.#reading) this.#wire.acknowledge(frame.byteLength);
    else this.#unreadBytes += frame.byteLength;
    if (this.#state !== 'closed' && !this.#violation) this.#inbox.push(frame);
  }

  /** So many bytes are on their way to the peer. */
  acknowledged(bytes: number): void {
    this.#bufferedBytes -= bytes;
    if (!this.#congested || this.#bufferedBytes > this.#highWaterBytes / 2) return;
    this.#congested = false;
    if (this.#state === 'open') this.#drained.emit();
  }

  /** The peer broke the rules of the link. */
  violated(violation: TransportViolation): void {
    if (this.#state === 'closed' || this.#violation) return;
    this.#violation = true;
    this.#violated.emit(violation);
  }

  /** The link is gone. */
  ended(reason: CloseReason): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#closeTimer?.[Symbol.dispose]();
    this.#bufferedBytes = 0;
    this.#inbox.close();
    this.#drained[Symbol.dispose]();
    this.#violated[Symbol.dispose]();
    this.#closed.emit(this.#localReason ?? reason);
    this.#closed[Symbol.dispose]();
  }
}
