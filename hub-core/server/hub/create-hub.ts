import { systemClock, type Clock } from '../../common/base/clock.ts';
import type { ClientId } from '../../common/base/ids.ts';
import { systemRandom, type Random } from '../../common/base/random.ts';
import type { MessageDispatcher } from '../../common/dispatch/message-dispatcher.ts';
import { silentLogger, type Logger } from '../../common/log/logger.ts';
import type { LimitUse, ModuleStatus } from '../../common/module/module.ts';
import type { Codec } from '../../common/protocol/codec.ts';
import type { MessageInit } from '../../common/protocol/message.ts';
import { createMemoryTransportPair } from '../../common/transport/memory-transport.ts';
import type { Transport } from '../../common/transport/transport.ts';
import type { Connection } from '../access/connection.ts';
import { parseAuthorization } from '../access/bearer.ts';
import { startRtcWorker, type StartRtcThread } from '../listener/webrtc/index.ts';
import type { CaptureSink } from '../modules/capture/capture-sink.ts';
import { endConnections } from '../modules/connection-manager/index.ts';
import type { Middleware } from '../middleware.ts';
import type { Principal } from '../relay.ts';
import { auditedOperations } from './audited-operations.ts';
import { assertMayListen, describeAddress } from './hub-address.ts';
import { parseHubConfig, type HubConfig, type HubConfigInput } from './config.ts';
import { feedEvents } from './event-feed.ts';
import { joinGuard } from './guard-parts.ts';
import { HubStartError } from './hub-start-error.ts';
import { assembleHub, type HubParts } from './hub-parts.ts';
import type { ComposedAnswer, Hub, HubAddress, HttpMount } from './hub.ts';
import { startErrorOf } from './start-error-of.ts';

/** What a program that embeds a hub may bring; everything else is the platform's. */
export interface HubDeps {
  readonly clock?: Clock;
  readonly random?: Random;
  /** Default: silent. */
  readonly log?: Logger;
  /** Where captured traffic goes; nothing is captured without it. */
  readonly captureSink?: CaptureSink;
  /** Before those that the configuration names. */
  readonly middleware?: readonly Middleware[];
  /** Runs the WebRTC thread. */
  readonly startRtcThread?: StartRtcThread;
}

/**
 * Makes a hub; nothing runs before its `start`.
 *
 * @throws {HubStartError} when the configuration is not valid
 */
export function createHub(config: HubConfigInput, deps: HubDeps = {}): Hub {
  return new LocalHub(parseHubConfig(config), deps);
}

class LocalHub implements Hub {
  readonly #config: HubConfig;
  readonly #clock: Clock;
  readonly #parts: HubParts;
  readonly #starting = new AbortController();
  #feeds: DisposableStack | undefined;
  #startedAtMs = 0;

  readonly connections: Hub['connections'];
  readonly services: Hub['services'];
  readonly clients: Hub['clients'];
  readonly stats: Hub['stats'];
  readonly events: Hub['events'];
  readonly blocks: Hub['blocks'];
  readonly audit: Hub['audit'];

  constructor(config: HubConfig, deps: HubDeps) {
    const { clock = systemClock, random = systemRandom, log = silentLogger, captureSink, middleware = [] } = deps;
    const { startRtcThread = startRtcWorker } = deps;
    this.#config = config;
    this.#clock = clock;
    const startedAtMs = (): number => this.#startedAtMs;
    this.#parts = assembleHub(config, { clock, random, log, captureSink, middleware, startRtcThread, startedAtMs });
    const { connections, services, clients, guard, metering, events } = this.#parts;
    this.stats = metering;
    this.events = events;
    this.audit = guard.audit;
    const operations = auditedOperations(
      {
        connections,
        clients,
        blocks: guard.blocks,
        services: {
          list: () => services.list(),
          contractOf: (service) => services.contractOf(service),
          drain: (service, provider) => services.drainProvider(service, provider),
          undrain: (service, provider) => services.undrainProvider(service, provider),
          eject: (service, provider, forMs) => services.ejectProvider(service, provider, forMs),
          setWeight: (service, provider, weight) => services.setProviderWeight(service, provider, weight),
        },
      },
      guard.audit,
    );
    this.connections = operations.connections;
    this.clients = operations.clients;
    this.blocks = operations.blocks;
    this.services = operations.services;
  }

  get id(): string {
    return this.#parts.identity.id;
  }
  get name(): string {
    return this.#parts.identity.name;
  }
  get version(): string {
    return this.#parts.identity.version;
  }
  get dataDir(): string {
    return this.#config.dataDir;
  }
  get startedAtMs(): number {
    return this.#startedAtMs;
  }
  get dispatcher(): MessageDispatcher<Connection> {
    return this.#parts.dispatcher;
  }
  get address(): HubAddress {
    const { address } = this.#parts.listener;
    if (address === undefined) throw new TypeError('Cannot tell the address: the hub has not started');
    return describeAddress(address, this.#config);
  }

  async start(): Promise<void> {
    assertMayListen(this.#config);
    this.#startedAtMs = this.#clock.wallMs();
    const feeds = this.#subscribe();
    this.#feeds = feeds;
    try {
      await this.#parts.modules.start(this.#starting.signal);
    } catch (error) {
      feeds.dispose();
      throw startErrorOf(error, this.#config);
    }
    this.#note('info', `Hub started on ${this.address.url}`);
  }

  async drain(): Promise<void> {
    this.#note('info', 'Hub takes no new work and finishes what it has');
    await this.#parts.modules.drain();
  }

  async stop(): Promise<void> {
    this.#starting.abort(new HubStartError('Cannot finish the start: the hub was stopped meanwhile'));
    await this.#parts.modules.stop();
    this.#feeds?.dispose();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async refresh(): Promise<void> {
    this.#parts.storage.refresh();
    await this.#parts.listener.reload();
  }

  modules(): readonly ModuleStatus[] {
    return this.#parts.modules.status();
  }

  limits(): readonly LimitUse[] {
    return this.#parts.modules.limits();
  }

  connect(subprotocol: Codec['subprotocol']): Transport {
    if (this.#feeds === undefined) throw new TypeError('Cannot connect: the hub has not started');
    const { codecs, connections } = this.#parts;
    const codec = subprotocol === codecs.json.subprotocol ? codecs.json : codecs.binary;
    const { maxOutgoingBytes: highWaterBytes } = this.#config.limits;
    const [near, far] = createMemoryTransportPair({ frameType: codec.frameType, highWaterBytes });
    connections.accept({ transport: near, codec, credential: undefined });
    return far;
  }

  mount(mount: HttpMount): Disposable {
    return this.#parts.listener.mount(mount);
  }

  async authenticate(key: string): Promise<Principal> {
    return this.#parts.guard.authenticator(this.#parts.auth).authenticate(parseAuthorization(`Bearer ${key}`));
  }

  async compose(request: MessageInit, as: string | undefined): Promise<ComposedAnswer> {
    return this.#parts.composer.send(request, as);
  }

  #note(level: 'info', text: string): void {
    this.#parts.events.append({ kind: 'hub', level, text });
  }

  #subscribe(): DisposableStack {
    const { auth, clients, connections, events, guard, layer } = this.#parts;
    const feeds = new DisposableStack();
    feeds.use(feedEvents({ log: events, connections, services: layer, clients, auth }));
    feeds.use(joinGuard(guard, connections));
    feeds.use(
      auth.onDidHaveTrouble.subscribe(({ kind, address, client }) => {
        // Failed logins are counted where requests end.
        if (kind === 'refresh-reused') guard.gate.noteOffence(address, 'credential', client);
      }),
    );
    feeds.use(auth.onDidChangePrincipal.subscribe((client) => this.#applyChange(client)));
    return feeds;
  }

  /** A changed grant holds for the next request, a revocation at once. */
  #applyChange(client: ClientId): void {
    const { auth, connections } = this.#parts;
    const open = connections.ofClient(client);
    if (open.length === 0) return;
    if (auth.principalOf(client) === undefined) {
      endConnections(open, client);
      return;
    }
    const ended: Connection[] = [];
    for (const connection of open) {
      const principal = auth.renewed(connection.principal);
      if (principal === undefined) ended.push(connection);
      else connection.updatePrincipal(principal);
    }
    // A little later: one of them may be what ended it, and is to get its answer first.
    if (ended.length > 0) this.#clock.after(0, () => endConnections(ended, client));
  }
}
