/**
 * What an operator adds to the way of every request through the hub: see docs/middleware.md. A hub loads it from ES modules that
 * its configuration names (`middleware: [{ file, options }]`), or is given it by the program that embeds it.
 */
import type { ErrorName } from '../common/errors/status.ts';
import type { Header } from '../common/protocol/message.ts';
import type { Role } from './relay.ts';

/** A request whose credential, form, id and `from` hold. The same object for all hooks of one request. */
export interface MiddlewareRequest {
  readonly client: { readonly id: string; readonly role: Role };
  /** How it came in; `console`: from inside the hub. */
  readonly via: 'socket' | 'http' | 'console';
  /** Undefined from inside the hub. */
  readonly remoteAddress: string | undefined;
  /** `GET`, `CALL`, … */
  readonly method: string;
  /** `/service/route?query` */
  readonly uri: string;
  /** As earlier hooks left them; names in lower case. */
  readonly headers: readonly Header[];
  /** `json`, `text`, `bytes`, … */
  readonly encoding: string;
  /** Not to be written to. Of a stream, what came with the request itself. */
  readonly payload: Uint8Array;
  /** Aborted when nobody waits for the hooks any more: cancelled, out of time, gone. */
  readonly signal: AbortSignal;
}

/** At most one of `json`, `text` and `bytes`. */
export interface MiddlewareBody {
  readonly json?: unknown;
  readonly text?: string;
  readonly bytes?: Uint8Array;
}

/** What a `before` hook wants; nothing = the request goes on as it is. */
export type BeforeVerdict =
  | void
  | undefined
  /** Goes on with these headers instead. */
  | { readonly headers: readonly Header[] }
  /** Is answered so, and reaches no service. */
  | { readonly answer: MiddlewareBody & { readonly status: number; readonly headers?: readonly Header[] } }
  /** Is refused with that error of docs/errors.md. */
  | { readonly refuse: ErrorName; readonly detail: string; readonly retryAfterMs?: number };

/** The answer to a request, the hub's own errors included. */
export interface MiddlewareAnswer {
  readonly status: number;
  readonly headers: readonly Header[];
  readonly encoding: string;
  /** Not to be written to. Of a stream, what came with the answer itself. */
  readonly payload: Uint8Array;
}

/** What an `after` hook wants changed; nothing = the answer goes on as it is. */
export type AfterVerdict =
  void | undefined | (MiddlewareBody & { readonly status?: number; readonly headers?: readonly Header[] });

/**
 * `before` hooks run in the order of the configuration, `after` hooks in the opposite one, and only those whose `before` was
 * passed. One that returns no promise costs the request no turn of the event loop. What one throws is 500 for that request,
 * counted and logged under its name; one that takes longer than the request may is 504.
 *
 * @example
 * export function createMiddleware({ header = 'x-seen' } = {}) {
 *   return {
 *     name: 'seen',
 *     after: (request, answer) => ({ headers: [...answer.headers, { name: header, value: request.client.id }] }),
 *   };
 * }
 */
export interface Middleware {
  /** Unique in the hub; 1 to 64 letters, digits, dots, dashes or underscores. */
  readonly name: string;
  before?(request: MiddlewareRequest): BeforeVerdict | Promise<BeforeVerdict>;
  after?(request: MiddlewareRequest, answer: MiddlewareAnswer): AfterVerdict | Promise<AfterVerdict>;
}
