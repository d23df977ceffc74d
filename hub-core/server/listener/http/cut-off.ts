import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

/** Ends a connection so that nobody takes what came so far for the whole. */
export function cutOff(socket: Socket): void {
  // Only TCP knows resets; in TLS an end without its own last word says the same.
  if (socket instanceof TLSSocket) socket.destroy();
  else socket.resetAndDestroy();
}
