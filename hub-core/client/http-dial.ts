import { HttpTransport } from './http-transport.ts';
import type { Dial } from './options.ts';

/** What `POST /rpc` takes. */
export const HTTP_SUBPROTOCOLS = ['whub.v1.fbs'] as const;

/**
 * Reaches a hub by requests of HTTP alone, where nothing else gets through: each is one `POST /rpc`. Uses the platform's
 * `fetch`, in a page therefore only as the hub's `allowedOrigins` and `cors` permit.
 */
export const dialHttp: Dial = async ({ url, clock, signal }) => {
  signal.throwIfAborted();
  return await Promise.resolve(new HttpTransport(new URL(url), clock));
};
