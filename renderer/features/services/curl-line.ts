import { methodToTry } from './method-to-try.ts';
import { routeUri } from './tree-rows.ts';
import type { Route } from './tree-rows.ts';

/** For a shell: within single quotes nothing is special but a single quote. */
const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;

/** A line that asks a route over HTTP; the key is read from the environment, so that it stands in no history. */
export function curlLine(httpUrl: string, service: string, route: Route): string {
  const method = methodToTry(route.methods[0]);
  const ask = method === 'GET' || method === 'CALL' ? '' : ` -X ${method}`;
  const body = ['POST', 'PUT', 'PATCH'].includes(method) ? ` -H 'content-type: application/json' -d '{}'` : '';
  return `curl${ask} -H "Authorization: Bearer $WHUB_KEY"${body} ${quoted(httpUrl + routeUri(service, route.pattern))}`;
}
