import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { problemPayload, toProblem } from '../../common/errors/wire.ts';
import { CHALLENGES } from '../access/bearer.ts';

/** How long the other side may take to read the refusal. */
const LINGER_MS = 2_000;

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
  if (socket.destroyed || !socket.writable) {
    socket.destroy();
    return;
  }
  const problem = toProblem(error, about);
  const body = problemPayload(problem);
  const lines = [
    `HTTP/1.1 ${String(problem.status)} ${STATUS_CODES[problem.status] ?? 'Error'}`,
    'content-type: application/problem+json',
    `content-length: ${String(body.byteLength)}`,
    'connection: close',
    ...retryLines(problem['retry_after_ms']),
    ...(problem.status === 401 ? CHALLENGES.map((challenge) => `www-authenticate: ${challenge}`) : []),
  ];
  socket.on('error', () => socket.destroy());
  const timer = setTimeout(() => socket.destroy(), LINGER_MS);
  socket.once('close', () => clearTimeout(timer));
  socket.write(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
  socket.end(body);
  socket.resume();
}
