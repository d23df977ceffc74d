/**
 * The one interface between access (who may come in) and service (what is reached). Nothing in access/ knows a provider's
 * socket; nothing in service/ knows how a caller came in.
 */
import type { ClientId, ConnectionId } from '../common/base/ids.ts';
import type { HubError } from '../common/errors/hub-error.ts';
import type { Message, MessageInit } from '../common/protocol/message.ts';
import type { TransportKind } from '../common/transport/transport.ts';

/** `provider`: a client that may provide something; in what it may do, no more than its grants. `root`: the hub's owner. */
export type Role = 'anonymous' | 'client' | 'provider' | 'manager' | 'root';

/** Globs over service ids: `*` is any run of characters. */
export interface Grants {
  readonly call: readonly string[];
  readonly provide: readonly string[];
}

/** Who asks: an identity, and what it may do. Read again for every request, so a changed grant holds at once. */
export interface Principal {
  readonly clientId: ClientId;
  readonly role: Role;
  readonly grants: Grants;
  /** What it proved itself with, never the secret: `key:<id>`, `session:<id>` or `password:<fingerprint>`. Absent for the anonymous and the hub's own. */
  readonly credential?: string;
}

/**
 * Where a request came from and where its answer goes. One per connection, or one per HTTP request.
 */
export interface Caller {
  /** Unique in the hub: the connection's id, or one made for an HTTP request. */
  readonly connectionId: ConnectionId;
  readonly principal: Principal;
  /** How it came in: `http` callers cannot reach services with `access: socket`, `socket` callers not `access: http`. */
  readonly via: 'socket' | 'http' | 'console';
  /** What its connection runs over; `console` inside the hub's process. */
  readonly transportKind: TransportKind | 'console';
  /** Where it connects from; undefined inside the hub's process. */
  readonly remoteAddress?: string | undefined;
  /** What this connection offers as a provider, when it can: absent for HTTP callers. */
  readonly providerLink: ProviderLink | undefined;
  /**
   * Delivers the one Response of a request.
   *
   * @param requestId the id that the caller gave its request
   * @param response when it has a `frame`, that frame may be patched and passed on; with the flag Stream, Data follow
   */
  respond(requestId: number, response: Message | MessageInit): void;
  /**
   * Delivers a piece of the answer's stream, after a Response with the flag Stream; the last one has the flag End, and a
   * status ≥ 400 when the stream is broken off.
   *
   * @param data when it has a `frame`, that frame may be patched and passed on
   */
  data(requestId: number, data: Message | MessageInit): void;
  /** The provider takes so many bytes more of the request's stream. */
  grant(requestId: number, bytes: number): void;
  /** Sends a Notice, under the same limits as answers; absent where nobody would get it. */
  notify?(notice: MessageInit): void;
}

/** The service layer's view of one provider's connection. */
export interface ProviderLink {
  readonly connectionId: ConnectionId;
  readonly clientId: ClientId;
  /**
   * Hands a message to the provider under the id chosen by the service layer.
   *
   * @param timeoutMs what is left of the caller's time; only for a Request
   * @returns false when the link is over its high-water mark: the message was taken, nothing more should be sent
   * @throws {RequestError} TOO_LARGE_ERR when the link does not carry so large a message
   */
  send(message: Message | MessageInit, id: number, timeoutMs?: number): boolean;
  /** True while the link is over its high-water mark. */
  readonly congested: boolean;
  /** True while a Ping to it is unanswered: it may be dead, and nothing new should be sent. */
  readonly suspect: boolean;
  /** Ends the connection, saying why. */
  goodbye(reason: HubError): void;
}

/** A request that access has let in: credential, form, id and `from` are checked. */
export interface RelayRequest {
  readonly caller: Caller;
  /** A Request. */
  readonly message: Message;
  /** Monotonic time of its arrival at the listener, ms. */
  readonly receivedMs: number;
}

/** Implemented by the service layer, used by the access layer. */
export interface Relay {
  /** Answers exactly once through `request.caller.respond`, sooner or later, unless the request is one-way. Never throws. */
  request(request: RelayRequest): void;
  /** The caller no longer wants the answer: it gets 499 unless the answer is already on its way. Unknown ids are counted. */
  cancel(caller: Caller, requestId: number): void;
  /** A provider's Response. Unknown or late ids are counted and dropped. */
  respond(link: ProviderLink, response: Message): void;
  /** Data of a request's stream. Over the credit it ends the exchange with 413; what belongs to nothing is counted and dropped. */
  requestData(caller: Caller, data: Message): void;
  /** Data of an answer's stream. As `requestData`. */
  responseData(link: ProviderLink, data: Message): void;
  /** The caller takes more of the answer's stream. What belongs to nothing, and credit of 0, is counted and dropped. */
  callerCredit(caller: Caller, requestId: number, bytes: number): void;
  /** The provider takes more of the request's stream. As `callerCredit`. */
  providerCredit(link: ProviderLink, id: number, bytes: number): void;
  /** A provider gives a request up: the caller gets 500, or its stream is broken off with that. Unknown ids are counted. */
  cancelledByProvider(link: ProviderLink, id: number): void;
  /** The connection is gone: its own requests are cancelled at their providers, its channels leave their pools. */
  disconnected(connectionId: ConnectionId): void;
  /** The link is no longer `congested`, or no longer `suspect`: what waits for it may go. */
  linkDrained(link: ProviderLink): void;
  /** True when `requestId` of that caller is in flight. */
  isInFlight(connectionId: ConnectionId, requestId: number): boolean;
}
