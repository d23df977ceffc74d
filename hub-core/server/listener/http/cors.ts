import type { IncomingMessage, ServerResponse } from 'node:http';
import type { OriginPolicy } from '../../access/origin-policy.ts';
import { GATEWAY_METHODS } from './gateway.ts';

/** Seconds for which a browser may remember a preflight's answer. */
const MAX_AGE = '600';
const EXPOSED = '*';

/** True for the question a browser asks before a request of another origin (Fetch standard, CORS preflight). */
export function isPreflight({ method, headers }: IncomingMessage): boolean {
  return method === 'OPTIONS' && headers.origin !== undefined && headers['access-control-request-method'] !== undefined;
}

/** Lets a page of a configured origin read the answer; every other origin is refused before. */
export function allowOrigin({ headers }: IncomingMessage, response: ServerResponse, origins: OriginPolicy): void {
  if (headers.origin === undefined || !origins.isConfigured(headers.origin)) return;
  response.setHeader('access-control-allow-origin', headers.origin);
  response.setHeader('access-control-expose-headers', EXPOSED);
  response.appendHeader('vary', 'origin');
}

/** Answers a preflight whose origin is allowed. */
export function answerPreflight({ headers }: IncomingMessage, response: ServerResponse): void {
  response.setHeader('access-control-allow-methods', GATEWAY_METHODS);
  response.setHeader('access-control-allow-headers', headers['access-control-request-headers'] ?? '');
  response.setHeader('access-control-max-age', MAX_AGE);
  response.writeHead(204).end();
}
