import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** Under which callers, hub and providers write about one HTTP request in their logs. */
export const REQUEST_ID = 'x-request-id';
/** What can stand in any log and header: the ids of other gateways do. */
const SANE = /^[\w.:/+=@-]{1,128}$/;

/** The request's own id, or a new one where it has none that can be passed on. */
export function requestIdOf({ headersDistinct }: IncomingMessage): string {
  const [given, another] = headersDistinct[REQUEST_ID] ?? [];
  return given !== undefined && another === undefined && SANE.test(given) ? given : randomUUID();
}
