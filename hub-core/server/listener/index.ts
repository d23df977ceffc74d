import type { AddressInfo } from 'node:net';
import type { Clock } from '../../common/base/clock.ts';
import type { Logger } from '../../common/log/logger.ts';
import type { MetricSample, Module, ModuleHealth } from '../../common/module/module.ts';
import type { Codec } from '../../common/protocol/codec.ts';
import type { Method } from '../../common/protocol/message.ts';
import type { Acceptor } from '../access/acceptor.ts';
import type { AccessLimits, HubIdentity } from '../access/access-limits.ts';
import type { Authenticator } from '../access/authenticator.ts';
import type { Gate } from '../access/gate.ts';
import type { HeaderPolicy } from '../access/header-policy.ts';
import { createHostPolicy, hostLiteral, hostsOf } from '../access/host-policy.ts';
import { createOriginPolicy } from '../access/origin-policy.ts';
import type { Relay } from '../relay.ts';
import { Admission } from './admission.ts';
import { ArrivalCounts } from './arrival-counts.ts';
import { ArrivalRules, speaksTls } from './arrival-rules.ts';
import { FrontDoor } from './front-door.ts';
import { HttpEndpoint } from './http-endpoint.ts';
import type { HttpMount } from './http-mount.ts';
import { Cors, type CorsConfig } from './http/cors.ts';
import { HttpRelay, type RefusalForecast } from './http/http-relay.ts';
import { HttpRouter } from './http/http-router.ts';
import { MountTable } from './mount-table.ts';
import { PeerCertificates } from './peer-certificates.ts';
import { PortServer } from './port-server.ts';
import { createProxyPolicy, type ProxyConfig } from './proxy-protocol.ts';
import type { RequestGuard } from './request-guard.ts';
import { TcpLinks } from './tcp/tcp-links.ts';
import type { TlsConfig } from './tls/tls-config.ts';
import { TlsEndpoint } from './tls/tls-endpoint.ts';
import { readTlsMaterial, type TlsMaterial } from './tls/tls-material.ts';
import { TlsReload } from './tls/tls-reload.ts';
import { isUdpFree } from './udp/udp-socket.ts';

export { BindError } from './port-server.ts';
export { speaksTls } from './arrival-rules.ts';
export { TlsFileError } from './tls/tls-material.ts';

const WILDCARDS: ReadonlySet<string> = new Set(['0.0.0.0', '::']);

export interface ListenerConfig {
  readonly hosts: readonly string[];
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
  readonly transports: Readonly<Record<'http' | 'webSocket' | 'tcp' | 'udp' | 'tls', boolean>>;
  readonly tls: TlsConfig;
  readonly proxyProtocol: ProxyConfig;
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
  /** True when that caller's request to the uri is refused whatever its body is. */
  readonly refuses: RefusalForecast;
  readonly authenticator: Authenticator;
  readonly acceptor: Acceptor;
  readonly gate: Gate;
  readonly headers: HeaderPolicy;
  readonly codecs: { readonly binary: Codec; readonly json: Codec };
}

/** The hub's one port, for everything that runs over TCP: HTTP, WebSockets through it, and WProtocol itself. */
export interface Listener extends Module {
  /** The first that it listens on. Undefined before `start` resolved. */
  readonly address: AddressInfo | undefined;
  /** All that it listens on, at one port. Empty before `start` resolved. */
  readonly addresses: readonly AddressInfo[];
  /** @throws {TypeError} when the prefix is taken */
  mount(mount: HttpMount): Disposable;
  /** Reads the certificate's files again, for connections from now on. Resolves when that is done. */
  reload(): Promise<void>;
}

export function createListener(deps: ListenerDeps): Listener {
  return new PortListener(deps);
}

class PortListener implements Listener {
  readonly name = 'listener';
  readonly dependsOn: readonly string[] = ['auth', 'connection-manager', 'service-manager', 'middleware-manager'];
  readonly #deps: ListenerDeps;
  readonly #mounts = new MountTable();
  readonly #counts: ArrivalCounts;
  readonly #http: HttpEndpoint;
  readonly #door: FrontDoor;
  readonly #port: PortServer;
  readonly #certificates = new PeerCertificates();
  #tls: TlsEndpoint | undefined;
  #reload: TlsReload | undefined;
  #addresses: readonly AddressInfo[] = [];
  #serving = false;

  constructor(deps: ListenerDeps) {
    this.#deps = deps;
    const { clock, log, hub, config, limits, acceptor, codecs, gate, takesStream } = deps;
    const { hosts, port, transports, tls } = config;
    const serving = (): boolean => this.#serving;
    const admission = new Admission(gate);
    this.#counts = new ArrivalCounts({ clock, log });
    this.#http = new HttpEndpoint({
      clock,
      log,
      hub,
      config,
      limits,
      takesStream,
      acceptor,
      certificates: this.#certificates,
      codecs,
      mounts: this.#mounts,
      serving,
      admitUpgrade: (socket, address) => admission.admitConnection(socket, address),
    });
    this.#door = new FrontDoor({
      clock,
      hubId: hub.id,
      timeoutMs: limits.handshakeTimeoutMs,
      rules: new ArrivalRules({ transports, tls, admission, serving }),
      counts: this.#counts,
      proxy: createProxyPolicy(config.proxyProtocol),
      http: this.#http,
      tcp: new TcpLinks({ clock, hubId: hub.id, limits, acceptor, codec: codecs.binary }),
      tls: () => this.#tls,
      admission,
      certificates: this.#certificates,
    });
    this.#port = new PortServer({
      hosts,
      port,
      ...(transports.udp && { isFree: isUdpFree }),
      onSocket: (socket) => this.#door.take(socket),
      onError: (error) => log.error({ error }, 'accepting connections failed'),
    });
  }

  get address(): AddressInfo | undefined {
    return this.#addresses[0];
  }

  get addresses(): readonly AddressInfo[] {
    return this.#addresses;
  }

  mount(mount: HttpMount): Disposable {
    return this.#mounts.add(mount);
  }

  async start(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    await this.#startTls();
    const addresses = await this.#listen();
    const guard = this.#createGuard(addresses[0].port);
    this.#startHttp(guard);
    this.#addresses = addresses;
    this.#serving = true;
    this.#port.open();
    for (const { address, port } of addresses) this.#deps.log.info({ address, port }, 'listening');
  }

  async drain(signal: AbortSignal): Promise<void> {
    this.#serving = false;
    await this.#http.drain(signal);
  }

  stop(): Promise<void> {
    this.#serving = false;
    this.#port.close();
    this.#door[Symbol.dispose]();
    this.#reload?.[Symbol.dispose]();
    this.#tls?.[Symbol.dispose]();
    this.#http.stop();
    return Promise.resolve();
  }

  health(): ModuleHealth {
    if (!this.#serving) return { state: 'not-serving' };
    const detail = this.#addresses.map(({ address, port }) => `${hostLiteral(address)}:${String(port)}`).join(', ');
    return { state: 'serving', detail };
  }

  metrics(): readonly MetricSample[] {
    return [...this.#http.metrics(), ...this.#counts.metrics(this.#door.pending)];
  }

  async reload(): Promise<void> {
    await this.#reload?.reload();
  }

  async #startTls(): Promise<void> {
    const { clock, log, config, limits } = this.#deps;
    if (!speaksTls(config.tls, config.transports)) return;
    const timeoutMs = limits.handshakeTimeoutMs;
    const onChange = (material: TlsMaterial): void => {
      if (this.#tls === undefined) this.#tls = new TlsEndpoint({ material, config: config.tls, timeoutMs });
      else this.#tls.replace(material);
    };
    this.#reload = await TlsReload.start({ clock, log, config: config.tls, read: readTlsMaterial, onChange });
  }

  /** A start that fails leaves nothing behind. */
  async #listen(): ReturnType<PortServer['listen']> {
    try {
      return await this.#port.listen();
    } catch (error) {
      this.#reload?.[Symbol.dispose]();
      throw error;
    }
  }

  #createGuard(port: number): RequestGuard {
    const { hosts, hostNames, pageHosts, allowedOrigins } = this.#deps.config;
    // An address that stands for all of them is nobody's name: those that it stands for are accepted one by one.
    const own = hosts.filter((host) => !WILDCARDS.has(host)).map(hostLiteral);
    return {
      hosts: createHostPolicy(port, [...hostNames, ...pageHosts, ...own]),
      pageHosts: hostsOf(port, pageHosts),
      origins: createOriginPolicy(allowedOrigins),
      gate: this.#deps.gate,
      certificates: this.#certificates,
    };
  }

  #startHttp(guard: RequestGuard): void {
    const { clock, log, hub, limits, relay, takesStream, refuses, authenticator, gate, headers, codecs } = this.#deps;
    const { maxFrameBytes, creditBytes } = limits;
    const { bodyClock } = this.#http;
    const codec = codecs.binary;
    const access = { authenticator, gate, headers, certificates: this.#certificates };
    const http = new HttpRelay({
      clock,
      hub,
      maxFrameBytes,
      creditBytes,
      relay,
      takesStream,
      refuses,
      ...access,
      codec,
      bodyClock,
    });
    const cors = new Cors(this.#deps.config.cors, guard.origins);
    const serving = (): boolean => this.#serving;
    const router = new HttpRouter({ log, guard, http, cors, mounts: this.#mounts, serving });
    this.#http.start({ guard, router, relay: http });
  }
}
