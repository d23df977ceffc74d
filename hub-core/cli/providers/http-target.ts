import { Agent as HttpAgent, request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ProviderRequest, ReplyInit } from '../../client/node/index.ts';
import { exactLength } from './exact-length.ts';
import {
  announcedLength,
  endToEndHeaders,
  isRepeatable,
  replyOf,
  requestHeaders,
  returnedHeaders,
  type OutgoingForm,
} from './http-message.ts';
import { webStreamOf } from './web-stream-of.ts';

export interface HttpTargetOptions extends OutgoingForm {
  /** A Unix socket on which the target listens, instead of its host and port. */
  readonly socketPath: string | undefined;
}

/** Path and query at the target for a uri of the service: encoded as it came. */
export function targetPath(target: URL, uri: string): string {
  const afterService = uri.slice(1).search(/[/?]/);
  const rest = afterService < 0 ? '/' : uri.slice(1 + afterService);
  const base = target.pathname.endsWith('/') ? target.pathname.slice(0, -1) : target.pathname;
  return base + (rest.startsWith('/') ? rest : `/${rest}`);
}

/** A problem of the way to the target, not of the hub: the type says no more than the status. */
function badGateway(detail: string): ReplyInit {
  return {
    status: 502,
    headers: { 'content-type': 'application/problem+json' },
    json: { type: 'about:blank', title: 'Bad Gateway', status: 502, detail },
  };
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

/** What a target answers: with `line`, it switched protocols and speaks another one on that from now on. */
interface TargetAnswer {
  readonly response: IncomingMessage;
  readonly line?: { readonly socket: Duplex; readonly head: Buffer };
}

function answerTo(outgoing: ClientRequest): PromiseWithResolvers<TargetAnswer> {
  const answered = Promise.withResolvers<TargetAnswer>();
  outgoing.once('response', (response) => answered.resolve({ response }));
  outgoing.once('upgrade', (response, socket, head) => answered.resolve({ response, line: { socket, head } }));
  outgoing.once('error', answered.reject);
  return answered;
}

/** Passes requests to one HTTP server, and its answers back as they are. */
export class HttpTarget {
  readonly #options: HttpTargetOptions;
  readonly #agent: HttpAgent;

  constructor(options: HttpTargetOptions) {
    this.#options = options;
    const Agent = options.target.protocol === 'https:' ? HttpsAgent : HttpAgent;
    this.#agent = new Agent({ keepAlive: true });
  }

  async forward(request: ProviderRequest): Promise<ReplyInit> {
    const { target } = this.#options;
    try {
      const upgrade = request.isStreamed ? request.headers.get('upgrade') : undefined;
      return await (upgrade === undefined ? this.#exchange(request, true) : this.#switch(request, upgrade));
    } catch (error) {
      // The caller gave up: whatever is returned is not sent.
      if (request.signal.aborted) throw error;
      const reason = error instanceof Error && error.message !== '' ? error.message : codeOf(error);
      return badGateway(`Cannot get an answer from "${target.origin}": ${reason}`);
    }
  }

  async #exchange(request: ProviderRequest, mayRepeat: boolean): Promise<ReplyInit> {
    const outgoing = this.#open(request, requestHeaders(request, this.#options));
    const answered = answerTo(outgoing);
    // A body that breaks off takes the request to the target with it.
    if (request.isStreamed) {
      const length = announcedLength(request);
      const body = length === undefined ? request.stream : exactLength(request.stream, length);
      pipeline(body, outgoing).catch(answered.reject);
    } else {
      outgoing.end(request.bytes());
    }
    let answer: TargetAnswer;
    try {
      answer = await answered.promise;
    } catch (error) {
      // A kept connection that the server closed just now: Node says so, and nothing reached the server.
      const isStale = outgoing.reusedSocket && codeOf(error) === 'ECONNRESET' && isRepeatable(request.method);
      if (isStale && mayRepeat && !request.isStreamed) return await this.#exchange(request, false);
      throw error;
    }
    return await replyOf(answer.response, request.method);
  }

  /**
   * Asks the target to switch protocols. When it does, what comes and goes from then on are the two bodies, as they are; when
   * it does not, that is its answer.
   */
  async #switch(request: ProviderRequest, upgrade: string): Promise<ReplyInit> {
    const headers = endToEndHeaders(request, this.#options);
    headers.push(['connection', 'Upgrade'], ['upgrade', upgrade]);
    // A connection of its own: it will not come back to the agent.
    const outgoing = this.#open(request, headers.flat(), false);
    const answered = answerTo(outgoing);
    outgoing.end();
    const { response, line } = await answered.promise;
    if (line === undefined) return await replyOf(response, request.method);
    return {
      status: response.statusCode ?? 502,
      headers: [...returnedHeaders(response), ['upgrade', upgrade]],
      body: join(request, line.socket, line.head),
    };
  }

  #open(request: ProviderRequest, headers: readonly string[], agent: HttpAgent | false = this.#agent): ClientRequest {
    const { target, socketPath } = this.#options;
    const send = target.protocol === 'https:' ? httpsRequest : httpRequest;
    return send({
      agent,
      protocol: target.protocol,
      hostname: target.hostname.replace(/^\[(.*)\]$/, '$1'),
      port: target.port === '' ? undefined : Number(target.port),
      ...(socketPath !== undefined && { socketPath }),
      auth:
        target.username === ''
          ? undefined
          : `${decodeURIComponent(target.username)}:${decodeURIComponent(target.password)}`,
      // HTTP has no CALL: what has a body and no other meaning is a POST.
      method: request.method === 'CALL' ? 'POST' : request.method,
      path: targetPath(target, request.uri),
      headers: [...headers],
      signal: request.signal,
    });
  }
}

/** Joins what the caller sends to the target's socket. @returns what the target sends */
function join(request: ProviderRequest, socket: Duplex, head: Buffer): ReadableStream<Uint8Array> {
  const cut = (): void => {
    socket.destroy();
  };
  if (head.byteLength > 0) socket.unshift(head);
  request.signal.addEventListener('abort', cut, { once: true });
  socket.once('close', () => request.signal.removeEventListener('abort', cut));
  // Whichever way it ends, the other direction tells: an error here is no news.
  pipeline(request.stream, socket).catch(cut);
  return webStreamOf(socket);
}
