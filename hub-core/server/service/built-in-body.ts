import type { z } from 'zod';
import { RequestError } from '../../common/errors/hub-error.ts';
import { isJson, MAX_JSON_DEPTH } from '../../common/protocol/json-scanner.ts';
import { parseJsonPayload } from '../../common/protocol/payload.ts';

/** Most that a body may have which holds names, passwords and the like, bytes. */
export const SMALL_BODY_BYTES = 64 << 10;

/** Longest reason in a refusal, characters: a library's may name everything that was sent. */
const MAX_REASON = 200;

export interface BodyRules {
  /** What cannot be done without a good body: `log in`. */
  readonly action: string;
  /** Largest body, bytes; Infinity = only the frame is limited. */
  readonly maxBytes: number;
}

/** What is wrong first with a value. */
export interface Fault {
  readonly path: readonly PropertyKey[];
  /** Short, whatever was sent. */
  readonly reason: string;
  /** A list has more items than it may. */
  readonly isTooLong: boolean;
}

export function firstFault({ issues: [issue] }: z.ZodError): Fault {
  const { path = [], message = 'is not valid' } = issue ?? {};
  return {
    path,
    reason: message.length > MAX_REASON ? `${message.slice(0, MAX_REASON)}…` : message,
    isTooLong: issue?.code === 'too_big' && issue.origin === 'array',
  };
}

/**
 * Reads the JSON body of a request to a built-in service. What comes of it may be walked through recursively: its nesting is
 * bounded, as it is in the JSON form of a message.
 *
 * @throws {ProtocolError} when it is no JSON
 * @throws {RequestError} TOO_LARGE_ERR over the limit, BAD_REQUEST_ERR when it is nested too deeply
 */
export function readBody(payload: Uint8Array, { action, maxBytes }: BodyRules): unknown {
  if (payload.byteLength > maxBytes) {
    throw new RequestError(
      'TOO_LARGE_ERR',
      `Cannot ${action}: the body has ${String(payload.byteLength)} bytes, and ${String(maxBytes)} is the most`,
    );
  }
  const value = parseJsonPayload(payload);
  if (isJson(payload)) return value;
  throw new RequestError(
    'BAD_REQUEST_ERR',
    `Cannot ${action}: the body is nested more than ${String(MAX_JSON_DEPTH)} arrays and objects deep`,
  );
}

/**
 * Reads a body that fits a schema; an absent one is `{}`.
 *
 * @throws {ProtocolError} when it is no JSON
 * @throws {RequestError} TOO_LARGE_ERR over the limit, BAD_REQUEST_ERR that names the member, never its value
 */
export function parseBody<T>(schema: z.ZodType<T>, payload: Uint8Array, rules: BodyRules): T {
  const parsed = schema.safeParse(payload.byteLength === 0 ? {} : readBody(payload, rules));
  if (parsed.success) return parsed.data;
  const { path, reason } = firstFault(parsed.error);
  const place = path.length === 0 ? 'the body' : `"${path.join('.')}"`;
  throw new RequestError('BAD_REQUEST_ERR', `Cannot ${rules.action}: ${place}: ${reason}`);
}
