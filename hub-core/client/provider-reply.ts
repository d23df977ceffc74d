import { HubError, RequestError } from '../common/errors/hub-error.ts';
import { problemPayload, toProblem } from '../common/errors/wire.ts';
import { EMPTY_BYTES, Encoding, Flag, Kind, type Header, type MessageInit } from '../common/protocol/message.ts';
import { encodeBody, type BodyInput } from './body.ts';
import type { ByteStream } from './byte-stream.ts';
import { toWireHeaders, type HeadersInput } from './header-list.ts';

/** What a handler answers with. */
export interface ReplyInit extends BodyInput {
  /** 100 to 599. Default 200. */
  readonly status?: number | undefined;
  readonly headers?: HeadersInput | undefined;
}

/** A Response, and what follows it in pieces. */
export interface ProviderAnswer {
  readonly response: MessageInit;
  readonly source: ByteStream | undefined;
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

/** The answer for what a handler returned; nothing returned is 204. @throws {TypeError | RangeError} when it is no answer */
export function answerOf(id: number, reply: ReplyInit | undefined): ProviderAnswer {
  if (reply === undefined) return { response: { kind: Kind.Response, id, status: 204 }, source: undefined };
  const headers = toWireHeaders(reply.headers);
  const status = checkedStatus(reply.status ?? 200);
  const { encoding, payload, source } = encodeBody(reply, headers);
  const flags = source === undefined ? 0 : Flag.Stream;
  return { response: { kind: Kind.Response, id, status, flags, encoding, headers, payload }, source };
}

/** A GET route's answer as a HEAD request gets it: everything but the body, whose length is said. */
export function withoutBody(response: MessageInit): MessageInit {
  const length = response.payload?.length ?? 0;
  if (length === 0) return { ...response, flags: 0 };
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

/** The End of an answer whose body broke off, as {@link failureResponse} would have told it. @param credit bytes that may be sent */
export function brokenEnd(id: number, error: unknown, { path, credit }: { path: string; credit: number }): MessageInit {
  const { status, encoding, payload = EMPTY_BYTES } = failureResponse(id, error, path);
  const end = { kind: Kind.Data, id, flags: Flag.End, status } as const;
  // Without credit for the words, the status has to say it all.
  return payload.length > credit ? end : { ...end, encoding, payload };
}
