import type { IncomingMessage } from 'node:http';

/** The address at the other end; `unknown` when the socket is gone already. */
export function remoteOf({ socket }: IncomingMessage): string {
  return socket.remoteAddress ?? 'unknown';
}
