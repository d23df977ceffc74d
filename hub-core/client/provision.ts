import type { Event } from '../common/base/emitter.ts';
import type { MethodWord } from './method-word.ts';
import type { ReplyInit } from './provider-reply.ts';
import type { ProviderRequest } from './provider-request.ts';

/** Answers requests. What it throws becomes 500 PROVIDER_ERR, a {@link RequestError} its own status. */
export type RequestHandler = (
  request: ProviderRequest,
) => ReplyInit | undefined | void | Promise<ReplyInit | undefined | void>;

export interface ProvidedRoute {
  /** `/users/:id`, `/files/*path`: relative to the service, as the hub matches them. */
  readonly pattern: string;
  /** Absent: all. */
  readonly methods?: readonly MethodWord[] | undefined;
  readonly summary?: string | undefined;
  /**
   * JSON Schema (draft 2020-12) of request bodies: the hub refuses what does not fit with 400, before it reaches the handler,
   * unless `metadata.schemas` is `describe`. Bodies must then be JSON.
   */
  readonly requestSchema?: Readonly<Record<string, unknown>> | boolean | undefined;
  /** JSON Schema of answers: what does not fit reaches its caller, and is counted as a warning. */
  readonly responseSchema?: Readonly<Record<string, unknown>> | boolean | undefined;
  /** Its requests may be sent again to another provider, whatever their method. */
  readonly idempotent?: boolean | undefined;
  /** Budget of a request that names none, ms. */
  readonly timeoutMs?: number | undefined;
  /**
   * The handler reads the body as it comes, from `request.stream`; otherwise one that comes in pieces is collected first, up to
   * the size of a frame. Answers may be streams in either case.
   */
  readonly stream?: boolean | undefined;
  readonly handler: RequestHandler;
}

export interface ProvideOptions {
  /** Service id: the first segment of its paths. */
  readonly id: string;
  readonly routes: readonly ProvidedRoute[];
  readonly description?: string | undefined;
  readonly version?: string | undefined;
  readonly access?: 'socket' | 'http' | 'both' | undefined;
  readonly policy?: 'round-robin' | 'least-in-flight' | 'two-choices' | 'weighted' | 'sticky' | undefined;
  /** The header whose value decides under the policy `sticky`. */
  readonly stickyHeader?: string | undefined;
  /** Requests at one time on one connection; 0 = no limit. */
  readonly maxInFlight?: number | undefined;
  readonly weight?: number | undefined;
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
  /** Told of what handlers throw, but for a {@link RequestError}, which is an answer. The caller is told in any case. */
  readonly onHandlerError?: ((error: unknown, request: ProviderRequest) => void) | undefined;
}

/** A service on offer. */
export interface Provision extends AsyncDisposable {
  readonly service: string;
  /** Connections that offer it now. */
  readonly connections: number;
  /** Registered on every connection that is open, first and after each reconnect. The value: on how many. */
  readonly onDidRegister: Event<number>;
  /** The hub would not take it back on a connection that was made again; it stays away there. */
  readonly onDidFail: Event<Error>;
  /**
   * Takes no new requests, waits until those at work are answered or cancelled, at most `timeoutMs` (default 10,000), and withdraws the
   * service. Idempotent; disposing does the same.
   */
  drain(options?: { readonly timeoutMs?: number }): Promise<void>;
}
