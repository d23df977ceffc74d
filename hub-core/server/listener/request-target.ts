import type { IncomingMessage } from 'node:http';

/** What an HTTP request line and its Host say. */
export interface RequestTarget {
  /** Undefined when there is none, or more than one. */
  readonly host: string | undefined;
  /** Path and query as sent, starting with `/`; `*` for the server itself. */
  readonly uri: string;
  /** `uri` without the query. */
  readonly path: string;
}

/** RFC 9112, section 3.2.2: what proxies are sent; its authority counts, not the Host header. */
const ABSOLUTE_FORM = /^https?:\/\/([^/?#]*)([^#]*)/i;

/**
 * Undefined when there is none, or more than one. Read from the raw list: the object that Node makes of it has thrown on a
 * header named `__proto__`.
 */
function soleHost(rawHeaders: readonly string[]): string | undefined {
  let found: string | undefined;
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    if (rawHeaders[i]?.toLowerCase() !== 'host') continue;
    if (found !== undefined) return undefined;
    found = rawHeaders[i + 1];
  }
  return found;
}

export function requestTarget({ url = '/', rawHeaders }: IncomingMessage): RequestTarget {
  const absolute = ABSOLUTE_FORM.exec(url);
  const host = absolute === null ? soleHost(rawHeaders) : absolute[1];
  const rest = absolute === null ? url : (absolute[2] ?? '');
  const uri = rest === '' || rest.startsWith('?') ? `/${rest}` : rest;
  return { host, uri, path: uri.split('?', 1)[0] ?? uri };
}
