import type { Header } from '../../common/protocol/message.ts';

/** The one header of the hub's own namespace that clients may set. */
const TRACE = 'whub-trace';

/** True for a header that belongs to the hub: from a client it is dropped. */
export function isHubHeader(name: string): boolean {
  return name.startsWith('whub-') && name !== TRACE;
}

/**
 * What of a client's headers may pass.
 *
 * @returns `headers` itself when all of them may, so that nothing has to be rebuilt
 */
export function withoutHubHeaders(headers: readonly Header[]): readonly Header[] {
  for (const header of headers) {
    if (isHubHeader(header.name)) return headers.filter(({ name }) => !isHubHeader(name));
  }
  return headers;
}

/** RFC 9110, section 7.6.1, and those that older programs still send. */
const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
]);

/** Of a request: meant for the hub, or made anew from the message. */
const NOT_FORWARDED: ReadonlySet<string> = new Set([
  ...HOP_BY_HOP,
  'authorization',
  'cookie',
  'host',
  'content-length',
  'expect',
]);

/** Of an answer: the length is that of the payload. */
const NOT_RETURNED: ReadonlySet<string> = new Set([...HOP_BY_HOP, 'content-length']);

/** Names that a `Connection` header declares to end at this hop. */
export function connectionOptions(value: string | undefined): ReadonlySet<string> {
  return new Set((value ?? '').split(',').map((name) => name.trim().toLowerCase()));
}

/** May this header of an HTTP request go on to the provider? */
export function isForwarded(name: string): boolean {
  return !NOT_FORWARDED.has(name) && !isHubHeader(name);
}

/** May this header of a provider's answer go back to an HTTP caller? */
export function isReturned(name: string): boolean {
  return !NOT_RETURNED.has(name) && !isHubHeader(name);
}
