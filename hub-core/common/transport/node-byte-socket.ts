import type { ByteSocket, ByteSocketListener } from './byte-socket.ts';

/** The part of Node's `net.Socket` that is used here; `tls.TLSSocket` has it too. */
export interface NodeSocket {
  readonly writableLength: number;
  readonly destroyed: boolean;
  write(data: Uint8Array, onWritten?: () => void): boolean;
  end(): unknown;
  cork(): void;
  uncork(): void;
  pause(): unknown;
  resume(): unknown;
  destroy(): unknown;
  resetAndDestroy(): unknown;
  on(event: 'data', listener: (chunk: Uint8Array) => void): unknown;
  on(event: 'end' | 'close', listener: () => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
}

export interface NodeByteSocketOptions {
  /** `Buffer.allocUnsafe` */
  readonly allocate: (bytes: number) => Uint8Array;
  /** A reset is possible: the socket is one of TCP itself. */
  readonly canReset: boolean;
}

/** Adapts a connected socket of Node that stays half open when the other side ends. */
export function fromNodeSocket(socket: NodeSocket, options: NodeByteSocketOptions): ByteSocket {
  return new NodeByteSocket(socket, options);
}

class NodeByteSocket implements ByteSocket {
  readonly #socket: NodeSocket;
  readonly #options: NodeByteSocketOptions;
  #onSent = (): void => {};

  constructor(socket: NodeSocket, options: NodeByteSocketOptions) {
    this.#socket = socket;
    this.#options = options;
  }

  get bufferedBytes(): number {
    return this.#socket.writableLength;
  }

  listen(listener: ByteSocketListener): void {
    let failure = '';
    this.#onSent = () => listener.onSent();
    this.#socket.on('data', (chunk) => listener.onBytes(chunk));
    this.#socket.on('end', () => listener.onEnd());
    this.#socket.on('error', (error) => {
      failure = error.message;
    });
    this.#socket.on('close', () => listener.onClose(failure));
    this.#socket.resume();
  }

  allocate(bytes: number): Uint8Array {
    return this.#options.allocate(bytes);
  }

  write(pieces: readonly Uint8Array[], watched: boolean): void {
    const last = pieces.length - 1;
    if (last > 0) this.#socket.cork();
    for (const [index, piece] of pieces.entries()) {
      if (watched && index === last) this.#socket.write(piece, this.#onSent);
      else this.#socket.write(piece);
    }
    if (last > 0) this.#socket.uncork();
  }

  setReading(reading: boolean): void {
    if (reading) this.#socket.resume();
    else this.#socket.pause();
  }

  end(): void {
    this.#socket.end();
  }

  terminate(): void {
    // A reset tells the other side that this was no polite end.
    if (this.#options.canReset && !this.#socket.destroyed) this.#socket.resetAndDestroy();
    else this.#socket.destroy();
  }
}
