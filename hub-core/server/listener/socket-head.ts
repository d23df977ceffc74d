import type { Socket } from 'node:net';

/** What the first bytes came to. */
export interface HeadVerdict<T> {
  readonly value: T;
  /** Bytes that are used up; the rest is put back. */
  readonly skip: number;
}

export interface HeadReader<T> {
  /** @param bytes all that came so far @returns undefined while more bytes are needed */
  readonly decide: (bytes: Buffer) => HeadVerdict<T> | undefined;
  /** The socket is paused, and whoever reads it next gets every byte but those used up. */
  readonly onVerdict: (value: T) => void;
}

/** A socket of which the first bytes are being read. */
export interface SocketHead {
  /** All that came so far. */
  readonly bytes: Buffer;
  /** Reads no further; what came is lost. */
  stop(): void;
}

const NOTHING = Buffer.alloc(0);

/** Reads as little of a socket as tells what it speaks. A socket that ends before is destroyed. */
export function readHead<T>(socket: Socket, { decide, onVerdict }: HeadReader<T>): SocketHead {
  let bytes: Buffer = NOTHING;
  const onData = (chunk: Buffer): void => {
    bytes = bytes.byteLength === 0 ? chunk : Buffer.concat([bytes, chunk]);
    const verdict = decide(bytes);
    if (verdict === undefined) return;
    stop();
    // Paused by hand it stays so until its next reader resumes it, however many listeners come and go.
    socket.pause();
    if (verdict.skip < bytes.byteLength) socket.unshift(bytes.subarray(verdict.skip));
    onVerdict(verdict.value);
  };
  const onEnd = (): void => {
    socket.destroy();
  };
  const stop = (): void => {
    socket.off('data', onData).off('end', onEnd);
  };
  socket.on('data', onData).on('end', onEnd);
  return {
    get bytes() {
      return bytes;
    },
    stop,
  };
}
