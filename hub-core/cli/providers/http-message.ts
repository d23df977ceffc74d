import type { IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import type { EncodingWord, ProviderRequest, ReplyInit } from '../../client/node/index.ts';
import { parseForwarded } from './forwarded.ts';
import { webStreamOf } from './web-stream-of.ts';

/** Belong to one connection, not to the message (RFC 9110, 7.6.1), or are made anew for the next one. */
const NOT_PASSED_ON: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
const NOT_SENT: ReadonlySet<string> = new Set([...NOT_PASSED_ON, 'host', 'content-length', 'expect']);

const CONTENT_TYPES: Readonly<Partial<Record<EncodingWord, string>>> = {
  json: 'application/json',
  text: 'text/plain; charset=utf-8',
  messagepack: 'application/msgpack',
  cbor: 'application/cbor',
};

/** Idempotent ones, which may go out twice when a kept connection turns out to be closed. */
const REPEATABLE: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE']);

/** An answer of known length up to this is sent in one message. */
const WHOLE_BYTES = 64 << 10;

export type Pair = readonly [name: string, value: string];

export function isRepeatable(method: string): boolean {
  return REPEATABLE.has(method);
}

/** Header names that the message's own `connection` header takes out of it. */
function namedByConnection(pairs: readonly Pair[]): ReadonlySet<string> {
  const names = pairs.filter(([name]) => name === 'connection').flatMap(([, value]) => value.split(','));
  return new Set(names.map((name) => name.trim().toLowerCase()));
}

function passedOn(pairs: readonly Pair[], dropped: ReadonlySet<string>): Pair[] {
  const named = namedByConnection(pairs);
  return pairs.filter(([name]) => !dropped.has(name) && !named.has(name));
}

/** Length of a body that comes in pieces, where its caller said so. */
export function announcedLength({ headers }: ProviderRequest): number | undefined {
  const text = headers.get('content-length');
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/** The same as `forwarded`, in the words that most programs know, and where below the hub the service is. */
function forwardingHeaders(request: ProviderRequest, service: string): Pair[] {
  const elements = parseForwarded(request.headers.all('forwarded'));
  const addresses = elements
    .map((element) => element.for?.replace(/^\[(.*)\]$/, '$1'))
    .filter((each) => each !== undefined);
  const [first] = elements;
  const pairs: Pair[] = [['x-forwarded-prefix', `/${service}`]];
  if (addresses.length > 0) pairs.push(['x-forwarded-for', addresses.join(', ')]);
  if (first?.host !== undefined) pairs.push(['x-forwarded-host', first.host]);
  if (first?.proto !== undefined) pairs.push(['x-forwarded-proto', first.proto]);
  return pairs;
}

const FORWARDING: ReadonlySet<string> = new Set([
  'x-forwarded-prefix',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
]);

/** How requests are put to the target. */
export interface OutgoingForm {
  readonly service: string;
  readonly target: URL;
  /** `original`: the name under which the caller named the hub, where it is known. */
  readonly hostHeader: 'target' | 'original';
}

/** What goes to the target of a request's headers but what says how its body or its connection is meant. */
export function endToEndHeaders(request: ProviderRequest, { service, target, hostHeader }: OutgoingForm): Pair[] {
  const forwarding = forwardingHeaders(request, service);
  const original = forwarding.find(([name]) => name === 'x-forwarded-host')?.[1];
  const host = hostHeader === 'original' ? (original ?? target.host) : target.host;
  const passed = passedOn([...request.headers], NOT_SENT).filter(([name]) => !FORWARDING.has(name));
  return [...passed, ...forwarding, ['host', host]];
}

/** The headers of a request whose body, if it has one, is sent to its end. */
export function requestHeaders(request: ProviderRequest, form: OutgoingForm): string[] {
  const pairs = endToEndHeaders(request, form);
  const contentType = CONTENT_TYPES[request.encoding];
  const length = request.isStreamed ? announcedLength(request) : request.bytes().length;
  const hasBody = length !== 0;
  if (hasBody && contentType !== undefined && request.headers.get('content-type') === undefined) {
    pairs.push(['content-type', contentType]);
  }
  if (length === undefined) pairs.push(['transfer-encoding', 'chunked']);
  else if (hasBody || !isRepeatable(request.method)) pairs.push(['content-length', String(length)]);
  return pairs.flat();
}

function rawPairs({ rawHeaders }: IncomingMessage): Pair[] {
  return Array.from({ length: rawHeaders.length / 2 }, (_, at): Pair => {
    return [(rawHeaders[2 * at] ?? '').toLowerCase(), rawHeaders[2 * at + 1] ?? ''];
  });
}

/** What goes back of an answer's headers. */
export function returnedHeaders(response: IncomingMessage): Pair[] {
  return passedOn(rawPairs(response), NOT_PASSED_ON);
}

/** The body of an answer: whole where it is small, else as it comes. */
async function bodyOf(response: IncomingMessage, method: string): Promise<Uint8Array | ReadableStream<Uint8Array>> {
  const isEmpty = method === 'HEAD' || response.statusCode === 204 || response.statusCode === 304;
  if (isEmpty) return await buffer(response);
  const length = response.headers['content-length'];
  if (length === undefined || Number(length) > WHOLE_BYTES) return webStreamOf(response);
  return await buffer(response);
}

/** The target's answer as it is. */
export async function replyOf(response: IncomingMessage, method: string): Promise<ReplyInit> {
  const body = await bodyOf(response, method);
  return { status: response.statusCode ?? 502, headers: returnedHeaders(response), body };
}
