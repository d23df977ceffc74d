/**
 * What the hub itself answers with (docs/protocol.md, section 4). One number can carry more than one name (500), one name
 * has exactly one number; providers may answer with any status besides these.
 */
export const STATUS_OF = {
  BAD_REQUEST_ERR: 400,
  UNAUTHORIZED_ERR: 401,
  FORBIDDEN_ERR: 403,
  NOT_FOUND_ERR: 404,
  METHOD_NOT_ALLOWED_ERR: 405,
  TIMEOUT_ERR: 408,
  CONFLICT_ERR: 409,
  TOO_LARGE_ERR: 413,
  MISDIRECTED_ERR: 421,
  THROTTLED_ERR: 429,
  CANCELLED_ERR: 499,
  PROVIDER_ERR: 500,
  INTERNAL_ERR: 500,
  PROVIDER_LOST_ERR: 502,
  UNAVAILABLE_ERR: 503,
  DEADLINE_ERR: 504,
} as const;

/** The stable name of an error on the wire, as in `urn:whub:error:NOT_FOUND_ERR`. */
export type ErrorName = keyof typeof STATUS_OF;

export const TITLE_OF: Readonly<Record<ErrorName, string>> = Object.freeze({
  BAD_REQUEST_ERR: 'Bad request',
  UNAUTHORIZED_ERR: 'Unauthorized',
  FORBIDDEN_ERR: 'Forbidden',
  NOT_FOUND_ERR: 'Not found',
  METHOD_NOT_ALLOWED_ERR: 'Method not allowed',
  TIMEOUT_ERR: 'Timed out',
  CONFLICT_ERR: 'Conflict',
  TOO_LARGE_ERR: 'Too large',
  MISDIRECTED_ERR: 'Misdirected request',
  THROTTLED_ERR: 'Throttled',
  CANCELLED_ERR: 'Cancelled',
  PROVIDER_ERR: 'Provider failed',
  INTERNAL_ERR: 'Internal error',
  PROVIDER_LOST_ERR: 'Provider lost',
  UNAVAILABLE_ERR: 'Unavailable',
  DEADLINE_ERR: 'Deadline passed',
});

export function isErrorName(value: string): value is ErrorName {
  return Object.hasOwn(STATUS_OF, value);
}
