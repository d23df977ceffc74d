import type { FrameType } from '../protocol/codec.ts';
import { closeReason, type WebSocketLike, type WebSocketListener } from './web-socket-like.ts';

/** Held longer, large messages lose more than small ones gain: measured 24 % at 16 KiB without this limit. */
const MAX_HELD_BYTES = 16 << 10;

/** `ws` closes with these when a message is larger than its `maxPayload`, and when it comes in too many parts. */
const TOO_LARGE_CODES: ReadonlySet<number | undefined> = new Set([1_009, 1_008]);

/** The part of the `ws` package's WebSocket that is used here. */
export interface NodeWebSocket {
  readonly bufferedAmount: number;
  send(data: Uint8Array, options: { readonly binary: boolean }, onSent?: () => void): void;
  close(code?: number, reason?: string): void;
  terminate(): void;
  pause(): void;
  resume(): void;
  on(event: 'message', listener: (data: unknown, isBinary: boolean) => void): unknown;
  on(event: 'close', listener: (code: number, reason: Uint8Array) => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
}

/** The raw socket below a WebSocket. */
export interface Corkable {
  cork(): void;
  uncork(): void;
}

export interface NodeWebSocketOptions {
  /** When given, the writes of one tick leave together. */
  readonly corkable?: Corkable;
  /** Runs a function at the end of the tick: `process.nextTick`. */
  readonly defer: (flush: () => void) => void;
}

/** Adapts an open WebSocket of the `ws` package. */
export function fromNodeWebSocket(socket: NodeWebSocket, options: NodeWebSocketOptions): WebSocketLike {
  return new NodeSocket(socket, options);
}

const BINARY = Object.freeze({ binary: true });
const TEXT = Object.freeze({ binary: false });

class NodeSocket implements WebSocketLike {
  readonly reportsSent = true;
  readonly #socket: NodeWebSocket;
  readonly #corkable: Corkable | undefined;
  readonly #defer: (flush: () => void) => void;
  #held = 0;
  #corked = false;
  #onSent = (): void => {};
  readonly #flush = (): void => {
    this.#corked = false;
    this.#held = 0;
    this.#corkable?.uncork();
  };

  constructor(socket: NodeWebSocket, options: NodeWebSocketOptions) {
    this.#socket = socket;
    this.#corkable = options.corkable;
    this.#defer = options.defer;
  }

  get bufferedBytes(): number {
    return this.#socket.bufferedAmount;
  }

  listen(listener: WebSocketListener): void {
    let failure = '';
    this.#onSent = () => listener.onSent();
    this.#socket.on('message', (data, isBinary) => listener.onFrame(data as Uint8Array, isBinary ? 'binary' : 'text'));
    this.#socket.on('error', (error) => {
      failure = error.message;
    });
    this.#socket.on('close', (code, reason) => {
      const text = new TextDecoder().decode(reason);
      listener.onClose(closeReason(code, text === '' && code === 1_006 ? failure : text));
    });
    this.#announceTooLarge(listener);
  }

  send(frame: Uint8Array, type: FrameType, watched: boolean): void {
    this.#cork();
    this.#socket.send(frame, type === 'binary' ? BINARY : TEXT, watched ? this.#onSent : undefined);
    this.#held += frame.byteLength;
    if (this.#held > MAX_HELD_BYTES) this.#writeHeld();
  }

  setReading(reading: boolean): void {
    if (reading) this.#socket.resume();
    else this.#socket.pause();
  }

  close(code: number, text: string): void {
    this.#socket.close(code, text);
  }

  terminate(): void {
    this.#socket.terminate();
  }

  #cork(): void {
    if (this.#corked || this.#corkable === undefined) return;
    this.#corked = true;
    this.#corkable.cork();
    this.#defer(this.#flush);
  }

  #writeHeld(): void {
    this.#held = 0;
    if (!this.#corked) return;
    this.#corkable?.uncork();
    this.#corkable?.cork();
  }

  /**
   * `ws` answers a message above its `maxPayload` with a close frame before it emits anything, which leaves no moment for a
   * Goodbye. So its own call of `close` is preceded by the announcement; it is the only one with such a code and no reason
   * (one that answers the peer's close frame has a reason).
   */
  #announceTooLarge(listener: WebSocketListener): void {
    const socket = this.#socket;
    const close = socket.close.bind(socket);
    socket.close = (code, reason) => {
      if (TOO_LARGE_CODES.has(code) && reason === undefined) listener.onTooLarge();
      close(code, reason);
    };
  }
}
