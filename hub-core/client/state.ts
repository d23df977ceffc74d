import type { ClientError } from './errors.ts';

/** How a client stands with its hub. */
export type ClientState =
  | { readonly kind: 'connecting' }
  /** At least one connection is open: requests go out. */
  | { readonly kind: 'open'; readonly connections: number }
  /** None is open: requests wait until their deadline. */
  | { readonly kind: 'reconnecting'; readonly reason: string }
  /** Final: the hub refused this client, or the connection is lost and `reconnect` is false. */
  | { readonly kind: 'failed'; readonly error: ClientError }
  /** Final: `close` was called. */
  | { readonly kind: 'closed' };
