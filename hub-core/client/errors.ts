/**
 * What can go wrong on the client's side of a connection. A status that the other side answered is no error here: it is a
 * reply, see {@link Reply.orThrow}.
 */

/** Common to every error that the SDK itself raises. `code` is stable; texts are for people. */
export abstract class ClientError extends Error {
  abstract readonly code: `WHUB_${string}`;
}

/** No connection could be made: the hub is not there, its address is wrong, or it speaks something else. */
export class ConnectError extends ClientError {
  override readonly name = 'ConnectError';
  readonly code = 'WHUB_CONNECT';
}

/** The connection broke before the answer came, and sending the request again was not safe or no longer possible. */
export class ConnectionLostError extends ClientError {
  override readonly name = 'ConnectionLostError';
  readonly code = 'WHUB_CONNECTION_LOST';
}

/** The time of the request ran out before an answer came. */
export class DeadlineError extends ClientError {
  override readonly name = 'DeadlineError';
  readonly code = 'WHUB_DEADLINE';
  readonly status = 504;
}

/** The hub said 401 or 403 to this client. Final: the client does not reconnect. */
export class RefusedError extends ClientError {
  override readonly name = 'RefusedError';
  readonly code = 'WHUB_REFUSED';
  readonly status: number;
  /** The hub's own words. */
  readonly detail: string;

  constructor(status: number, detail: string, options?: ErrorOptions) {
    super(`Cannot stay connected: the hub refuses this client with ${String(status)}: ${detail}`, options);
    this.status = status;
    this.detail = detail;
  }
}

/** `close()` was called, before or while the request was waiting. */
export class ClientClosedError extends ClientError {
  override readonly name = 'ClientClosedError';
  readonly code = 'WHUB_CLIENT_CLOSED';
}

/** Who waited for the registration of a service that was withdrawn first. */
export class WithdrawnError extends ClientError {
  override readonly name = 'WithdrawnError';
  readonly code = 'WHUB_WITHDRAWN';

  constructor(service: string) {
    super(`Cannot provide "${service}": it was withdrawn before it was registered`);
  }
}

/** A stream that its reader cancelled: nothing more can be read from it. */
export class CancelledError extends ClientError {
  override readonly name = 'CancelledError';
  readonly code = 'WHUB_CANCELLED';
  readonly status = 499;
}
