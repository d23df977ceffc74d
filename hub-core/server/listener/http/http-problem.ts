import type { IncomingMessage, ServerResponse } from 'node:http';
import { HubError } from '../../../common/errors/hub-error.ts';
import { problemPayload, toProblem } from '../../../common/errors/wire.ts';
import { CHALLENGES } from '../../access/bearer.ts';

/** How much of an unwanted body is read, so that the caller gets to see the answer before the connection is cut. */
const LINGER_BYTES = 32 << 20;
const LINGER_MS = 2_000;

export interface ProblemAbout {
  readonly hub: string;
  readonly instance: string;
}

/** A path of the hub's own that does not take this method. */
export class MethodError extends HubError {
  override readonly name = 'MethodError';
  readonly allow: string;
  constructor(method: string | undefined, allow: string) {
    super('METHOD_NOT_ALLOWED_ERR', `Cannot use method "${method ?? ''}" here: use ${allow}`);
    this.allow = allow;
  }
}

/** Seconds for `retry-after` from a problem's milliseconds. */
export function retryAfterSeconds(retryAfterMs: unknown): string | undefined {
  return typeof retryAfterMs === 'number' ? String(Math.ceil(retryAfterMs / 1000)) : undefined;
}

/**
 * Ends a response whose request's body is not wanted. Cutting the connection while the caller still writes would lose the
 * answer on its way (RFC 9112, section 9.6), so what comes is read and dropped for a while.
 */
export function endLingering(request: IncomingMessage, response: ServerResponse, body: Uint8Array | string): void {
  if (!response.headersSent) response.setHeader('connection', 'close');
  if (body.length > 0) response.write(body);
  response.once('finish', () => {
    if (!request.complete) request.destroy();
  });
  let dropped = 0;
  const timer = setTimeout(() => response.end(), LINGER_MS);
  const end = (): void => {
    clearTimeout(timer);
    response.end();
  };
  request.on('data', (chunk: Buffer) => {
    dropped += chunk.byteLength;
    if (dropped > LINGER_BYTES) end();
  });
  request.once('end', end);
  response.once('close', () => clearTimeout(timer));
  request.resume();
}

/** True for a caller that sends its body only after 100 Continue, which it was not told. */
function isWaiting({ headers, readableFlowing }: IncomingMessage): boolean {
  return headers.expect !== undefined && readableFlowing === null;
}

/** Answers with a problem document. */
export function sendProblem(
  request: IncomingMessage,
  response: ServerResponse,
  failure: { error: unknown; about: ProblemAbout },
): void {
  const { error, about } = failure;
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const problem = toProblem(error, about);
  const body = problemPayload(problem);
  response.statusCode = problem.status;
  response.setHeader('content-type', 'application/problem+json');
  response.setHeader('content-length', body.byteLength);
  response.setHeader('cache-control', 'no-store');
  if (problem.status === 401) response.setHeader('www-authenticate', CHALLENGES);
  const retryAfter = retryAfterSeconds(problem['retry_after_ms']);
  if (retryAfter !== undefined) {
    response.setHeader('retry-after', retryAfter).setHeader('retry-after-ms', String(problem['retry_after_ms']));
  }
  if (error instanceof MethodError) response.setHeader('allow', error.allow);
  if (request.complete || request.method === 'GET' || request.method === 'HEAD') response.end(body);
  else if (isWaiting(request)) response.setHeader('connection', 'close').end(body);
  else endLingering(request, response, body);
}
