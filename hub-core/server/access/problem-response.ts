import { problemPayload, toProblem, type ProblemContext, type ProblemDocument } from '../../common/errors/wire.ts';
import { Encoding, Kind, type Header, type MessageInit } from '../../common/protocol/message.ts';

/** As in the document, for who reads headers only. */
const RETRY_AFTER_MS = 'retry-after-ms';

function retryHeader(retryAfterMs: unknown): readonly Header[] {
  return typeof retryAfterMs === 'number' ? [{ name: RETRY_AFTER_MS, value: String(retryAfterMs) }] : [];
}

/** The Response that tells a caller of an error. */
export function problemResponse(error: unknown, about: ProblemContext): MessageInit & { readonly status: number } {
  const problem = toProblem(error, about);
  return {
    kind: Kind.Response,
    status: problem.status,
    encoding: Encoding.Json,
    headers: [{ name: 'content-type', value: 'application/problem+json' }, ...retryHeader(problem['retry_after_ms'])],
    payload: problemPayload(problem),
  };
}

/** What a Goodbye without an error says. */
export function farewell(detail: string): ProblemDocument {
  return { type: 'about:blank', title: 'Goodbye', status: 0, detail };
}
