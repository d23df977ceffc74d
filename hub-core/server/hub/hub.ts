import type { Event } from '../../common/base/emitter.ts';
import type { MessageDispatcher } from '../../common/dispatch/message-dispatcher.ts';
import type { LimitUse, ModuleStatus } from '../../common/module/module.ts';
import type { Codec } from '../../common/protocol/codec.ts';
import type { Message, MessageInit } from '../../common/protocol/message.ts';
import type { Transport } from '../../common/transport/transport.ts';
import type { Connection } from '../access/connection.ts';
import type { HttpMount } from '../listener/http-mount.ts';
import type { BlockSnapshot, NewBlock } from '../modules/block-list/block-snapshot.ts';
import type { ClientSnapshot, IssuedKey } from '../modules/client-manager/client-snapshot.ts';
import type { ConnectionSnapshot } from '../modules/connection-manager/connection-snapshot.ts';
import type { HubEvent } from '../modules/event-log/hub-event.ts';
import type { StatsSnapshot } from '../modules/metering/stats-snapshot.ts';
import type { ServiceSnapshot } from '../modules/service-manager/service-snapshot.ts';
import type { Principal } from '../relay.ts';
import type { ContractView } from '../service/contract-view.ts';
import type { AuditRecord } from '../storage/audit-record.ts';

export type { ContractView, HttpMount };

export interface HubAddress {
  readonly host: string;
  readonly port: number;
  /** `ws://127.0.0.1:7410/` */
  readonly url: string;
  /** `http://127.0.0.1:7410` */
  readonly httpUrl: string;
  /** `tcp://127.0.0.1:7410` */
  readonly tcpUrl: string;
  /** `tls://127.0.0.1:7410`; undefined without a certificate. Where TLS must be spoken the others are of it, too. */
  readonly tlsUrl: string | undefined;
}

export interface ComposedAnswer {
  readonly message: Message;
  readonly durationMs: number;
  /** Sequence number in the traffic store, 0 when not captured. */
  readonly captureSeq: number;
}

/**
 * A hub in this process. Two of them can live side by side.
 *
 * @example
 * await using hub = createHub({ dataDir, port: 0 });
 * await hub.start();
 */
export interface Hub extends AsyncDisposable {
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly dataDir: string;
  /** Wall ms of the start. */
  readonly startedAtMs: number;
  /** @throws {TypeError} before `start` resolved */
  readonly address: HubAddress;
  /** Handlers by message kind; the last registered wins, before or after start. */
  readonly dispatcher: MessageDispatcher<Connection>;

  /** @throws {HubStartError} with a one-line reason: port taken, folder in use or not writable, newer database */
  start(): Promise<void>;
  /** Takes no new work, tells every connection, waits for what is in flight, at most `drainTimeoutMs`. */
  drain(): Promise<void>;
  /** Ends everything. Idempotent; also without a drain. */
  stop(): Promise<void>;

  /**
   * Takes up at once what other programs changed in the data folder, and certificates that were replaced; both are looked for
   * every now and then anyway. Resolves when it holds.
   */
  refresh(): Promise<void>;

  modules(): readonly ModuleStatus[];
  /** Each limit beside its present use. */
  limits(): readonly LimitUse[];
  /**
   * A link to this hub within the process, without a socket. Its other end is a connection as any other: it says Hello, proves
   * who it is, and may do what its grants say. For the SDK: `HubClient.connect({ url: hub.address.url, dial: ... })`.
   *
   * @param subprotocol what frames are written in
   * @throws {TypeError} before `start` resolved
   */
  connect(subprotocol: Codec['subprotocol']): Transport;
  /** Serves `mount` until disposed. @throws {TypeError} when the prefix is taken */
  mount(mount: HttpMount): Disposable;

  readonly connections: {
    /** Open ones, and those closed less than 60 s ago. */
    list(): readonly ConnectionSnapshot[];
    /** Those that closed, newest first, at most 1,000. */
    history(limit: number): readonly ConnectionSnapshot[];
    /** @returns false when there is no such open connection */
    close(connection: string, reason: string): boolean;
    /**
     * Measures how long a Ping and its Pong take.
     *
     * @returns ms; undefined when there is no such open connection
     * @throws {RequestError} TIMEOUT_ERR after 5 s, UNAVAILABLE_ERR when it closes first
     */
    ping(connection: string): Promise<number | undefined>;
  };
  readonly services: {
    list(): readonly ServiceSnapshot[];
    /** What the service announced; undefined when there is none of that id. */
    contractOf(service: string): ContractView | undefined;
    /** @returns false when there is no such channel */
    drain(service: string, provider: string): boolean;
    /** Ends a drain or an ejection. @returns false when there is no such channel */
    undrain(service: string, provider: string): boolean;
    /**
     * Keeps new work from the channel for a while.
     *
     * @returns false when there is no such channel
     * @throws {RequestError} CONFLICT_ERR when its pool cannot do without it
     */
    eject(service: string, provider: string, forMs: number): boolean;
    /** @param weight 1 to 1,000, until the provider registers again @returns false when there is no such channel */
    setWeight(service: string, provider: string, weight: number): boolean;
  };
  readonly clients: {
    list(): readonly ClientSnapshot[];
    /** @throws {RequestError} CONFLICT_ERR when the id is known */
    register(client: string, mayCall: readonly string[], mayProvide: readonly string[]): IssuedKey;
    /** @throws {RequestError} NOT_FOUND_ERR */
    setGrants(client: string, mayCall: readonly string[], mayProvide: readonly string[]): ClientSnapshot;
    /** @throws {RequestError} NOT_FOUND_ERR */
    addCredential(client: string): IssuedKey;
    /** null takes it away; what was opened with the one before is closed. */
    setPassword(client: string, password: string | null): Promise<void>;
    revokeCredential(client: string, credential: string): boolean;
    /** Its credentials stop working at once and its connections are closed. */
    revoke(client: string): boolean;
    restore(client: string): boolean;
  };
  readonly blocks: {
    /** Oldest first. */
    list(): readonly BlockSnapshot[];
    /** Holds at once; a client's connections are closed. @throws {RequestError} BAD_REQUEST_ERR */
    add(block: NewBlock): BlockSnapshot;
    /** @returns false when there was none @throws {RequestError} BAD_REQUEST_ERR */
    remove(kind: BlockSnapshot['kind'], target: string): boolean;
  };
  readonly audit: {
    /** Who changed what, newest first; of those before the id `before`, where one is given. */
    list(query: { readonly limit: number; readonly before?: number }): readonly AuditRecord[];
  };
  readonly stats: {
    current(): StatsSnapshot;
    /** Oldest first, at most an hour. */
    history(seconds: number): readonly StatsSnapshot[];
    /** Once a second. */
    readonly onDidSample: Event<StatsSnapshot>;
  };
  readonly events: {
    /** Newest first. */
    list(limit: number): readonly HubEvent[];
    readonly onDidAppend: Event<HubEvent>;
  };

  /**
   * Who a key or a token proves, checked and cached as for a connection's Hello. For mounts that take `Authorization: Bearer`.
   *
   * @throws {CredentialError} when it is unknown or revoked
   */
  authenticate(key: string): Promise<Principal>;

  /**
   * Sends a request from inside the hub's process, through the same checks as any other.
   *
   * @param as a client's id, whose grants then hold; undefined = the console, which may call everything
   * @throws {RequestError} NOT_FOUND_ERR when there is no client `as`; whatever else goes wrong is an answer
   */
  compose(request: MessageInit, as: string | undefined): Promise<ComposedAnswer>;
}
