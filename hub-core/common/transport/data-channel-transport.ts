import type { Clock } from '../base/clock.ts';
import { Emitter } from '../base/emitter.ts';
import { endPeer, type DataChannelLike, type PeerConnectionLike } from './data-channel.ts';
import { FrameInbox } from './frame-inbox.ts';
import type { CloseReason, Transport, TransportViolation } from './transport.ts';

const DEFAULT_HIGH_WATER_BYTES = 16 << 20;
const DEFAULT_CLOSE_TIMEOUT_MS = 2_000;

/**
 * Most that is handed to a channel before it has sent what it has. A browser's channel fails when it is given too much
 * (W3C WebRTC, `send()`: OperationError), so what is above waits here.
 */
const MAX_HANDED_BYTES = 128 << 10;

export interface DataChannelTransportOptions {
  /** Owned by the transport from now on: closed when the link ends. */
  readonly peer: Pick<PeerConnectionLike, 'connectionState' | 'addEventListener' | 'close'>;
  /** Open, and with no message read yet. */
  readonly channel: DataChannelLike;
  readonly remoteAddress: string;
  readonly clock: Clock;
  /** Largest message that both sides take, bytes. */
  readonly maxFrameBytes: number;
  /** `bufferedBytes` above which `send` says stop; 0 = none. Default 16 MiB. */
  readonly highWaterBytes?: number;
  /** Time for what is queued and the channel's own closing, ms. Default 2,000. */
  readonly closeTimeoutMs?: number;
}

/** Carries frames as binary messages of a WebRTC data channel, over the platform's own API. Such a channel cannot stop reading. */
export function createDataChannelTransport(options: DataChannelTransportOptions): Transport {
  return new DataChannelTransport(options);
}

class DataChannelTransport implements Transport {
  readonly kind = 'webrtc';
  readonly frameType = 'binary';
  readonly remoteAddress: string;
  readonly maxFrameBytes: number;
  readonly #options: DataChannelTransportOptions;
  readonly #channel: DataChannelLike;
  readonly #highWaterBytes: number;
  readonly #inbox = new FrameInbox();
  readonly #drained = new Emitter<void>();
  readonly #violated = new Emitter<TransportViolation>();
  readonly #closed = new Emitter<CloseReason>();
  /** Not yet handed to the channel, in order. */
  #waiting: Uint8Array[] = [];
  #next = 0;
  #waitingBytes = 0;
  #state: 'open' | 'closing' | 'closed' = 'open';
  #violation = false;
  #congested = false;
  #localReason: CloseReason | undefined;
  #closeTimer: Disposable | undefined;

  readonly onFrame = this.#inbox.onFrame;
  readonly onDidDrain = this.#drained.event;
  readonly onViolation = this.#violated.event;
  readonly onDidClose = this.#closed.event;

  constructor(options: DataChannelTransportOptions) {
    const { peer, channel, remoteAddress, maxFrameBytes, highWaterBytes = DEFAULT_HIGH_WATER_BYTES } = options;
    this.#options = options;
    this.#channel = channel;
    this.remoteAddress = remoteAddress;
    this.maxFrameBytes = maxFrameBytes;
    this.#highWaterBytes = highWaterBytes === 0 ? Number.POSITIVE_INFINITY : highWaterBytes;
    channel.bufferedAmountLowThreshold = MAX_HANDED_BYTES / 2;
    channel.addEventListener('message', ({ data }) => this.#receive(data));
    channel.addEventListener('bufferedamountlow', () => this.#flush());
    channel.addEventListener('close', () =>
      this.#end({ code: peer.connectionState === 'failed' ? 1_006 : 1_000, text: '' }),
    );
    peer.addEventListener('connectionstatechange', () => {
      if (peer.connectionState === 'failed') this.#end({ code: 1_006, text: 'the way to the other side is lost' });
      else if (peer.connectionState === 'closed') this.#end({ code: 1_006, text: '' });
    });
  }

  get bufferedBytes(): number {
    return this.#waitingBytes + this.#channel.bufferedAmount;
  }

  send(frame: Uint8Array): boolean {
    if (this.#state !== 'open') return false;
    if (this.#waiting.length > 0 || this.#channel.bufferedAmount > MAX_HANDED_BYTES) {
      this.#waiting.push(frame);
      this.#waitingBytes += frame.byteLength;
    } else this.#hand(frame);
    if (this.bufferedBytes > this.#highWaterBytes) this.#congested = true;
    return !this.#congested;
  }

  setReading(): void {}

  close(reason: CloseReason): void {
    if (this.#state !== 'open') return;
    this.#state = 'closing';
    this.#localReason = reason;
    const { clock, closeTimeoutMs = DEFAULT_CLOSE_TIMEOUT_MS } = this.#options;
    this.#closeTimer = clock.after(closeTimeoutMs, () => this.#end(reason));
    this.#channel.bufferedAmountLowThreshold = 0;
    this.#flush();
  }

  terminate(): void {
    if (this.#state === 'closed') return;
    this.#state = 'closing';
    this.#drop();
    queueMicrotask(() => this.#end({ code: 1_006, text: '' }));
  }

  #receive(data: unknown): void {
    if (this.#state === 'closed' || this.#violation) return;
    if (data instanceof ArrayBuffer) this.#inbox.push(new Uint8Array(data));
    else if (data instanceof Uint8Array) this.#inbox.push(data);
    else {
      this.#violation = true;
      const text = 'Cannot read a text message: this channel carries binary messages';
      this.#violated.emit({ kind: 'wrong-type', text });
    }
  }

  #hand(frame: Uint8Array): void {
    try {
      this.#channel.send(frame as Uint8Array<ArrayBuffer>);
    } catch (error) {
      // Its end may be on its way already. Otherwise a frame would be missing, which nobody can make good.
      if (this.#channel.readyState === 'open') {
        this.#localReason ??= { code: 1_006, text: error instanceof Error ? error.message : String(error) };
        this.terminate();
      }
    }
  }

  /** Hands over what waits, as far as the channel takes it; then ends the channel when that was all there was to say. */
  #flush(): void {
    while (this.#next < this.#waiting.length && this.#channel.bufferedAmount <= MAX_HANDED_BYTES) {
      const frame = this.#waiting[this.#next];
      if (frame === undefined) break;
      this.#next += 1;
      this.#waitingBytes -= frame.byteLength;
      this.#hand(frame);
    }
    if (this.#next === this.#waiting.length) {
      this.#waiting = [];
      this.#next = 0;
    }
    if (this.#state === 'closing' && this.bufferedBytes === 0) this.#channel.close();
    if (!this.#congested || this.#state !== 'open' || this.bufferedBytes > this.#highWaterBytes / 2) return;
    this.#congested = false;
    this.#drained.emit();
  }

  #drop(): void {
    this.#waiting = [];
    this.#next = 0;
    this.#waitingBytes = 0;
  }

  #end(reason: CloseReason): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#drop();
    this.#closeTimer?.[Symbol.dispose]();
    endPeer(this.#options.peer);
    this.#inbox.close();
    this.#drained[Symbol.dispose]();
    this.#violated[Symbol.dispose]();
    this.#closed.emit(this.#localReason ?? reason);
    this.#closed[Symbol.dispose]();
  }
}
