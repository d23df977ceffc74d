import { Emitter, type Event } from '../../../common/base/emitter.ts';
import type { ClientId } from '../../../common/base/ids.ts';
import { RequestError } from '../../../common/errors/hub-error.ts';
import type { MetricSample, Module, ModuleHealth } from '../../../common/module/module.ts';
import type { BuiltInService } from '../../service/built-in.ts';
import type { ClientRecord, IssuedCredential } from '../../storage/client-record.ts';
import type { ClientRegistry } from '../../storage/client-registry.ts';
import type { ConnectionSnapshot } from '../connection-manager/connection-snapshot.ts';
import type { ClientChange } from './client-change.ts';
import { ClientCounts } from './client-counts.ts';
import type { ClientSnapshot, IssuedKey } from './client-snapshot.ts';
import { createClientsService } from './clients-service.ts';
import { NewestLast } from './newest-last.ts';

export type { ClientChange } from './client-change.ts';

export interface ClientManagerDeps {
  /** Asked for at start: a registry is open only then. */
  readonly registry: () => ClientRegistry;
  /** Who is connected now; those lately closed are left out here. */
  readonly connections: () => readonly ConnectionSnapshot[];
  readonly passwords: {
    /** @throws {RequestError} BAD_REQUEST_ERR for a password that cannot be one */
    hashPassword(password: string): Promise<string>;
  };
  /** Whether anyone may register a client. */
  readonly signup: boolean;
}

/** Registered clients and their credentials. What changes a root client throws {@link RequestError} FORBIDDEN_ERR. */
export interface ClientManager extends Module {
  /** The built-in service `clients`. */
  readonly service: BuiltInService;
  readonly onDidChange: Event<ClientChange>;
  list(): readonly ClientSnapshot[];
  /** @throws {RequestError} CONFLICT_ERR when the id is known, BAD_REQUEST_ERR when it or a grant has not the right form */
  register(client: string, mayCall: readonly string[], mayProvide: readonly string[]): IssuedKey;
  /** @throws {RequestError} NOT_FOUND_ERR, or BAD_REQUEST_ERR when a grant has not the right form */
  setGrants(client: string, mayCall: readonly string[], mayProvide: readonly string[]): ClientSnapshot;
  /** @throws {RequestError} NOT_FOUND_ERR, or CONFLICT_ERR when the client is revoked or has too many */
  addCredential(client: string): IssuedKey;
  /**
   * Sets a password, or takes it away; what was opened with the one before it is closed. Of several at once the last one asked for
   * holds.
   *
   * @throws {RequestError} NOT_FOUND_ERR, BAD_REQUEST_ERR, or CONFLICT_ERR when the client is revoked
   */
  setPassword(client: string, password: string | null): Promise<void>;
  /** @returns false when there is no such credential or it is revoked already */
  revokeCredential(client: string, credential: string): boolean;
  /** @returns false when there is no such client or it is revoked already */
  revoke(client: string): boolean;
  /** @returns false when the client is not revoked */
  restore(client: string): boolean;
}

/** @returns a module that starts after `storage` */
export function createClientManager(deps: ClientManagerDeps): ClientManager {
  return new RegistryClients(deps);
}

class RegistryClients implements ClientManager {
  readonly name = 'client-manager';
  readonly dependsOn: readonly string[] = ['storage'];
  readonly service: BuiltInService;
  readonly #deps: ClientManagerDeps;
  readonly #changed = new Emitter<ClientChange>();
  readonly #passwords = new NewestLast();
  #running: ClientRegistry | undefined;
  #counts: ClientCounts | undefined;

  readonly onDidChange = this.#changed.event;

  constructor(deps: ClientManagerDeps) {
    this.#deps = deps;
    this.service = createClientsService({
      clients: this,
      get: (client) => this.#get(client),
      addCredential: (client) => this.#ordinary(client).addCredential(client),
      signUp: this.#deps.signup ? (client, password) => this.#signUp(client, password) : undefined,
      connectionsOf: (client) => this.#live().filter((connection) => connection.client === client),
    });
  }

  async start(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    this.#running = this.#deps.registry();
    this.#counts = new ClientCounts(this.#running, this.onDidChange);
  }

  async drain(): Promise<void> {}

  async stop(): Promise<void> {
    this.#running = undefined;
    this.#counts?.[Symbol.dispose]();
    this.#counts = undefined;
  }

  health(): ModuleHealth {
    return { state: this.#running === undefined ? 'not-serving' : 'serving' };
  }

  metrics(): readonly MetricSample[] {
    return this.#counts?.metrics() ?? [];
  }

  list(): readonly ClientSnapshot[] {
    const byClient = Map.groupBy(this.#live(), ({ client }) => client);
    return this.#registry
      .list()
      .map((record) => ({ ...record, connections: byClient.get(record.client)?.length ?? 0 }));
  }

  register(client: string, mayCall: readonly string[], mayProvide: readonly string[]): IssuedKey {
    const issued = this.#registry.add({ client, mayCall, mayProvide });
    this.#changed.emit({ kind: 'registered', client: issued.client });
    return withoutId(issued);
  }

  setGrants(client: string, mayCall: readonly string[], mayProvide: readonly string[]): ClientSnapshot {
    return this.#snapshot(this.#ordinary(client).setGrants(client, { mayCall, mayProvide }));
  }

  addCredential(client: string): IssuedKey {
    return withoutId(this.#ordinary(client).addCredential(client));
  }

  async setPassword(client: string, password: string | null): Promise<void> {
    const registry = this.#ordinary(client);
    if (this.#get(client) === undefined) throw unknownClient(client);
    await this.#passwords.run(
      client,
      async () => (password === null ? undefined : this.#deps.passwords.hashPassword(password)),
      (hash) => registry.sessions.setPassword(client, hash),
    );
  }

  revokeCredential(client: string, credential: string): boolean {
    return this.#ordinary(client).revokeCredential(client, credential);
  }

  revoke(client: string): boolean {
    return this.#announce('revoked', client, this.#ordinary(client).revoke(client));
  }

  restore(client: string): boolean {
    return this.#announce('restored', client, this.#ordinary(client).restore(client));
  }

  get #registry(): ClientRegistry {
    if (this.#running === undefined)
      throw new TypeError('Cannot reach the clients: the module "client-manager" does not run');
    return this.#running;
  }

  /** The registry, to change that client with. @throws {RequestError} FORBIDDEN_ERR when it is a root client */
  #ordinary(client: string): ClientRegistry {
    if (this.#registry.get(client)?.role !== 'root') return this.#registry;
    throw new RequestError(
      'FORBIDDEN_ERR',
      `Cannot change client "${client}": it is the hub's owner; "whub client" on the hub's own machine changes it`,
    );
  }

  async #signUp(client: string, password: string): Promise<ClientSnapshot> {
    // Cheaper than the hash, so it comes first.
    if (this.#get(client) !== undefined) throw takenClient(client);
    const hash = await this.#deps.passwords.hashPassword(password);
    const record = this.#registry.addWithPassword(client, hash);
    this.#changed.emit({ kind: 'registered', client: record.client });
    return this.#snapshot(record);
  }

  #announce(kind: ClientChange['kind'], client: string, done: boolean): boolean {
    // What could be changed has the form of an id.
    if (done) this.#changed.emit({ kind, client: client as ClientId });
    return done;
  }

  #get(client: string): ClientSnapshot | undefined {
    const record = this.#registry.get(client);
    return record === undefined ? undefined : this.#snapshot(record);
  }

  #snapshot(record: ClientRecord): ClientSnapshot {
    return { ...record, connections: this.#live().filter(({ client }) => client === record.client).length };
  }

  #live(): readonly ConnectionSnapshot[] {
    return this.#deps.connections().filter(({ state }) => state !== 'closed');
  }
}

function unknownClient(client: string): RequestError {
  return new RequestError('NOT_FOUND_ERR', `Cannot find client "${client}": it is not registered`);
}

function takenClient(client: string): RequestError {
  return new RequestError('CONFLICT_ERR', `Cannot register client "${client}": it is registered already`);
}

function withoutId({ client, key }: IssuedCredential): IssuedKey {
  return { client, key };
}
