import { HubError, RequestError } from '../common/errors/hub-error.ts';
import { problemPayload, toProblem } from '../common/errors/wire.ts';
import { EMPTY_BYTES, Encoding, Kind, type Header, type MessageInit } from '../common/protocol/message.ts';
import { encodeBody, type BodyInput } from './body.ts';
import { toWireHeaders, type HeadersInput } from './header-list.ts';

/** What a handler answers with. */
export interface ReplyInit extends BodyInput {
  /** 100 to 599. Default 200. */
  readonly status?: number | undefined;
  readonly headers?: HeadersInput | undefined;
}

/** The path has a route, but not for the method. */
export class MethodNotAllowedError extends RequestError {
  /** The methods that it has, as the `allow` header lists them. */
  readonly allow: string;

  constructor(message: string, allow: string) {
    super('METHOD_NOT_ALLOWED_ERR', message);
    this.allow = allow;
  }
}

function checkedStatus(status: number): number {
  if (Number.isInteger(status) && status >= 100 && status <= 599) return status;
  throw new RangeError(`Cannot answer with status "${String(status)}": it is a whole number from 100 to 599`);
}

/** The Response for what a handler returned; nothing returned is 204. @throws {TypeError | RangeError} when it is no answer */
export function responseOf(id: number, reply: ReplyInit | undefined): MessageInit {
  if (reply === undefined) return { kind: Kind.Response, id, status: 204 };
  const headers = toWireHeaders(reply.headers);
  const { encoding, payload } = encodeBody(reply, headers);
  return { kind: Kind.Response, id, status: checkedStatus(reply.status ?? 200), encoding, headers, payload };
}

/** A GET route's answer as a HEAD request gets it: everything but the body, whose length is said. */
export function withoutBody(response: MessageInit): MessageInit {
  const length = response.payload?.length ?? 0;
  if (length === 0) return response;
  const headers = response.headers ?? [];
  const isSaid = headers.some((header) => header.name === 'content-length');
  const said: readonly Header[] = isSaid ? headers : [...headers, { name: 'content-length', value: String(length) }];
  return { ...response, headers: said, payload: EMPTY_BYTES };
}

/**
 * The Response for what a handler threw: a {@link HubError} with its own status, anything else as 500 PROVIDER_ERR with the
 * error's message. Never a stack.
 */
export function failureResponse(id: number, error: unknown, path: string): MessageInit {
  const told =
    error instanceof HubError
      ? error
      : new RequestError('PROVIDER_ERR', error instanceof Error ? error.message : String(error), { cause: error });
  const problem = toProblem(told, { instance: path });
  return {
    kind: Kind.Response,
    id,
    status: problem.status,
    encoding: Encoding.Json,
    headers: [
      { name: 'content-type', value: 'application/problem+json' },
      ...(told instanceof MethodNotAllowedError ? [{ name: 'allow', value: told.allow }] : []),
    ],
    payload: problemPayload(problem),
  };
}
