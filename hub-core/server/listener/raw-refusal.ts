import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { problemPayload, toProblem } from '../../common/errors/wire.ts';
import { CHALLENGES } from '../access/bearer.ts';
import { MethodError } from './http/http-problem.ts';
import { lingerAndEnd } from './linger.ts';

function retryLines(retryAfterMs: unknown): readonly string[] {
  if (typeof retryAfterMs !== 'number') return [];
  return [`retry-after: ${String(Math.ceil(retryAfterMs / 1000))}`, `retry-after-ms: ${String(retryAfterMs)}`];
}

/** Answers on a socket that has no response object, an upgrade for example, with a problem document, and ends it. */
export function refuseRaw(
  socket: Duplex,
  error: unknown,
  about: { readonly hub: string; readonly instance: string },
): void {
  const problem = toProblem(error, about);
  const body = problemPayload(problem);
  const lines = [
    `HTTP/1.1 ${String(problem.status)} ${STATUS_CODES[problem.status] ?? 'Error'}`,
    'content-type: application/problem+json',
    `content-length: ${String(body.byteLength)}`,
    'connection: close',
    ...retryLines(problem['retry_after_ms']),
    ...(problem.status === 401 ? CHALLENGES.map((challenge) => `www-authenticate: ${challenge}`) : []),
    ...(error instanceof MethodError ? [`allow: ${error.allow}`] : []),
  ];
  lingerAndEnd(socket, [`${lines.join('\r\n')}\r\n\r\n`, body]);
}
