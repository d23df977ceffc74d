import { randomBytes } from 'node:crypto';
import type { Clock } from '../../common/base/clock.ts';
import { isClientId, type ConnectionId } from '../../common/base/ids.ts';
import type { Random } from '../../common/base/random.ts';
import { MessageDispatcher } from '../../common/dispatch/message-dispatcher.ts';
import type { Logger } from '../../common/log/logger.ts';
import type { Module } from '../../common/module/module.ts';
import { ModuleManager } from '../../common/module/module-manager.ts';
import { createBinaryCodec } from '../../common/protocol/binary-codec.ts';
import type { Codec } from '../../common/protocol/codec.ts';
import { createJsonCodec } from '../../common/protocol/json-codec.ts';
import type { HubIdentity } from '../access/access-limits.ts';
import type { Connection } from '../access/connection.ts';
import type { FrameTap } from '../access/connection-deps.ts';
import { registerMessageHandlers } from '../access/message-handlers.ts';
import type { Middleware } from '../middleware.ts';
import type { Relay } from '../relay.ts';
import { createListener, type Listener } from '../listener/index.ts';
import { createUdpListener } from '../listener/udp/index.ts';
import { createWebRtcListener, type StartRtcThread } from '../listener/webrtc/index.ts';
import { createAuth, type Auth } from '../modules/auth/index.ts';
import type { CaptureSink } from '../modules/capture/capture-sink.ts';
import { createCapture } from '../modules/capture/index.ts';
import { createClientManager, type ClientManager } from '../modules/client-manager/index.ts';
import {
  connectionLoad,
  createConnectionManager,
  type ConnectionManager,
  type ProvidedServices,
} from '../modules/connection-manager/index.ts';
import { createEventLog, type EventLog } from '../modules/event-log/index.ts';
import { createMetering, createMetricsPage, type Gauges, type Metering } from '../modules/metering/index.ts';
import { createMessaging, type Messaging } from '../modules/messaging/index.ts';
import { createOpenApiPage, createServiceManager, type ServiceManager } from '../modules/service-manager/index.ts';
import { createStatusService } from '../modules/status/index.ts';
import { createServiceLayer, type ServiceLayer } from '../service/service-layer.ts';
import { DEFAULT_SERVICE_LIMITS, type ServiceLimits } from '../service/service-limits.ts';
import { createStorage, type Storage } from '../storage/storage-module.ts';
import { composedCapture, Composer } from './composer.ts';
import { listenHosts, type HubConfig } from './config.ts';
import { assembleGuard, type GuardParts } from './guard-parts.ts';
import { plainAddresses, speaksUdp } from './hub-address.ts';
import { HUB_VERSION } from './version.ts';
import { youngCollector } from './collect-young.ts';
import { StreamSweep } from './stream-sweep.ts';

/** What a hub is given from outside. */
export interface HubEnvironment {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly captureSink: CaptureSink | undefined;
  readonly middleware: readonly Middleware[];
  readonly startRtcThread: StartRtcThread;
  /** Wall ms of the start, 0 before it. */
  readonly startedAtMs: () => number;
}

/** The modules of one hub, joined. */
export interface HubParts {
  readonly identity: HubIdentity;
  readonly dispatcher: MessageDispatcher<Connection>;
  /** By what a link within the process carries. */
  readonly codecs: { readonly binary: Codec; readonly json: Codec };
  readonly modules: ModuleManager;
  readonly auth: Auth;
  readonly clients: ClientManager;
  readonly connections: ConnectionManager;
  readonly events: EventLog;
  readonly layer: ServiceLayer;
  readonly listener: Listener;
  readonly metering: Metering;
  readonly services: ServiceManager;
  /** Undefined where it is switched off. */
  readonly webRtc: Module | undefined;
  readonly storage: Storage;
  readonly composer: Composer;
  readonly guard: GuardParts;
}

function serviceLimits({ limits, resilience }: HubConfig): ServiceLimits {
  return {
    ...DEFAULT_SERVICE_LIMITS,
    defaultTimeoutMs: limits.defaultTimeoutMs,
    maxTimeoutMs: limits.maxTimeoutMs,
    maxInFlightPerConnection: limits.maxInFlightPerConnection,
    maxInFlightPerChannel: limits.maxInFlightPerChannel,
    queueMessages: limits.maxQueuedPerService,
    queueBytes: limits.maxQueuedBytesPerService,
    retries: limits.retries,
    creditBytes: limits.creditBytes,
    maxStreamWindowBytes: limits.maxStreamWindowBytes,
    maxCheckedBytes: limits.maxCheckedBytes,
    resilience,
  };
}

function providedBy(layer: ServiceLayer): ReadonlyMap<ConnectionId, ProvidedServices> {
  const provided = new Map<ConnectionId, ProvidedServices>();
  for (const service of layer.services()) {
    for (const { connection, inFlight } of service.providers) {
      const known = provided.get(connection);
      const services = [...(known?.services ?? []), service.id];
      provided.set(connection, { services, inFlight: (known?.inFlight ?? 0) + inFlight });
    }
  }
  return provided;
}

function gaugesOf(connections: ConnectionManager, layer: ServiceLayer, sink: CaptureSink | undefined): Gauges {
  const registered = layer.services().filter(({ builtIn }) => !builtIn);
  return {
    connections: connections.size,
    transports: connections.transports,
    clients: connections.clientCount,
    services: registered.length,
    providers: registered.reduce((sum, { providers }) => sum + providers.length, 0),
    inFlight: layer.inFlight,
    queued: layer.queued,
    storeHeapUsedBytes: sink?.memory?.heapUsedBytes ?? null,
    storeExternalBytes: sink?.memory?.externalBytes ?? null,
  };
}

function messagingBetween(connections: () => ConnectionManager, layer: () => ServiceLayer): Messaging {
  return createMessaging({
    connections: () => connections().open(),
    connectionsOf: (client) => (isClientId(client) ? connections().ofClient(client) : []),
    providersOf: (service) => new Set(layer().providersOf(service)),
  });
}

/** What more than one of the parts below is made of. */
interface SharedParts {
  readonly identity: HubIdentity;
  readonly dispatcher: MessageDispatcher<Connection>;
  readonly codecs: { readonly binary: Codec; readonly json: Codec };
  readonly auth: Auth;
  readonly layer: ServiceLayer;
  /** The layer behind whatever middleware there is. */
  readonly relay: Relay;
  readonly guard: GuardParts;
  readonly frames: FrameTap;
}

/** Requests that people compose at the console. */
function assembleComposer({ limits }: HubConfig, { clock }: HubEnvironment, shared: SharedParts): Composer {
  const { identity, relay, auth: authenticator, codecs, guard } = shared;
  const { headers } = guard;
  const { maxFrameBytes } = limits;
  return new Composer({
    clock,
    relay,
    authenticator,
    codec: codecs.binary,
    headers,
    hubId: identity.id,
    maxFrameBytes,
  });
}

/** What takes peers of WebRTC. It outlives the connections that it carries, so that they can be told Goodbye. */
function assembleWebRtc(
  { webRtc: config, limits }: HubConfig,
  { clock, log, startRtcThread: startThread }: HubEnvironment,
  joined: { shared: SharedParts; connections: ConnectionManager; listener: Listener },
): Module {
  const { shared, connections: acceptor, listener } = joined;
  return createWebRtcListener({
    clock,
    log: log.child({ module: 'webrtc-listener' }),
    hubId: shared.identity.id,
    config,
    limits,
    codec: shared.codecs.binary,
    acceptor,
    gate: shared.guard.gate,
    mount: (mount) => listener.mount(mount),
    startThread,
  });
}

/** Who may come in: connections and the port that they come through. */
function assembleAccess(
  config: HubConfig,
  environment: HubEnvironment,
  shared: SharedParts,
): { connections: ConnectionManager; listener: Listener; udp: Module | undefined; webRtc: Module | undefined } {
  const { clock, log } = environment;
  const { identity: hub, dispatcher, codecs, layer, guard } = shared;
  const { gate, headers } = guard;
  const authenticator = guard.authenticator(shared.auth);
  const relay = guard.relay(shared.relay);
  const { limits, port, hostNames, pageHosts, allowedOrigins, cors, transports, proxyProtocol, tls } = config;
  const { maxHeaderBytes, maxUriBytes, httpBodyTimeoutMs } = limits;
  const connections = createConnectionManager({
    clock,
    frames: shared.frames,
    log: log.child({ module: 'connection-manager' }),
    hub,
    limits,
    relay,
    authenticator,
    gate,
    dispatcher,
    binaryCodec: codecs.binary,
    async whenIdle(signal) {
      await layer.drainAll(signal);
      await guard.middleware.idle(signal);
    },
    provided: () => providedBy(layer),
  });
  registerMessageHandlers(dispatcher, { relay, headers, binaryCodec: codecs.binary });
  const listener = createListener({
    clock,
    log: log.child({ module: 'listener' }),
    hub,
    config: {
      hosts: listenHosts(config),
      port,
      hostNames,
      pageHosts,
      allowedOrigins,
      cors,
      maxHeaderBytes,
      maxUriBytes,
      httpBodyTimeoutMs,
      transports,
      proxyProtocol,
      tls,
    },
    limits,
    relay,
    takesStream: (uri, method) => layer.takesStream(uri, method),
    refuses: (asked) => layer.refuses(asked),
    authenticator,
    gate,
    headers,
    acceptor: connections,
    codecs,
  });
  const udp = speaksUdp(config)
    ? createUdpListener({
        clock,
        log: log.child({ module: 'udp-listener' }),
        hubId: hub.id,
        config: config.udp,
        codec: codecs.binary,
        addresses: () => plainAddresses(listener.addresses, config),
        acceptor: connections,
        gate,
        keyHashes: shared.auth,
      })
    : undefined;
  const webRtc = config.transports.webRtc
    ? assembleWebRtc(config, environment, { shared, connections, listener })
    : undefined;
  return { connections, listener, udp, webRtc };
}

/** What the hub itself says over HTTP, for programs. */
function mountPages(
  listener: Listener,
  parts: Pick<SharedParts, 'identity' | 'auth' | 'layer' | 'guard'> & {
    readonly log: Logger;
    readonly metering: Metering;
    readonly modules: ModuleManager;
  },
): void {
  const { identity: hub, auth, layer, guard, log, metering, modules } = parts;
  const authenticator = guard.authenticator(auth);
  const figures = { modules: () => modules.metrics(), limits: () => modules.limits() };
  listener.mount(createMetricsPage({ hubId: hub.id, log, metering, authenticator, ...figures }));
  listener.mount(createOpenApiPage({ hub, log, layer, authenticator }));
}

/** Those that others tell of their end come first, so that they stop last. */
function inOrder(
  early: readonly Module[],
  late: readonly Module[],
  { udp, webRtc }: { readonly udp: Module | undefined; readonly webRtc: Module | undefined },
): readonly Module[] {
  const all = [...early, webRtc, ...late, udp];
  return all.filter((module) => module !== undefined);
}

/** The composition root: the only place where the parts of a hub are joined. Nothing runs before the modules start. */
export function assembleHub(config: HubConfig, environment: HubEnvironment): HubParts {
  const { clock, random, log, captureSink: sink } = environment;
  const { dataDir, limits, drainTimeoutMs, name } = config;
  const identity: HubIdentity = { id: randomBytes(8).toString('hex'), name, version: HUB_VERSION };
  const codecs = { binary: createBinaryCodec(limits), json: createJsonCodec(limits) };
  const dispatcher = new MessageDispatcher<Connection>();
  const modules = new ModuleManager({ clock, log, drainTimeoutMs });
  const events = createEventLog({ clock });

  const storage = createStorage({ dataDir, clock, log: log.child({ module: 'storage' }) });
  const registry = (): typeof storage.registry => storage.registry;
  const auth = createAuth({ registry, clock, limits: config.auth });
  const capture = createCapture({ clock, limits: config.capture, sink });
  // The parts know of each other both ways; what is not made yet is only asked for while the hub runs.
  const metering: Metering = createMetering({ clock, gauges: () => gaugesOf(connections, layer, sink) });
  const accounts = { registry, passwords: auth, signup: config.auth.signup };
  const clients = createClientManager({ ...accounts, connections: () => connections.list() });
  const status = createStatusService({
    hub: identity,
    startedAtMs: environment.startedAtMs,
    stats: () => metering.current(),
    services: () => services.list(),
    modules: () => modules.status(),
    metrics: () => modules.metrics(),
    limits: () => modules.limits(),
    requestLimits: limits,
  });
  const messaging = messagingBetween(
    () => connections,
    () => layer,
  );
  const { middleware: given } = environment;
  const guard = assembleGuard({ clock, log, config, storage, hubId: identity.id, codec: codecs.binary, given });
  const streamSweep = new StreamSweep(youngCollector());
  const observers = [connectionLoad, capture, composedCapture, metering, ...guard.observers, streamSweep];
  const layer: ServiceLayer = createServiceLayer({
    clock,
    random,
    log,
    hubId: identity.id,
    limits: serviceLimits(config),
    observers,
    builtIns: [auth.service, clients.service, status, messaging.service],
  });
  const services = createServiceManager({
    layer,
    remoteAddressOf: (connection) => connections.remoteAddressOf(connection),
  });
  const relay = guard.middleware.relay(layer, observers);
  const shared = { identity, dispatcher, codecs, auth, layer, relay, guard, frames: capture.frames };
  const { connections, listener, udp, webRtc } = assembleAccess(config, environment, shared);
  const composer = assembleComposer(config, environment, shared);

  mountPages(listener, { ...shared, log, metering, modules });

  const early = [storage, capture, metering, ...guard.modules, auth, clients];
  const late = [messaging, services, connections, listener];
  for (const module of inOrder(early, late, { udp, webRtc })) modules.add(module);
  return {
    identity,
    dispatcher,
    codecs,
    modules,
    auth,
    clients,
    connections,
    events,
    layer,
    listener,
    metering,
    services,
    webRtc,
    storage,
    composer,
    guard,
  };
}
