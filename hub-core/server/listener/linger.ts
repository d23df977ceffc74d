import type { Duplex } from 'node:stream';

/** How long the other side may take to read the refusal. */
const LINGER_MS = 2_000;

/**
 * Writes the last bytes and ends the socket, but reads on for a while: closed with bytes unread, the system would reset the
 * connection, and the other side might never see them.
 */
export function lingerAndEnd(socket: Duplex, pieces: readonly (Uint8Array | string)[]): void {
  if (socket.destroyed || !socket.writable) {
    socket.destroy();
    return;
  }
  socket.on('error', () => socket.destroy());
  const timer = setTimeout(() => socket.destroy(), LINGER_MS);
  socket.once('close', () => clearTimeout(timer));
  for (const piece of pieces) socket.write(piece);
  socket.end();
  socket.resume();
}
