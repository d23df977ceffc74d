import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/** An HTTP handler under a path prefix of the hub's port. Host and Origin are checked before it is called, preflights are answered. */
export interface HttpMount {
  /** `/console/` or a whole path; the longest matching prefix wins. */
  readonly prefix: string;
  request?(request: IncomingMessage, response: ServerResponse): void;
  /** A WebSocket or other upgrade below the prefix; the handler owns the socket. */
  upgrade?(request: IncomingMessage, socket: Duplex, head: Buffer): void;
}
