import type { IncomingMessage, ServerResponse } from 'node:http';
import { CredentialError, HubError, ProtocolError, RequestError } from '../../../common/errors/hub-error.ts';
import type { Logger } from '../../../common/log/logger.ts';
import { splitPath } from '../../../common/route/path.ts';
import { parseAuthorization } from '../../access/bearer.ts';
import { credentialSubject } from '../../access/credential-subject.ts';
import type { Bar } from '../../access/gate.ts';
import type { MountTable } from '../mount-table.ts';
import { remoteOf } from '../remote-of.ts';
import { admitHttp, isPageHost, type RequestGuard } from '../request-guard.ts';
import { requestTarget, type RequestTarget } from '../request-target.ts';
import { RESERVED_SERVICE_IDS } from '../../grants.ts';
import { isPreflight, type Cors } from './cors.ts';
import { relayHttp, type GatewayTarget } from './gateway.ts';
import { MethodError, sendProblem } from './http-problem.ts';
import type { HttpRelay } from './http-relay.ts';
import { relayRpc } from './rpc.ts';

const CONSOLE = '/console/';
const RETRY_AFTER_MS = 1_000;

export interface HttpRouterDeps {
  readonly log: Logger;
  readonly guard: RequestGuard;
  readonly http: HttpRelay;
  readonly cors: Cors;
  readonly mounts: MountTable;
  /** False while the hub drains: whatever is work is refused. */
  readonly serving: () => boolean;
}

type Exchange = readonly [request: IncomingMessage, response: ServerResponse];

/** Decides what an HTTP request is: a question about the hub itself, a mount's, a preflight, `/rpc`, or for a provider. */
export class HttpRouter {
  readonly #deps: HttpRouterDeps;

  constructor(deps: HttpRouterDeps) {
    this.#deps = deps;
  }

  /** Answers, whatever happens. */
  handle(request: IncomingMessage, response: ServerResponse): void {
    const { guard, cors } = this.#deps;
    let target: GatewayTarget;
    try {
      const admitted = admitHttp(request, guard);
      target = { ...admitted, isPage: isPageHost(guard, admitted) };
      cors.allow(request, response);
      const bar = guard.gate.barOf(remoteOf(request));
      if (bar !== undefined) {
        this.#letProven(bar, target, [request, response]);
        return;
      }
    } catch (error) {
      this.#fail([request, response], error);
      return;
    }
    this.#serve(target, [request, response]);
  }

  #serve(target: GatewayTarget, [request, response]: Exchange): void {
    try {
      if (this.#answerAtOnce(target, [request, response])) return;
    } catch (error) {
      this.#fail([request, response], error);
      return;
    }
    const work =
      target.path === '/rpc' && !target.isPage
        ? this.#rpc(request, response)
        : relayHttp(this.#deps.http, target, [request, response]);
    work.catch((error: unknown) => this.#fail([request, response], error));
  }

  /** From a blocked address: whoever tries credentials is not told whether one was right, unless it was. */
  #letProven(bar: Bar, target: GatewayTarget, exchange: Exchange): void {
    const [request, response] = exchange;
    const refuse = (): void => {
      const about = { hub: this.#deps.http.deps.hub.id, instance: target.path };
      sendProblem(request, response, { error: bar.error, about });
    };
    if (!bar.unlessProven || request.headers.authorization === undefined) {
      refuse();
      return;
    }
    this.#deps.http.authenticate(request).then(() => this.#serve(target, exchange), refuse);
  }

  /** @returns false when the request is to be relayed */
  #answerAtOnce(target: GatewayTarget, exchange: Exchange): boolean {
    if (!target.isPage && this.#answerOwn(target, exchange)) return true;
    if (!this.#deps.serving()) throw unavailable();
    const [request, response] = exchange;
    if (isPreflight(request)) {
      this.#deps.cors.answerPreflight(request, response);
      return true;
    }
    if (target.isPage) assertClientsService(target);
    return false;
  }

  /** What the hub itself has to say, also while it drains. @returns false when it has nothing to say here */
  #answerOwn(target: RequestTarget, exchange: Exchange): boolean {
    const { mounts, serving } = this.#deps;
    const [request, response] = exchange;
    switch (target.path) {
      case '/healthz':
        this.#probe(exchange, { status: 'alive' });
        return true;
      case '/readyz':
        if (!serving()) throw unavailable();
        this.#probe(exchange, { status: 'ready' });
        return true;
      default:
    }
    const mount = mounts.find(target.path);
    if (mount?.request !== undefined && !isPreflight(request)) {
      mount.request(request, response);
      return true;
    }
    if (target.path !== '/' || isPreflight(request)) return false;
    if (!serving()) throw unavailable();
    assertReads(request);
    response.writeHead(302, { location: CONSOLE, 'content-length': 0 }).end();
    return true;
  }

  #probe([request, response]: Exchange, value: { readonly status: string }): void {
    assertReads(request);
    const body = JSON.stringify(value);
    response.writeHead(200, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      'cache-control': 'no-store',
    });
    response.end(body);
  }

  async #rpc(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method !== 'POST') throw new MethodError(request.method, 'POST');
    await relayRpc(this.#deps.http, request, response);
  }

  /** What is repeated leads to a block. Bodies of the gateway are the providers' affair. */
  #note(request: IncomingMessage, { path, error }: { readonly path: string; readonly error: unknown }): void {
    const { gate } = this.#deps.guard;
    if (error instanceof CredentialError && request.headers.authorization !== undefined)
      gate.noteOffence(remoteOf(request), 'credential', subjectOf(request));
    else if (error instanceof ProtocolError && path === '/rpc')
      gate.noteOffence(remoteOf(request), 'frame', subjectOf(request));
  }

  #fail([request, response]: Exchange, error: unknown): void {
    const { path } = requestTarget(request);
    this.#note(request, { path, error });
    if (!(error instanceof HubError))
      this.#deps.log.error({ method: request.method ?? '', error }, 'answering an HTTP request failed');
    sendProblem(request, response, { error, about: { hub: this.#deps.http.deps.hub.id, instance: path } });
  }
}

/** A key that holds no Bearer credential is nobody's. */
function subjectOf({ headers: { authorization } }: IncomingMessage): string | undefined {
  try {
    return credentialSubject(parseAuthorization(authorization));
  } catch (error) {
    if (error instanceof CredentialError) return undefined;
    throw error;
  }
}

/** @throws {RequestError} NOT_FOUND_ERR for whatever is the hub's own: a page must not act on the hub as its reader */
function assertClientsService({ path, host = '' }: RequestTarget): void {
  const id = path.startsWith('/') ? (splitPath(path)[0] ?? '') : '';
  if (id !== '' && !RESERVED_SERVICE_IDS.has(id)) return;
  throw new RequestError(
    'NOT_FOUND_ERR',
    `Cannot find "${path}": at "${host}" only services of clients are reached, as /<service>/`,
  );
}

function assertReads(request: IncomingMessage): void {
  if (request.method !== 'GET' && request.method !== 'HEAD') throw new MethodError(request.method, 'GET, HEAD');
}

function unavailable(): RequestError {
  return new RequestError('UNAVAILABLE_ERR', 'Cannot take the request: the hub is stopping, try again later', {
    extra: { retry_after_ms: RETRY_AFTER_MS },
  });
}
