import type { Clock } from '../../../common/base/clock.ts';
import { Emitter, type Event } from '../../../common/base/emitter.ts';
import { connectionId, type ClientId, type ConnectionId } from '../../../common/base/ids.ts';
import { CredentialError, RequestError, type HubError } from '../../../common/errors/hub-error.ts';
import type { Logger } from '../../../common/log/logger.ts';
import type { LimitUse, MetricSample, Module } from '../../../common/module/module.ts';
import type { AcceptedLink, Acceptor } from '../../access/acceptor.ts';
import type { Credential } from '../../access/authenticator.ts';
import type { ConnectionDeps, ConnectionObserver } from '../../access/connection-deps.ts';
import { Connection } from '../../access/connection.ts';
import { ClosedConnections } from './closed-connections.ts';
import { ConnectionCounts } from './connection-counts.ts';
import { connectionLimits } from './connection-limits.ts';
import type { ConnectionSnapshot } from './connection-snapshot.ts';

export { connectionLoad } from './connection-load.ts';

/** Closed connections that are remembered, however many come and go. */
const MAX_CLOSED = 1_000;
/** How long the answer to a Ping that a person asked for is waited for. */
const PING_TIMEOUT_MS = 5_000;
/** The heartbeat is looked at this many times in its interval. */
const CHECKS_PER_HEARTBEAT = 5;
/** How soon clients that are sent away by a stop may come back. */
const RETRY_AFTER_MS = 1_000;

export interface ConnectionManagerDeps extends Omit<ConnectionDeps, 'observer'> {
  readonly clock: Clock;
  readonly log: Logger;
  /** Resolves when no request is in flight any more or `signal` aborts. */
  readonly whenIdle: (signal: AbortSignal) => Promise<void>;
  /** Services that each connection provides now. */
  readonly provided: () => ReadonlyMap<ConnectionId, ProvidedServices>;
}

/** What one connection provides. */
export interface ProvidedServices {
  readonly services: readonly string[];
  /** Requests that it is handling. */
  readonly inFlight: number;
}

export interface RefusedHello {
  readonly connection: Connection;
  /** What it claimed to be. */
  readonly client: string | undefined;
  /** Never to be shown. */
  readonly credential: Credential | undefined;
  readonly error: HubError;
}

export interface ProtocolViolation {
  readonly connection: Connection;
  readonly error: HubError;
}

/** Who is connected: makes connections of accepted links, keeps them alive, and ends them. */
export interface ConnectionManager extends Module, Acceptor {
  /** Connections that are not closed. */
  readonly size: number;
  /** Clients that have at least one open connection; all anonymous ones are one. */
  readonly clientCount: number;
  /** How many of them there are over each transport; the same object until that changes. */
  readonly transports: Readonly<Record<string, number>>;
  readonly onDidOpen: Event<Connection>;
  readonly onDidClose: Event<Connection>;
  readonly onDidRefuse: Event<RefusedHello>;
  readonly onDidViolate: Event<ProtocolViolation>;
  /** Oldest first, with those closed less than a minute ago. */
  list(): readonly ConnectionSnapshot[];
  /** Those that closed, newest first, at most 1,000. */
  history(limit: number): readonly ConnectionSnapshot[];
  /** Every open connection. */
  open(): readonly Connection[];
  /** Open connections of one client. */
  ofClient(client: ClientId): readonly Connection[];
  /** @returns '' when there is no such connection */
  remoteAddressOf(connection: ConnectionId): string;
  /** @returns false when there is no such open connection */
  close(connection: string, reason: string): boolean;
  /**
   * Measures how long a Ping and its Pong take.
   *
   * @returns ms; undefined when there is no such open connection
   * @throws {RequestError} TIMEOUT_ERR after 5 s, UNAVAILABLE_ERR when it closes first
   */
  ping(connection: string): Promise<number | undefined>;
}

export function createConnectionManager(deps: ConnectionManagerDeps): ConnectionManager {
  return new Connections(deps);
}

class Connections implements ConnectionManager, ConnectionObserver {
  readonly name = 'connection-manager';
  readonly dependsOn: readonly string[] = ['auth', 'service-manager', 'block-list', 'throttle'];
  readonly #deps: ConnectionManagerDeps;
  readonly #connectionDeps: ConnectionDeps;
  readonly #live = new Map<ConnectionId, Connection>();
  /** Closed, but their last bytes may still be on their way. */
  readonly #closing = new Set<Connection>();
  readonly #byClient = new Map<ClientId, Set<Connection>>();
  readonly #closed: ClosedConnections;
  readonly #opened = new Emitter<Connection>();
  readonly #ended = new Emitter<Connection>();
  readonly #refused = new Emitter<RefusedHello>();
  readonly #violated = new Emitter<ProtocolViolation>();
  readonly #counts = new ConnectionCounts();
  #running: DisposableStack | undefined;
  #accepting = false;
  #lastNumber = 0;
  #whenGone: PromiseWithResolvers<void> | undefined;
  /** Undefined when it is to be counted anew. */
  #transports: Readonly<Record<string, number>> | undefined;

  readonly onDidOpen = this.#opened.event;
  readonly onDidClose = this.#ended.event;
  readonly onDidRefuse = this.#refused.event;
  readonly onDidViolate = this.#violated.event;

  constructor(deps: ConnectionManagerDeps) {
    this.#deps = deps;
    this.#connectionDeps = { ...deps, observer: this };
    this.#closed = new ClosedConnections(deps.clock, MAX_CLOSED);
  }

  get size(): number {
    return this.#live.size;
  }

  get transports(): Readonly<Record<string, number>> {
    if (this.#transports === undefined) {
      const counts: Record<string, number> = {};
      for (const { transportKind } of this.#live.values()) counts[transportKind] = (counts[transportKind] ?? 0) + 1;
      this.#transports = counts;
    }
    return this.#transports;
  }

  get clientCount(): number {
    return this.#byClient.size;
  }

  start(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const { clock, limits } = this.#deps;
    const running = new DisposableStack();
    if (limits.heartbeatMs > 0) {
      running.use(clock.every(Math.ceil(limits.heartbeatMs / CHECKS_PER_HEARTBEAT), () => this.#checkHeartbeats()));
    }
    this.#running = running;
    this.#accepting = true;
    return Promise.resolve();
  }

  async drain(signal: AbortSignal): Promise<void> {
    this.#accepting = false;
    for (const connection of this.#live.values()) connection.startDraining();
    await this.#deps.whenIdle(signal);
    this.#sendAway();
  }

  async stop(): Promise<void> {
    this.#accepting = false;
    this.#running?.dispose();
    this.#running = undefined;
    this.#sendAway();
    if (this.#closing.size > 0) {
      this.#whenGone ??= Promise.withResolvers<void>();
      await this.#whenGone.promise;
    }
  }

  health(): { readonly state: 'serving' | 'not-serving'; readonly detail: string } {
    return { state: this.#accepting ? 'serving' : 'not-serving', detail: `${String(this.#live.size)} connections` };
  }

  metrics(): readonly MetricSample[] {
    return this.#counts.metrics(this.#live.values());
  }

  limits(): readonly LimitUse[] {
    return connectionLimits([...this.#live.values()], this.#deps.limits);
  }

  accept({ transport, codec, credential }: AcceptedLink): Connection {
    const id = connectionId(`c${String(++this.#lastNumber)}`);
    const connection = new Connection({ id, transport, codec, credential }, this.#connectionDeps);
    this.#live.set(id, connection);
    this.#transports = undefined;
    connection.start();
    if (!this.#accepting) connection.goodbye(draining());
    return connection;
  }

  list(): readonly ConnectionSnapshot[] {
    const provided = this.#deps.provided();
    const live = [...this.#live.values()].map((connection) =>
      snapshot(connection, this.#deps.clock, provided.get(connection.connectionId)),
    );
    return [...this.#closed.recent(), ...live].toSorted((a, b) => a.connectedAtMs - b.connectedAtMs);
  }

  history(limit: number): readonly ConnectionSnapshot[] {
    return this.#closed.history(limit);
  }

  open(): readonly Connection[] {
    return [...this.#byClient.values()].flatMap((connections) => [...connections]);
  }

  ofClient(client: ClientId): readonly Connection[] {
    return [...(this.#byClient.get(client) ?? [])];
  }

  remoteAddressOf(connection: ConnectionId): string {
    return this.#live.get(connection)?.remoteAddress ?? '';
  }

  close(connection: string, reason: string): boolean {
    const found = this.#live.get(connectionId(connection));
    found?.goodbye(reason);
    return found !== undefined;
  }

  async ping(connection: string): Promise<number | undefined> {
    return this.#live.get(connectionId(connection))?.ping(PING_TIMEOUT_MS);
  }

  opened(connection: Connection): void {
    const { clientId } = connection;
    const others = this.#byClient.get(clientId);
    if (others === undefined) this.#byClient.set(clientId, new Set([connection]));
    else others.add(connection);
    this.#deps.log.info(
      { connectionId: connection.connectionId, clientId, address: connection.remoteAddress },
      'connection opened',
    );
    this.#counts.opened(connection);
    this.#opened.emit(connection);
  }

  refused(connection: Connection, error: HubError, credential: Credential | undefined): void {
    this.#deps.log.warn(
      {
        connectionId: connection.connectionId,
        address: connection.remoteAddress,
        status: error.status,
        reason: error.message,
      },
      'connection refused',
    );
    this.#refused.emit({ connection, client: credential?.client, credential, error });
  }

  violated(connection: Connection, error: HubError): void {
    this.#violated.emit({ connection, error });
  }

  closed(connection: Connection): void {
    this.#live.delete(connection.connectionId);
    this.#transports = undefined;
    this.#closing.add(connection);
    this.#closed.add(snapshot(connection, this.#deps.clock, undefined));
    const others = this.#byClient.get(connection.clientId);
    const wasOpen = others?.delete(connection) === true;
    if (others?.size === 0) this.#byClient.delete(connection.clientId);
    this.#counts.closed(connection, wasOpen);
    const { connectionId: id, clientId, closeReason } = connection;
    this.#deps.log.info({ connectionId: id, clientId, reason: closeReason ?? '' }, 'connection closed');
    this.#ended.emit(connection);
  }

  linkClosed(connection: Connection): void {
    this.#closing.delete(connection);
    if (this.#closing.size === 0) this.#whenGone?.resolve();
  }

  #checkHeartbeats(): void {
    const nowMs = this.#deps.clock.nowMs();
    for (const connection of this.#live.values()) connection.checkHeartbeat(nowMs);
  }

  #sendAway(): void {
    for (const connection of [...this.#live.values()]) connection.goodbye(draining());
  }
}

function draining(): RequestError {
  return new RequestError('UNAVAILABLE_ERR', 'Cannot go on: the hub is stopping, connect again later', {
    extra: { retry_after_ms: RETRY_AFTER_MS },
  });
}

/** Ends what a blocked client has open. */
export function endBlocked(connections: readonly Connection[], client: string): void {
  for (const connection of connections) {
    connection.goodbye(new RequestError('FORBIDDEN_ERR', `Cannot go on as client "${client}": it was blocked`));
  }
}

/** Ends what was opened with a credential that holds no longer. */
export function endConnections(connections: readonly Connection[], client: ClientId): void {
  for (const connection of connections) {
    connection.goodbye(new CredentialError(`Cannot go on as client "${client}": what it came with was revoked`));
  }
}

function partOf(connection: Connection, provided: ProvidedServices | undefined): ConnectionSnapshot['part'] {
  const provides = (provided?.services.length ?? 0) > 0;
  if (connection.called) return provides ? 'both' : 'caller';
  return provides ? 'provider' : 'idle';
}

function snapshot(connection: Connection, clock: Clock, provided: ProvidedServices | undefined): ConnectionSnapshot {
  const { lastReceivedMs, messagesIn } = connection;
  return {
    id: connection.connectionId,
    state: connection.state,
    client: connection.client ?? null,
    role: connection.principal.role,
    part: partOf(connection, provided),
    agent: connection.agent,
    transport: connection.transportKind,
    subprotocol: connection.codec.subprotocol,
    remoteAddress: connection.remoteAddress,
    connectedAtMs: connection.connectedAtMs,
    closedAtMs: connection.closedAtMs,
    closeReason: connection.closeReason,
    messagesIn,
    messagesOut: connection.messagesOut,
    bytesIn: connection.bytesIn,
    bytesOut: connection.bytesOut,
    inFlight: connection.inFlight + (provided?.inFlight ?? 0),
    errors: connection.errors,
    bufferedBytes: connection.bufferedBytes,
    lastMessageAtMs: messagesIn === 0 ? null : Math.round(clock.wallMs() - (clock.nowMs() - lastReceivedMs)),
    services: provided?.services ?? [],
  };
}
