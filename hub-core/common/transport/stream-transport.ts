import type { Clock } from '../base/clock.ts';
import { Emitter } from '../base/emitter.ts';
import type { ByteSocket } from './byte-socket.ts';
import { FrameInbox } from './frame-inbox.ts';
import { FrameReader } from './frame-reader.ts';
import { FrameWriter } from './frame-writer.ts';
import type { CloseReason, Transport, TransportViolation } from './transport.ts';

export { fromNodeSocket } from './node-byte-socket.ts';

/** What the connecting side sends before its first frame, as ASCII. */
export const PREFACE = 'WHUB/1\r\n';

const DEFAULT_HIGH_WATER_BYTES = 16 << 20;
const DEFAULT_CLOSE_TIMEOUT_MS = 2_000;

export interface StreamTransportOptions {
  /** Connected, behind the preface, and with nothing of a frame read yet. The transport owns it from now on. */
  readonly socket: ByteSocket;
  readonly kind: 'tcp' | 'tls';
  readonly remoteAddress: string;
  readonly clock: Clock;
  /** Runs a function at the end of the tick: `process.nextTick`. */
  readonly defer: (flush: () => void) => void;
  /** Largest frame that is read, bytes; 0 = none. */
  readonly maxFrameBytes: number;
  /** Largest first frame that is read where that is another, bytes. */
  readonly maxFirstFrameBytes?: number;
  /** `bufferedBytes` above which `send` says stop; 0 = none. Default 16 MiB. */
  readonly highWaterBytes?: number;
  /** Time for what is queued and for the other side's end, ms. Default 2,000. */
  readonly closeTimeoutMs?: number;
}

/**
 * Carries frames over a stream of bytes, each behind its length.
 *
 * Such a stream has no close code: the other side of `close` learns of a normal end, and what it is to know stands in the last
 * frame. An end within a frame, and a reset, is a loss (1006).
 */
export function createStreamTransport(options: StreamTransportOptions): Transport {
  return new StreamTransport(options);
}

class StreamTransport implements Transport {
  readonly kind: 'tcp' | 'tls';
  readonly frameType = 'binary';
  readonly remoteAddress: string;
  readonly #socket: ByteSocket;
  readonly #clock: Clock;
  readonly #reader: FrameReader;
  readonly #writer: FrameWriter;
  readonly #highWaterBytes: number;
  readonly #closeTimeoutMs: number;
  readonly #inbox = new FrameInbox();
  readonly #drained = new Emitter<void>();
  readonly #violated = new Emitter<TransportViolation>();
  readonly #closed = new Emitter<CloseReason>();
  #state: 'open' | 'closing' | 'closed' = 'open';
  #congested = false;
  #reason: CloseReason | undefined;
  #closeTimer: Disposable | undefined;

  readonly onFrame = this.#inbox.onFrame;
  readonly onDidDrain = this.#drained.event;
  readonly onViolation = this.#violated.event;
  readonly onDidClose = this.#closed.event;

  constructor(options: StreamTransportOptions) {
    const { socket, kind, remoteAddress, clock, maxFrameBytes, maxFirstFrameBytes } = options;
    const { highWaterBytes = DEFAULT_HIGH_WATER_BYTES, closeTimeoutMs = DEFAULT_CLOSE_TIMEOUT_MS } = options;
    this.kind = kind;
    this.remoteAddress = remoteAddress;
    this.#socket = socket;
    this.#clock = clock;
    this.#highWaterBytes = highWaterBytes === 0 ? Number.POSITIVE_INFINITY : highWaterBytes;
    this.#closeTimeoutMs = closeTimeoutMs;
    this.#writer = new FrameWriter({ socket, defer: options.defer });
    this.#reader = new FrameReader({
      maxFrameBytes,
      maxFirstFrameBytes,
      onFrame: (frame) => this.#inbox.push(frame),
      onTooLarge: (length) => this.#violate(length),
    });
    socket.listen({
      onBytes: (bytes) => this.#reader.push(bytes),
      onSent: () => this.#checkDrained(),
      onEnd: () => this.#peerEnded(),
      onClose: (failure) => this.#end(failure),
    });
  }

  get bufferedBytes(): number {
    return this.#socket.bufferedBytes + this.#writer.heldBytes;
  }

  send(frame: Uint8Array): boolean {
    if (this.#state !== 'open') return false;
    // Being told of each write that has left costs something, so that is asked only of those on which draining can depend.
    const watched = this.bufferedBytes + frame.byteLength > this.#highWaterBytes / 2;
    this.#writer.write(frame, watched);
    if (watched && this.bufferedBytes > this.#highWaterBytes) this.#congested = true;
    return !this.#congested;
  }

  setReading(reading: boolean): void {
    // While it closes it must read, or it would never see the other side's end.
    if (this.#state === 'open') this.#socket.setReading(reading);
  }

  close(reason: CloseReason): void {
    if (this.#state !== 'open') return;
    this.#reader.stop();
    this.#finish(reason);
    this.#socket.setReading(true);
  }

  terminate(): void {
    if (this.#state === 'closed') return;
    this.#state = 'closing';
    this.#reader.stop();
    this.#socket.terminate();
  }

  /** Sends what is queued and the end of this side, and waits for the other's, but not for ever. */
  #finish(reason: CloseReason): void {
    this.#state = 'closing';
    this.#reason = reason;
    this.#closeTimer = this.#clock.after(this.#closeTimeoutMs, () => this.#socket.terminate());
    this.#writer.flush();
    this.#socket.end();
  }

  #peerEnded(): void {
    if (this.#state !== 'open') return;
    const isWhole = this.#reader.isBetweenFrames;
    this.#finish(isWhole ? { code: 1_000, text: '' } : { code: 1_006, text: 'the stream ended within a frame' });
  }

  #violate(length: number): void {
    if (this.#state !== 'open') return;
    const text = `Cannot read a frame of ${String(length)} bytes: it is larger than this link takes`;
    this.#violated.emit({ kind: 'too-large', text });
  }

  #checkDrained(): void {
    if (!this.#congested || this.bufferedBytes > this.#highWaterBytes / 2) return;
    this.#congested = false;
    if (this.#state === 'open') this.#drained.emit();
  }

  #end(failure: string): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#closeTimer?.[Symbol.dispose]();
    this.#reader.stop();
    this.#inbox.close();
    this.#drained[Symbol.dispose]();
    this.#violated[Symbol.dispose]();
    this.#closed.emit(this.#reason ?? { code: 1_006, text: failure });
    this.#closed[Symbol.dispose]();
  }
}
