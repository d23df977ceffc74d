import { STATUS_OF, type ErrorName } from './status.ts';

export interface HubErrorOptions extends ErrorOptions {
  /** The path the error is about; becomes the problem document's `instance`. */
  readonly instance?: string | undefined;
  /** Further members of the problem document, for example `retry_after_ms`. Never secrets. */
  readonly extra?: Readonly<Record<string, unknown>> | undefined;
}

/**
 * An error that the other side may be told of. Its message is written for that reader: action first, the bad value
 * quoted, no stack, path or SQL. Misuse by a programmer is a `TypeError` or `RangeError` instead, and reaches the wire
 * only as INTERNAL_ERR with a fixed text.
 */
export abstract class HubError extends Error {
  /** Stable, `WHUB_` + the wire's name without `_ERR`; listed in docs/errors.md. */
  readonly code: `WHUB_${string}`;
  readonly errorName: ErrorName;
  readonly status: number;
  readonly instance: string | undefined;
  readonly extra: Readonly<Record<string, unknown>> | undefined;

  constructor(errorName: ErrorName, message: string, options: HubErrorOptions = {}) {
    super(message, options);
    this.errorName = errorName;
    this.code = `WHUB_${errorName.replace(/_ERR$/, '')}`;
    this.status = STATUS_OF[errorName];
    this.instance = options.instance;
    this.extra = options.extra;
  }
}

/** A frame or message that breaks the protocol. The connection is closed with Goodbye and this status. */
export class ProtocolError extends HubError {
  override readonly name = 'ProtocolError';
  constructor(
    message: string,
    options?: HubErrorOptions & { readonly errorName?: 'BAD_REQUEST_ERR' | 'TOO_LARGE_ERR' },
  ) {
    super(options?.errorName ?? 'BAD_REQUEST_ERR', message, options);
  }
}

/** A request that the hub refuses before or instead of relaying it. */
export class RequestError extends HubError {
  override readonly name = 'RequestError';
}

/** A credential that is missing, unknown, revoked or another client's. */
export class CredentialError extends HubError {
  override readonly name = 'CredentialError';
  constructor(message: string, options?: HubErrorOptions) {
    super('UNAUTHORIZED_ERR', message, options);
  }
}

/** What the other side answered with a status ≥ 400, rebuilt from its problem document. */
export class RemoteError extends Error {
  override readonly name = 'RemoteError';
  /** The wire's name when the hub answered, else undefined: a provider chose the status. */
  readonly errorName: ErrorName | undefined;
  readonly status: number;
  readonly detail: string;

  constructor(status: number, errorName: ErrorName | undefined, detail: string) {
    super(`${String(status)} ${errorName ?? 'error'}: ${detail}`);
    this.status = status;
    this.errorName = errorName;
    this.detail = detail;
  }
}
