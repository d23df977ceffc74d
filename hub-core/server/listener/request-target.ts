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

export function requestTarget({ url = '/', headersDistinct }: IncomingMessage): RequestTarget {
  const absolute = ABSOLUTE_FORM.exec(url);
  const hosts = headersDistinct['host'];
  const host = absolute === null ? (hosts?.length === 1 ? hosts[0] : undefined) : absolute[1];
  const rest = absolute === null ? url : (absolute[2] ?? '');
  const uri = rest === '' || rest.startsWith('?') ? `/${rest}` : rest;
  return { host, uri, path: uri.split('?', 1)[0] ?? uri };
}
