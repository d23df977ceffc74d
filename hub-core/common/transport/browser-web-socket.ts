import type { FrameType } from '../protocol/codec.ts';
import { closeReason, type WebSocketLike, type WebSocketListener } from './web-socket-like.ts';

/** The part of the platform's WebSocket that is used here. */
export interface BrowserWebSocket {
  binaryType: 'arraybuffer' | 'blob';
  readonly bufferedAmount: number;
  send(data: string | Uint8Array<ArrayBuffer>): void;
  close(code?: number, reason?: string): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
  addEventListener(type: 'close', listener: (event: { readonly code: number; readonly reason: string }) => void): void;
}

/** Adapts an open WebSocket of a browser, a worker or Node itself. Such a socket cannot stop reading. */
export function fromBrowserWebSocket(socket: BrowserWebSocket): WebSocketLike {
  return new BrowserSocket(socket);
}

class BrowserSocket implements WebSocketLike {
  readonly reportsSent = false;
  readonly #socket: BrowserWebSocket;
  readonly #encoder = new TextEncoder();
  readonly #decoder = new TextDecoder();
  #listener: WebSocketListener | undefined;

  constructor(socket: BrowserWebSocket) {
    this.#socket = socket;
    socket.binaryType = 'arraybuffer';
  }

  get bufferedBytes(): number {
    return this.#socket.bufferedAmount;
  }

  listen(listener: WebSocketListener): void {
    this.#listener = listener;
    this.#socket.addEventListener('message', ({ data }) => {
      if (typeof data === 'string') listener.onFrame(this.#encoder.encode(data), 'text');
      else listener.onFrame(new Uint8Array(data as ArrayBuffer), 'binary');
    });
    this.#socket.addEventListener('close', ({ code, reason }) => listener.onClose(closeReason(code, reason)));
  }

  send(frame: Uint8Array, type: FrameType): void {
    this.#socket.send(type === 'text' ? this.#decoder.decode(frame) : (frame as Uint8Array<ArrayBuffer>));
  }

  setReading(): void {}

  close(code: number, text: string): void {
    this.#socket.close(code, text);
  }

  /** A page cannot cut a socket: the handshake that it starts instead may take minutes, which nobody waits for. */
  terminate(): void {
    this.#socket.close();
    queueMicrotask(() => this.#listener?.onClose({ code: 1_006, text: '' }));
  }
}
