import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Clock } from '../../common/base/clock.ts';
import { CredentialError, HubError, ProtocolError, RequestError } from '../../common/errors/hub-error.ts';
import type { Logger } from '../../common/log/logger.ts';
import type { MetricSample } from '../../common/module/module.ts';
import type { Codec } from '../../common/protocol/codec.ts';
import { Method } from '../../common/protocol/message.ts';
import type { Acceptor } from '../access/acceptor.ts';
import type { AccessLimits, HubIdentity } from '../access/access-limits.ts';
import { BodyClock } from './body-clock.ts';
import { GATEWAY_METHODS } from './http/gateway.ts';
import { MethodError, sendProblem } from './http/http-problem.ts';
import type { HttpRelay } from './http/http-relay.ts';
import type { HttpRouter } from './http/http-router.ts';
import { relayUpgrade } from './http/tunnel.ts';
import { ListenerCounts } from './listener-counts.ts';
import type { MountTable } from './mount-table.ts';
import type { PeerCertificates } from './peer-certificates.ts';
import { refuseRaw } from './raw-refusal.ts';
import { remoteOf } from './remote-of.ts';
import { admitHttp, isPageHost, type RequestGuard } from './request-guard.ts';
import { requestTarget } from './request-target.ts';
import { createWebSocketUpgrade, type UpgradeRequest, type WebSocketUpgrade } from './websocket/upgrade.ts';

/** Request line, names of headers, separators: what headers and uri need beside their own limits, bytes. */
const HEADER_OVERHEAD = 8 << 10;
/** Where headers have no limit of their own, Node needs one. */
const UNLIMITED_HEADER_BYTES = 16 << 20;
const KEEP_ALIVE_MS = 30_000;
/** How often slow clients are looked for. */
const SWEEP_MS = 1_000;

export interface HttpEndpointDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly hub: HubIdentity;
  readonly config: {
    readonly maxHeaderBytes: number;
    readonly maxUriBytes: number;
    readonly httpBodyTimeoutMs: number;
    readonly transports: { readonly http: boolean; readonly webSocket: boolean };
  };
  readonly limits: AccessLimits;
  readonly acceptor: Acceptor;
  readonly certificates: PeerCertificates;
  readonly codecs: { readonly binary: Codec; readonly json: Codec };
  readonly mounts: MountTable;
  /** True when the uri leads to a route that takes requests in pieces. */
  readonly takesStream: (uri: string, method: Method) => boolean;
  /** False before the start and while the hub drains. */
  readonly serving: () => boolean;
  /** Counts a connection that becomes a WebSocket. @throws {RequestError} THROTTLED_ERR */
  readonly admitUpgrade: (socket: Duplex, address: string) => void;
}

/** What the endpoint is given when the port is known. */
export interface HttpEndpointParts {
  readonly guard: RequestGuard;
  readonly router: HttpRouter;
  /** Brings upgrades to services. */
  readonly relay: HttpRelay;
}

/** Speaks HTTP/1.1 on sockets that others accepted: requests, and upgrades of them. */
export class HttpEndpoint {
  readonly bodyClock: BodyClock;
  readonly #deps: HttpEndpointDeps;
  readonly #webSockets: WebSocketUpgrade;
  /** Sockets that mounts took over. */
  readonly #upgraded = new Set<Duplex>();
  /** The latest response on each socket: one that is half written may not be written into. */
  readonly #responses = new WeakMap<Duplex, ServerResponse>();
  /** Those that were told what is wrong and may read it: Node reports every further piece of what it cannot read. */
  readonly #refused = new WeakSet<Duplex>();
  readonly #counts = new ListenerCounts();
  #server: Server | undefined;
  #whenIdle: PromiseWithResolvers<void> | undefined;

  constructor(deps: HttpEndpointDeps) {
    this.#deps = deps;
    const { clock, limits, acceptor, certificates, codecs, config, hub } = deps;
    this.bodyClock = new BodyClock({
      clock,
      timeoutMs: config.httpBodyTimeoutMs,
      sweepMs: SWEEP_MS,
      onSlow: ({ socket }) => this.#refuseBytes(socket, tooSlow()),
    });
    this.#webSockets = createWebSocketUpgrade(
      { clock, limits, acceptor, certificates, codecs: [codecs.binary, codecs.json] },
      ({ message }, socket) => {
        const error = new ProtocolError(`Cannot open a WebSocket: ${message}`);
        this.#counts.upgradeRefused(error);
        refuseRaw(socket, error, { hub: hub.id, instance: '/' });
      },
    );
  }

  start(parts: HttpEndpointParts): void {
    const { router } = parts;
    const server = this.#createServer();
    server.on('request', (request, response) => this.#onRequest(router, request, response));
    server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) =>
      this.#onRequest(router, request, response),
    );
    server.on('upgrade', (request, socket, head) => this.#onUpgrade(parts, { request, socket, head }));
    // It listens on no port of its own, and looks for slow and idle connections only from this event on.
    server.emit('listening');
    this.#server = server;
  }

  /** Takes a socket that nothing was read from; what was is put back. It may be paused. */
  accept(socket: Socket): void {
    if (this.#server === undefined) {
      socket.destroy();
      return;
    }
    this.#server.emit('connection', socket);
    socket.resume();
  }

  /** Resolves when every request is answered, or `signal` aborts. */
  async drain(signal: AbortSignal): Promise<void> {
    this.#server?.closeIdleConnections();
    if (this.#counts.active === 0 || signal.aborted) return;
    this.#whenIdle ??= Promise.withResolvers<void>();
    const { promise, resolve } = this.#whenIdle;
    signal.addEventListener('abort', () => resolve(), { once: true });
    await promise;
  }

  stop(): void {
    const server = this.#server;
    this.#server = undefined;
    // Its sockets that became WebSockets belong to connections, which end after this: waiting for `close` would never end.
    server?.close();
    server?.closeAllConnections();
    this.bodyClock[Symbol.dispose]();
    for (const socket of this.#upgraded) socket.destroy();
  }

  metrics(): readonly MetricSample[] {
    return this.#counts.metrics();
  }

  #createServer(): Server {
    const { limits, config } = this.#deps;
    const { maxHeaderBytes, maxUriBytes } = config;
    const server = createServer({
      headersTimeout: limits.handshakeTimeoutMs,
      // Streams take as long as they take; the body clock judges the rest.
      requestTimeout: 0,
      keepAliveTimeout: KEEP_ALIVE_MS,
      connectionsCheckingInterval: SWEEP_MS,
      maxHeaderSize:
        maxHeaderBytes === 0 || maxUriBytes === 0
          ? UNLIMITED_HEADER_BYTES
          : maxHeaderBytes + maxUriBytes + HEADER_OVERHEAD,
      shouldUpgradeCallback: (request) => this.#upgrades(request),
    });
    // Their size is limited; a limit of their number would drop some without a word.
    server.maxHeadersCount = 0;
    server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) =>
      this.#refuseBytes(socket, clientFault(error)),
    );
    // Node would close the socket without a word.
    server.on('connect', (_request, socket: Duplex) => this.#refuseBytes(socket, noTunnel()));
    return server;
  }

  /** What is not upgraded is declined by answering it in HTTP/1.1 (RFC 9110, section 7.8). */
  #upgrades(request: IncomingMessage): boolean {
    if (request.headers.upgrade?.toLowerCase() !== 'websocket') return false;
    const { path, uri } = requestTarget(request);
    const { mounts, takesStream } = this.#deps;
    return path === '/' || mounts.find(path)?.upgrade !== undefined || takesStream(uri, Method.Get);
  }

  #onRequest(router: HttpRouter, request: IncomingMessage, response: ServerResponse): void {
    this.#counts.requestBegan();
    this.#responses.set(request.socket, response);
    this.bodyClock.watch(request);
    response.once('close', () => {
      this.#counts.requestEnded();
      if (this.#counts.active === 0) this.#whenIdle?.resolve();
    });
    const { serving, config, hub } = this.#deps;
    if (!serving()) response.setHeader('connection', 'close');
    if (config.transports.http) {
      router.handle(request, response);
      return;
    }
    const error = new RequestError('FORBIDDEN_ERR', 'Cannot take the request: this hub takes WebSockets alone');
    sendProblem(request, response, { error, about: { hub: hub.id, instance: requestTarget(request).path } });
  }

  #onUpgrade(parts: HttpEndpointParts, upgrade: UpgradeRequest): void {
    const { request, socket } = upgrade;
    this.#counts.upgradeAsked();
    // Until someone owns it, its loss is nobody's concern.
    const onError = (): void => {
      socket.destroy();
    };
    socket.on('error', onError);
    try {
      this.#route(parts, upgrade);
      socket.off('error', onError);
    } catch (error) {
      this.#counts.upgradeRefused(error);
      if (error instanceof CredentialError) parts.guard.gate.noteOffence(remoteOf(request), 'credential', undefined);
      refuseRaw(socket, error, { hub: this.#deps.hub.id, instance: requestTarget(request).path });
    }
  }

  #route(parts: HttpEndpointParts, { request, socket, head }: UpgradeRequest): void {
    const { guard, relay } = parts;
    const { serving, admitUpgrade, mounts, config } = this.#deps;
    const target = admitHttp(request, guard);
    const { path } = target;
    const isPage = isPageHost(guard, target);
    admitUpgrade(socket, remoteOf(request));
    if (!serving())
      throw new RequestError('UNAVAILABLE_ERR', 'Cannot open a WebSocket: the hub is stopping, try again later');
    const mount = isPage ? undefined : mounts.find(path);
    if (mount?.upgrade !== undefined) {
      this.#keep(socket);
      mount.upgrade(request, socket, head);
    } else if (path !== '/') {
      this.#keep(socket);
      relayUpgrade(relay, { ...target, isPage }, { request, socket, head }).catch((error: unknown) =>
        this.#noteFailure(guard, { request, error }),
      );
    } else if (isPage) {
      throw new RequestError(
        'NOT_FOUND_ERR',
        'Cannot open a WebSocket at "/": only services of clients are reached here',
      );
    } else if (!config.transports.webSocket) {
      throw new RequestError('FORBIDDEN_ERR', 'Cannot open a WebSocket: they are switched off at this hub');
    } else {
      this.#webSockets.accept({ request, socket, head });
    }
  }

  /** Until the endpoint stops. */
  #keep(socket: Duplex): void {
    this.#upgraded.add(socket);
    socket.once('close', () => this.#upgraded.delete(socket));
  }

  #noteFailure(
    { gate }: RequestGuard,
    { request, error }: { readonly request: IncomingMessage; readonly error: unknown },
  ): void {
    if (error instanceof CredentialError) gate.noteOffence(remoteOf(request), 'credential', undefined);
    if (!(error instanceof HubError)) this.#deps.log.error({ error }, 'opening a tunnel to a service failed');
  }

  #refuseBytes(socket: Duplex, fault: HubError): void {
    if (this.#refused.has(socket)) return;
    this.#refused.add(socket);
    this.#counts.bytesRefused();
    const response = this.#responses.get(socket);
    if (response?.headersSent === true && !response.writableFinished) socket.destroy();
    else refuseRaw(socket, fault, { hub: this.#deps.hub.id, instance: '' });
  }
}

function tooSlow(): RequestError {
  return new RequestError('TIMEOUT_ERR', 'Cannot wait for the request: it came too slowly');
}

function noTunnel(): MethodError {
  return new MethodError('CONNECT', GATEWAY_METHODS);
}

/** What Node found wrong with the bytes of a request, in the hub's words. */
function clientFault({ code = '' }: NodeJS.ErrnoException): RequestError {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return tooSlow();
  if (code === 'HPE_HEADER_OVERFLOW')
    return new RequestError('TOO_LARGE_ERR', 'Cannot take the request: its headers are too large');
  return new RequestError('BAD_REQUEST_ERR', `Cannot read the request: it is no HTTP/1.1 (${code})`);
}
