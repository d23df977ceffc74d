import { Agent as HttpAgent, request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import type { EncodingWord, ProvideOptions, ProviderRequest, ReplyInit } from '../../client/node/index.ts';
import { webStreamOf } from './web-stream-of.ts';

export interface HttpServiceOptions {
  readonly id: string;
  /** `http:` or `https:`; its path comes before the request's. */
  readonly target: URL;
}

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

type Pair = readonly [name: string, value: string];

/** Header names that the message's own `connection` header takes out of it. */
function namedByConnection(pairs: readonly Pair[]): ReadonlySet<string> {
  const names = pairs.filter(([name]) => name === 'connection').flatMap(([, value]) => value.split(','));
  return new Set(names.map((name) => name.trim().toLowerCase()));
}

function passedOn(pairs: readonly Pair[], dropped: ReadonlySet<string>): Pair[] {
  const named = namedByConnection(pairs);
  return pairs.filter(([name]) => !dropped.has(name) && !named.has(name));
}

/** Path and query at the target for a uri of the service: encoded as it came. */
export function targetPath(target: URL, uri: string): string {
  const afterService = uri.slice(1).search(/[/?]/);
  const rest = afterService < 0 ? '/' : uri.slice(1 + afterService);
  const base = target.pathname.endsWith('/') ? target.pathname.slice(0, -1) : target.pathname;
  return base + (rest.startsWith('/') ? rest : `/${rest}`);
}

function outgoingHeaders(request: ProviderRequest, target: URL): string[] {
  const pairs = passedOn([...request.headers], NOT_SENT);
  const contentType = CONTENT_TYPES[request.encoding];
  const length = request.isStreamed ? undefined : request.bytes().length;
  const hasBody = length !== 0;
  if (hasBody && contentType !== undefined && request.headers.get('content-type') === undefined) {
    pairs.push(['content-type', contentType]);
  }
  pairs.push(['host', target.host]);
  if (length === undefined) pairs.push(['transfer-encoding', 'chunked']);
  else if (hasBody || !REPEATABLE.has(request.method)) pairs.push(['content-length', String(length)]);
  return pairs.flat();
}

function rawPairs(response: IncomingMessage): Pair[] {
  const { rawHeaders } = response;
  return Array.from({ length: rawHeaders.length / 2 }, (_, at): Pair => {
    return [(rawHeaders[2 * at] ?? '').toLowerCase(), rawHeaders[2 * at + 1] ?? ''];
  });
}

/** A problem of the way to the target, not of the hub: the type says no more than the status. */
function badGateway(detail: string): ReplyInit {
  return {
    status: 502,
    headers: { 'content-type': 'application/problem+json' },
    json: { type: 'about:blank', title: 'Bad Gateway', status: 502, detail },
  };
}

/** An answer of known length up to this is sent in one message. */
const WHOLE_BYTES = 64 << 10;

/** The body of an answer: whole where it is small, else as it comes. */
async function bodyOf(response: IncomingMessage, method: string): Promise<Uint8Array | ReadableStream<Uint8Array>> {
  const isEmpty = method === 'HEAD' || response.statusCode === 204 || response.statusCode === 304;
  if (isEmpty) return await buffer(response);
  const length = response.headers['content-length'];
  if (length === undefined || Number(length) > WHOLE_BYTES) return webStreamOf(response);
  return await buffer(response);
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

/** Passes requests to one HTTP server, and its answers back as they are. */
class HttpTarget {
  readonly #options: HttpServiceOptions;
  readonly #agent: HttpAgent;

  constructor(options: HttpServiceOptions) {
    this.#options = options;
    const Agent = options.target.protocol === 'https:' ? HttpsAgent : HttpAgent;
    this.#agent = new Agent({ keepAlive: true });
  }

  async forward(request: ProviderRequest): Promise<ReplyInit> {
    const { target } = this.#options;
    try {
      return await this.#exchange(request, true);
    } catch (error) {
      // The caller gave up: whatever is returned is not sent.
      if (request.signal.aborted) throw error;
      const reason = error instanceof Error && error.message !== '' ? error.message : codeOf(error);
      return badGateway(`Cannot get an answer from "${target.origin}": ${reason}`);
    }
  }

  async #exchange(request: ProviderRequest, mayRepeat: boolean): Promise<ReplyInit> {
    const outgoing = this.#open(request);
    const answered = Promise.withResolvers<IncomingMessage>();
    outgoing.once('response', answered.resolve);
    outgoing.once('error', answered.reject);
    // A body that breaks off takes the request to the target with it.
    if (request.isStreamed) pipeline(request.stream, outgoing).catch(answered.reject);
    else outgoing.end(request.bytes());
    let response: IncomingMessage;
    try {
      response = await answered.promise;
    } catch (error) {
      // A kept connection that the server closed just now: Node says so, and nothing reached the server.
      const isStale = outgoing.reusedSocket && codeOf(error) === 'ECONNRESET' && REPEATABLE.has(request.method);
      if (isStale && mayRepeat && !request.isStreamed) return await this.#exchange(request, false);
      throw error;
    }
    const body = await bodyOf(response, request.method);
    return { status: response.statusCode ?? 502, headers: passedOn(rawPairs(response), NOT_PASSED_ON), body };
  }

  #open(request: ProviderRequest): ClientRequest {
    const { target } = this.#options;
    const send = target.protocol === 'https:' ? httpsRequest : httpRequest;
    return send({
      agent: this.#agent,
      protocol: target.protocol,
      hostname: target.hostname.replace(/^\[(.*)\]$/, '$1'),
      port: target.port === '' ? undefined : Number(target.port),
      auth:
        target.username === ''
          ? undefined
          : `${decodeURIComponent(target.username)}:${decodeURIComponent(target.password)}`,
      // HTTP has no CALL: what has a body and no other meaning is a POST.
      method: request.method === 'CALL' ? 'POST' : request.method,
      path: targetPath(target, request.uri),
      headers: outgoingHeaders(request, target),
      signal: request.signal,
    });
  }
}

/** `/ID/<path>` at `<target>/<path>`: a server behind a firewall is reached through the hub. */
export function httpService(options: HttpServiceOptions): ProvideOptions {
  const target = new HttpTarget(options);
  return {
    id: options.id,
    description: `Passes requests to ${options.target.origin}`,
    routes: [
      {
        pattern: '/*path',
        summary: 'As the server answers',
        stream: true,
        handler: (request) => target.forward(request),
      },
    ],
  };
}
