import { HubError } from '../../common/errors/hub-error.ts';
import type { ErrorName } from '../../common/errors/status.ts';
import { problemPayload, toProblem } from '../../common/errors/wire.ts';
import { Encoding, Kind, type Header, type MessageInit } from '../../common/protocol/message.ts';
import { splitUri } from '../../common/route/path.ts';
import type { RelayedExchange } from './relayed-exchange.ts';

const CONTENT_TYPE: Header = { name: 'content-type', value: 'application/problem+json' };

/** A refusal whose answer has headers of its own: `allow`, `www-authenticate`. */
export class RefusedError extends HubError {
  override readonly name = 'RefusedError';
  readonly answerHeaders: readonly Header[];
  constructor(
    errorName: 'METHOD_NOT_ALLOWED_ERR' | 'UNAUTHORIZED_ERR',
    message: string,
    answerHeaders: readonly Header[],
  ) {
    super(errorName, message);
    this.answerHeaders = answerHeaders;
  }
}

function headersOf(error: unknown): readonly Header[] {
  return error instanceof RefusedError ? [CONTENT_TYPE, ...error.answerHeaders] : [CONTENT_TYPE];
}

/** The wire's name of an error; whatever is no HubError is the hub's own fault. */
export function errorNameOf(error: unknown): ErrorName {
  return error instanceof HubError ? error.errorName : 'INTERNAL_ERR';
}

/** The Response that tells a caller of `error`. */
export function problemAnswer(error: unknown, exchange: RelayedExchange, hubId: string): MessageInit {
  const instance = splitUri(exchange.message.uri ?? '').path;
  const problem = toProblem(error, { hub: hubId, request: exchange.requestId, instance });
  return {
    kind: Kind.Response,
    status: problem.status,
    encoding: Encoding.Json,
    headers: headersOf(error),
    payload: problemPayload(problem),
  };
}
