import type { Clock } from '../base/clock.ts';
import { Emitter } from '../base/emitter.ts';
import type { FrameType } from '../protocol/codec.ts';
import { FrameInbox } from './frame-inbox.ts';
import type { CloseReason, Transport, TransportViolation } from './transport.ts';
import type { WebSocketLike } from './web-socket-like.ts';

export { fromBrowserWebSocket } from './browser-web-socket.ts';
export { fromNodeWebSocket } from './node-web-socket.ts';

const DEFAULT_HIGH_WATER_BYTES = 16 << 20;
const DEFAULT_CLOSE_TIMEOUT_MS = 2_000;

/** A socket that does not tell when bytes have left is asked this often while it is congested. */
const DRAIN_POLL_MS = 20;

/** The most that fits into a close frame beside its code, bytes (RFC 6455, section 5.5.1). */
const MAX_CLOSE_TEXT_BYTES = 123;

export interface WebSocketTransportOptions {
  /** Open, and with no frame read yet. The transport owns it from now on. */
  readonly socket: WebSocketLike;
  /** Of the subprotocol agreed; a frame of the other type is a violation. */
  readonly frameType: FrameType;
  readonly remoteAddress: string;
  readonly clock: Clock;
  /** `bufferedBytes` above which `send` says stop; 0 = none. Default 16 MiB. */
  readonly highWaterBytes?: number;
  /** Time for what is queued and the close handshake, ms. Default 2,000. */
  readonly closeTimeoutMs?: number;
}

/** Carries frames as WebSocket messages. */
export function createWebSocketTransport(options: WebSocketTransportOptions): Transport {
  return new WebSocketTransport(options);
}

class WebSocketTransport implements Transport {
  readonly kind = 'websocket';
  readonly frameType: FrameType;
  readonly remoteAddress: string;
  readonly #socket: WebSocketLike;
  readonly #clock: Clock;
  readonly #highWaterBytes: number;
  readonly #closeTimeoutMs: number;
  readonly #inbox = new FrameInbox();
  readonly #drained = new Emitter<void>();
  readonly #violated = new Emitter<TransportViolation>();
  readonly #closed = new Emitter<CloseReason>();
  #state: 'open' | 'closing' | 'closed' = 'open';
  #violation = false;
  #congested = false;
  #localReason: CloseReason | undefined;
  #closeTimer: Disposable | undefined;
  #drainPoll: Disposable | undefined;

  readonly onFrame = this.#inbox.onFrame;
  readonly onDidDrain = this.#drained.event;
  readonly onViolation = this.#violated.event;
  readonly onDidClose = this.#closed.event;

  constructor(options: WebSocketTransportOptions) {
    this.frameType = options.frameType;
    this.remoteAddress = options.remoteAddress;
    this.#socket = options.socket;
    this.#clock = options.clock;
    const highWaterBytes = options.highWaterBytes ?? DEFAULT_HIGH_WATER_BYTES;
    this.#highWaterBytes = highWaterBytes === 0 ? Number.POSITIVE_INFINITY : highWaterBytes;
    this.#closeTimeoutMs = options.closeTimeoutMs ?? DEFAULT_CLOSE_TIMEOUT_MS;
    this.#socket.listen({
      onFrame: (frame, type) => this.#receive(frame, type),
      onSent: () => this.#checkDrained(),
      onTooLarge: () =>
        this.#violate({ kind: 'too-large', text: 'Cannot read a frame: it is larger than this link takes' }),
      onClose: (reason) => this.#end(reason),
    });
  }

  get bufferedBytes(): number {
    return this.#socket.bufferedBytes;
  }

  send(frame: Uint8Array): boolean {
    if (this.#state !== 'open') return false;
    // Being told of each frame that has left costs something, so that is asked only of those on which draining can depend.
    const watched = this.#socket.bufferedBytes + frame.byteLength > this.#highWaterBytes / 2;
    this.#socket.send(frame, this.frameType, watched);
    if (!watched || this.#socket.bufferedBytes <= this.#highWaterBytes) return !this.#congested;
    this.#congested = true;
    if (!this.#socket.reportsSent) this.#drainPoll ??= this.#clock.every(DRAIN_POLL_MS, () => this.#checkDrained());
    return false;
  }

  setReading(reading: boolean): void {
    // While it closes it must read, or it would never see the other side's close frame.
    if (this.#state === 'open') this.#socket.setReading(reading);
  }

  close(reason: CloseReason): void {
    if (this.#state !== 'open') return;
    this.#state = 'closing';
    this.#localReason = reason;
    this.#closeTimer = this.#clock.after(this.#closeTimeoutMs, () => this.#socket.terminate());
    this.#socket.setReading(true);
    this.#socket.close(sendableCode(reason.code), sendableText(reason.text));
  }

  terminate(): void {
    if (this.#state === 'closed') return;
    this.#state = 'closing';
    this.#socket.terminate();
  }

  #receive(frame: Uint8Array, type: FrameType): void {
    if (this.#state === 'closed' || this.#violation) return;
    if (type === this.frameType) this.#inbox.push(frame);
    else
      this.#violate({
        kind: 'wrong-type',
        text: `Cannot read a ${type} frame: this subprotocol uses ${this.frameType} frames`,
      });
  }

  #violate(violation: TransportViolation): void {
    if (this.#state === 'closed' || this.#violation) return;
    this.#violation = true;
    this.#violated.emit(violation);
  }

  #checkDrained(): void {
    if (!this.#congested || this.#socket.bufferedBytes > this.#highWaterBytes / 2) return;
    this.#congested = false;
    this.#stopPolling();
    if (this.#state === 'open') this.#drained.emit();
  }

  #stopPolling(): void {
    this.#drainPoll?.[Symbol.dispose]();
    this.#drainPoll = undefined;
  }

  #end(reason: CloseReason): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#stopPolling();
    this.#closeTimer?.[Symbol.dispose]();
    this.#inbox.close();
    this.#drained[Symbol.dispose]();
    this.#violated[Symbol.dispose]();
    this.#closed.emit(this.#localReason ?? reason);
    this.#closed[Symbol.dispose]();
  }
}

/** Only these may be sent by an application (RFC 6455, section 7.4; browsers refuse all others). */
function sendableCode(code: number): number {
  return code >= 3_000 && code <= 4_999 ? code : 1_000;
}

/** The longest beginning of `text` that fits into a close frame, without cutting a character. */
function sendableText(text: string): string {
  const { read } = new TextEncoder().encodeInto(text, new Uint8Array(MAX_CLOSE_TEXT_BYTES));
  return text.slice(0, read);
}
