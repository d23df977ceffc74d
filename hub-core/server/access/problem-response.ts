import { problemPayload, toProblem, type ProblemContext } from '../../common/errors/wire.ts';
import { Encoding, Kind, type MessageInit } from '../../common/protocol/message.ts';

/** The Response that tells a caller of an error. */
export function problemResponse(error: unknown, about: ProblemContext): MessageInit & { readonly status: number } {
  const problem = toProblem(error, about);
  return {
    kind: Kind.Response,
    status: problem.status,
    encoding: Encoding.Json,
    headers: [{ name: 'content-type', value: 'application/problem+json' }],
    payload: problemPayload(problem),
  };
}
