import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Clock } from '../../common/base/clock.ts';
import { CredentialError, HubError, ProtocolError, RequestError } from '../../common/errors/hub-error.ts';
import type { Logger } from '../../common/log/logger.ts';
import type { MetricSample, Module, ModuleHealth } from '../../common/module/module.ts';
import type { Codec } from '../../common/protocol/codec.ts';
import { Method } from '../../common/protocol/message.ts';
import type { Acceptor } from '../access/acceptor.ts';
import type { AccessLimits, HubIdentity } from '../access/access-limits.ts';
import type { Authenticator } from '../access/authenticator.ts';
import type { Gate } from '../access/gate.ts';
import type { HeaderPolicy } from '../access/header-policy.ts';
import { createHostPolicy, hostLiteral, hostsOf } from '../access/host-policy.ts';
import { createOriginPolicy } from '../access/origin-policy.ts';
import type { Relay } from '../relay.ts';
import { BodyClock } from './body-clock.ts';
import type { HttpMount } from './http-mount.ts';
import { Cors, type CorsConfig } from './http/cors.ts';
import { HttpRelay } from './http/http-relay.ts';
import { relayUpgrade } from './http/tunnel.ts';
import { HttpRouter } from './http/http-router.ts';
import { ListenerCounts } from './listener-counts.ts';
import { MountTable } from './mount-table.ts';
import { refuseRaw } from './raw-refusal.ts';
import { remoteOf } from './remote-of.ts';
import { admitHttp, isPageHost, type RequestGuard } from './request-guard.ts';
import { requestTarget } from './request-target.ts';
import { createWebSocketUpgrade, type UpgradeRequest, type WebSocketUpgrade } from './websocket/upgrade.ts';

/** Request line, names of headers, separators: what headers and uri need beside their own limits, bytes. */
const HEADER_OVERHEAD = 8 << 10;
/** Where headers have no limit of their own, Node needs one. */
const UNLIMITED_HEADER_BYTES = 16 << 20;
const WILDCARDS: ReadonlySet<string> = new Set(['0.0.0.0', '::']);
const KEEP_ALIVE_MS = 30_000;
/** How often slow clients are looked for. */
const SWEEP_MS = 1_000;

export interface ListenerConfig {
  readonly host: string;
  /** 0 = the system chooses. */
  readonly port: number;
  readonly hostNames: readonly string[];
  readonly allowedOrigins: readonly string[];
  /** Of {@link hostNames}' kind: there only clients' services are reached. */
  readonly pageHosts: readonly string[];
  readonly cors: CorsConfig;
  readonly maxHeaderBytes: number;
  readonly maxUriBytes: number;
  readonly httpBodyTimeoutMs: number;
}

export interface ListenerDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly hub: HubIdentity;
  readonly config: ListenerConfig;
  readonly limits: AccessLimits;
  readonly relay: Relay;
  /** True when the uri leads to a route that takes requests in pieces. */
  readonly takesStream: (uri: string, method: Method) => boolean;
  readonly authenticator: Authenticator;
  readonly acceptor: Acceptor;
  readonly gate: Gate;
  readonly headers: HeaderPolicy;
  readonly codecs: { readonly binary: Codec; readonly json: Codec };
}

/** The hub's one port: HTTP, and WebSockets through it. */
export interface Listener extends Module {
  /** Undefined before `start` resolved. */
  readonly address: AddressInfo | undefined;
  /** @throws {TypeError} when the prefix is taken */
  mount(mount: HttpMount): Disposable;
}

export function createListener(deps: ListenerDeps): Listener {
  return new PortListener(deps);
}

class PortListener implements Listener {
  readonly name = 'listener';
  readonly dependsOn: readonly string[] = ['auth', 'connection-manager', 'service-manager', 'middleware-manager'];
  readonly #deps: ListenerDeps;
  readonly #mounts = new MountTable();
  readonly #webSockets: WebSocketUpgrade;
  readonly #bodyClock: BodyClock;
  /** Sockets that mounts took over. */
  readonly #upgraded = new Set<Duplex>();
  #server: Server | undefined;
  #guard: RequestGuard | undefined;
  #http: HttpRelay | undefined;
  #address: AddressInfo | undefined;
  #serving = false;
  readonly #counts = new ListenerCounts();
  /** The latest response on each socket: one that is half written may not be written into. */
  readonly #responses = new WeakMap<Duplex, ServerResponse>();
  #whenIdle: PromiseWithResolvers<void> | undefined;

  constructor(deps: ListenerDeps) {
    this.#deps = deps;
    const { clock, limits, acceptor, codecs, config } = deps;
    this.#bodyClock = new BodyClock({
      clock,
      timeoutMs: config.httpBodyTimeoutMs,
      sweepMs: SWEEP_MS,
      onSlow: ({ socket }) => this.#refuseBytes(socket, tooSlow()),
    });
    this.#webSockets = createWebSocketUpgrade(
      { clock, limits, acceptor, codecs: [codecs.binary, codecs.json] },
      ({ message }, socket) => {
        const error = new ProtocolError(`Cannot open a WebSocket: ${message}`);
        this.#counts.upgradeRefused(error);
        refuseRaw(socket, error, { hub: deps.hub.id, instance: '/' });
      },
    );
  }

  get address(): AddressInfo | undefined {
    return this.#address;
  }

  mount(mount: HttpMount): Disposable {
    return this.#mounts.add(mount);
  }

  async start(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const { host, port, hostNames, pageHosts, allowedOrigins } = this.#deps.config;
    const server = this.#createServer();
    const address = await listen(server, { host, port });
    this.#server = server;
    this.#address = address;
    // An address that stands for all of them is nobody's name: those that it stands for are accepted one by one.
    const names = [...hostNames, ...pageHosts, ...(WILDCARDS.has(host) ? [] : [hostLiteral(host)])];
    this.#guard = {
      hosts: createHostPolicy(address.port, names),
      pageHosts: hostsOf(address.port, pageHosts),
      origins: createOriginPolicy(allowedOrigins),
      gate: this.#deps.gate,
    };
    const router = this.#createRouter(this.#guard);
    server.on('request', (request, response) => this.#onRequest(router, request, response));
    server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) =>
      this.#onRequest(router, request, response),
    );
    server.on('upgrade', (request, socket, head) => this.#onUpgrade({ request, socket, head }));
    this.#serving = true;
    this.#deps.log.info({ address: address.address, port: address.port }, 'listening');
  }

  async drain(signal: AbortSignal): Promise<void> {
    this.#serving = false;
    this.#server?.closeIdleConnections();
    if (this.#counts.active === 0 || signal.aborted) return;
    this.#whenIdle ??= Promise.withResolvers<void>();
    const { promise, resolve } = this.#whenIdle;
    signal.addEventListener('abort', () => resolve(), { once: true });
    await promise;
  }

  stop(): Promise<void> {
    this.#serving = false;
    const server = this.#server;
    this.#server = undefined;
    // Its sockets that became WebSockets belong to connections, which end after this: waiting for `close` would never end.
    server?.close();
    server?.closeAllConnections();
    this.#bodyClock[Symbol.dispose]();
    for (const socket of this.#upgraded) socket.destroy();
    return Promise.resolve();
  }

  health(): ModuleHealth {
    if (!this.#serving || this.#address === undefined) return { state: 'not-serving' };
    return { state: 'serving', detail: `${hostLiteral(this.#address.address)}:${String(this.#address.port)}` };
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
    server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => this.#onClientError(error, socket));
    return server;
  }

  /** What is not upgraded is declined by answering it in HTTP/1.1 (RFC 9110, section 7.8). */
  #upgrades(request: IncomingMessage): boolean {
    if (request.headers.upgrade?.toLowerCase() !== 'websocket') return false;
    const { path, uri } = requestTarget(request);
    return path === '/' || this.#mounts.find(path)?.upgrade !== undefined || this.#deps.takesStream(uri, Method.Get);
  }

  #createRouter(guard: RequestGuard): HttpRouter {
    const { clock, log, hub, limits, relay, takesStream, authenticator, gate, headers, codecs } = this.#deps;
    const { maxFrameBytes, creditBytes } = limits;
    const codec = codecs.binary;
    const bodyClock = this.#bodyClock;
    const access = { authenticator, gate, headers };
    const http = new HttpRelay({
      clock,
      hub,
      maxFrameBytes,
      creditBytes,
      relay,
      takesStream,
      ...access,
      codec,
      bodyClock,
    });
    this.#http = http;
    const cors = new Cors(this.#deps.config.cors, guard.origins);
    return new HttpRouter({ log, guard, http, cors, mounts: this.#mounts, serving: () => this.#serving });
  }

  #onRequest(router: HttpRouter, request: IncomingMessage, response: ServerResponse): void {
    this.#counts.requestBegan();
    this.#responses.set(request.socket, response);
    this.#bodyClock.watch(request);
    response.once('close', () => {
      this.#counts.requestEnded();
      if (this.#counts.active === 0) this.#whenIdle?.resolve();
    });
    if (!this.#serving) response.setHeader('connection', 'close');
    router.handle(request, response);
  }

  #onUpgrade(upgrade: UpgradeRequest): void {
    const { request, socket } = upgrade;
    this.#counts.upgradeAsked();
    // Until someone owns it, its loss is nobody's concern.
    const onError = (): void => {
      socket.destroy();
    };
    socket.on('error', onError);
    try {
      this.#route(upgrade);
      socket.off('error', onError);
    } catch (error) {
      this.#counts.upgradeRefused(error);
      if (error instanceof CredentialError) this.#deps.gate.noteOffence(remoteOf(request), 'credential', undefined);
      refuseRaw(socket, error, { hub: this.#deps.hub.id, instance: requestTarget(request).path });
    }
  }

  #route({ request, socket, head }: UpgradeRequest): void {
    if (this.#guard === undefined) throw new TypeError('Cannot take an upgrade: the listener has not started');
    const target = admitHttp(request, this.#guard);
    const { path } = target;
    const isPage = isPageHost(this.#guard, target);
    this.#deps.gate.admitConnection(remoteOf(request));
    if (!this.#serving)
      throw new RequestError('UNAVAILABLE_ERR', 'Cannot open a WebSocket: the hub is stopping, try again later');
    const mount = isPage ? undefined : this.#mounts.find(path);
    if (mount?.upgrade !== undefined) {
      this.#keep(socket);
      mount.upgrade(request, socket, head);
    } else if (path !== '/' && this.#http !== undefined) {
      this.#keep(socket);
      relayUpgrade(this.#http, { ...target, isPage }, { request, socket, head }).catch((error: unknown) =>
        this.#noteFailure(request, error),
      );
    } else if (isPage) {
      throw new RequestError(
        'NOT_FOUND_ERR',
        'Cannot open a WebSocket at "/": only services of clients are reached here',
      );
    } else {
      this.#webSockets.accept({ request, socket, head });
    }
  }

  /** Until the listener stops. */
  #keep(socket: Duplex): void {
    this.#upgraded.add(socket);
    socket.once('close', () => this.#upgraded.delete(socket));
  }

  #noteFailure(request: IncomingMessage, error: unknown): void {
    if (error instanceof CredentialError) this.#deps.gate.noteOffence(remoteOf(request), 'credential', undefined);
    if (!(error instanceof HubError)) this.#deps.log.error({ error }, 'opening a tunnel to a service failed');
  }

  #onClientError(error: NodeJS.ErrnoException, socket: Duplex): void {
    this.#refuseBytes(socket, clientFault(error));
  }

  #refuseBytes(socket: Duplex, fault: RequestError): void {
    this.#counts.bytesRefused();
    const response = this.#responses.get(socket);
    if (response?.headersSent === true && !response.writableFinished) socket.destroy();
    else refuseRaw(socket, fault, { hub: this.#deps.hub.id, instance: '' });
  }
}

function tooSlow(): RequestError {
  return new RequestError('TIMEOUT_ERR', 'Cannot wait for the request: it came too slowly');
}

/** What Node found wrong with the bytes of a request, in the hub's words. */
function clientFault({ code = '' }: NodeJS.ErrnoException): RequestError {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return tooSlow();
  if (code === 'HPE_HEADER_OVERFLOW')
    return new RequestError('TOO_LARGE_ERR', 'Cannot take the request: its headers are too large');
  return new RequestError('BAD_REQUEST_ERR', `Cannot read the request: it is no HTTP/1.1 (${code})`);
}

async function listen(
  server: Server,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<AddressInfo> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen({ host, port, exclusive: true }, resolve);
  await promise;
  server.off('error', reject);
  const address = server.address();
  if (address === null || typeof address === 'string')
    throw new TypeError('Cannot tell the port: the server is not listening on one');
  return address;
}
