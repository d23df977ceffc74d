import type { Clock } from '../../common/base/clock.ts';
import { Emitter, type Event } from '../../common/base/emitter.ts';
import { ANONYMOUS, isClientId, type ClientId } from '../../common/base/ids.ts';
import { RequestError } from '../../common/errors/hub-error.ts';
import { isGrantGlob } from '../grants.ts';
import type { ClientRecord, GrantLists, IssuedCredential } from './client-record.ts';
import type { HubDatabase } from './database.ts';
import { credentialIdOf, makeKey } from './key.ts';
import {
  prepareStatements,
  toRecords,
  type CountRow,
  type Statements,
  type StoredCredential,
} from './registry-rows.ts';
import { SessionStore } from './session-store.ts';

/** Most globs of one kind that a client can be granted. */
const MAX_GRANTS = 64;
/** Most credentials of one client that work at the same time. */
const MAX_LIVE_CREDENTIALS = 64;

export interface NewClient extends GrantLists {
  readonly client: string;
  /** Default `client`. */
  readonly role?: 'client' | 'manager' | 'root';
}

/**
 * Who may use the hub: clients, what they are granted, and their credentials. Nothing is ever deleted, so a revocation can be
 * taken back and an id never comes to mean somebody else.
 */
export class ClientRegistry {
  readonly #database: HubDatabase;
  readonly #clock: Pick<Clock, 'wallMs'>;
  readonly #rows: Statements;
  readonly #changed = new Emitter<ClientId>();
  /** Passwords, the sessions that were opened with them, and what signs those sessions' tokens. */
  readonly sessions: SessionStore;
  readonly #touched = new Map<string, number>();
  #seenRevision: number;
  #seenDataVersion: number;

  /** A client was added, or its grants, its credentials or its revocation changed: here at once, elsewhere at `poll`. */
  readonly onDidChange: Event<ClientId> = this.#changed.event;

  constructor(database: HubDatabase, clock: Pick<Clock, 'wallMs'>) {
    this.#database = database;
    this.#clock = clock;
    this.#rows = prepareStatements(database.connection);
    this.sessions = new SessionStore(database.connection, {
      nowMs: () => this.#nowMs(),
      write: (run) => this.#transaction(run),
      change: (client, run) => this.#change(client, run),
      require: (client) => this.#require(client),
    });
    this.#seenDataVersion = database.dataVersion();
    this.#seenRevision = this.#rows.lastRevision.get() ?? 0;
  }

  /**
   * Registers a client with a first credential.
   *
   * @throws {RequestError} CONFLICT_ERR when the id is known, BAD_REQUEST_ERR when it or a grant has not the right form
   */
  add({ client, role = 'client', ...grants }: NewClient): IssuedCredential {
    assertNewId(client);
    checkGrants(client, grants);
    return this.#write(() => {
      this.#insert(client, role, grants);
      return this.#issue(client);
    });
  }

  /**
   * Registers a client that has a password instead of a key, and no grants.
   *
   * @throws {RequestError} CONFLICT_ERR when the id is known, BAD_REQUEST_ERR when it has not the right form
   */
  addWithPassword(client: string, hash: string): ClientRecord {
    assertNewId(client);
    return this.#write(() => {
      this.#insert(client, 'client', { mayCall: [], mayProvide: [] });
      this.sessions.setPassword(client, hash);
      return this.#require(client);
    });
  }

  /** @throws {RequestError} NOT_FOUND_ERR, or CONFLICT_ERR when the client is revoked or has too many */
  addCredential(client: string): IssuedCredential {
    return this.#write(() => {
      const record = this.#require(client);
      if (record.revokedAtMs !== null) {
        throw new RequestError(
          'CONFLICT_ERR',
          `Cannot add a key to client "${client}": it is revoked; restore it first`,
        );
      }
      if (record.credentials.filter(({ revokedAtMs }) => revokedAtMs === null).length >= MAX_LIVE_CREDENTIALS) {
        const text = `Cannot add a key to client "${client}": it has ${String(MAX_LIVE_CREDENTIALS)}; revoke one first`;
        throw new RequestError('CONFLICT_ERR', text);
      }
      this.#rows.bumpRevision.run(client);
      return this.#issue(record.client);
    });
  }

  /** In the order of their ids. */
  list(): readonly ClientRecord[] {
    this.#database.gate.reads += 1;
    const { clients, allGrants, allCredentials } = this.#rows;
    return toRecords(clients.all(), allGrants.all(), allCredentials.all());
  }

  /** How many clients and credentials there are. Reads all of them through: not for each request. */
  counts(): readonly CountRow[] {
    this.#database.gate.reads += 1;
    return this.#rows.counts.all();
  }

  get(client: string): ClientRecord | undefined {
    this.#database.gate.reads += 1;
    const { clients, grants, credentials } = this.#ofClient(client);
    return toRecords(clients, grants, credentials)[0];
  }

  /** @param key in clear, of which only the id is looked at: whether it is right must be compared */
  findCredential(key: string): StoredCredential | undefined {
    this.#database.gate.reads += 1;
    const id = credentialIdOf(key);
    const row = id === undefined ? undefined : this.#rows.credential.get(id);
    return row === undefined ? undefined : { ...row, revoked: row.revoked !== 0 };
  }

  /** @returns the hash of the key of that credential, revoked or not; undefined when there is none */
  hashOfKey(credential: string): Uint8Array | undefined {
    this.#database.gate.reads += 1;
    return this.#rows.credential.get(credential)?.hash;
  }

  /**
   * Replaces what a client is granted.
   *
   * @throws {RequestError} NOT_FOUND_ERR, or BAD_REQUEST_ERR when a grant has not the right form
   */
  setGrants(client: string, grants: GrantLists): ClientRecord {
    checkGrants(client, grants);
    return this.#write(() => {
      this.#require(client);
      this.#rows.deleteGrants.run(client);
      this.#insertGrants(client, grants);
      this.#rows.bumpRevision.run(client);
      return this.#require(client);
    });
  }

  /** Its credentials stop working with it, its sessions for good. @returns false when it is unknown or revoked already */
  revoke(client: string): boolean {
    return this.#change(client, () => {
      this.sessions.endAll(client);
      return this.#rows.revokeClient.run(this.#nowMs(), client).changes > 0;
    });
  }

  /** Takes a revocation back; credentials that were revoked by themselves stay so. @returns false when it was not revoked */
  restore(client: string): boolean {
    return this.#change(client, () => this.#rows.restoreClient.run(client).changes > 0);
  }

  /** @returns false when the client has no such credential or it is revoked already */
  revokeCredential(client: string, credential: string): boolean {
    return this.#change(client, () => this.#rows.revokeCredential.run(this.#nowMs(), client, credential).changes > 0);
  }

  /** Notes that a credential was used just now. Written at the next `flushTouches`: this is on the way of a Hello. */
  touch(credential: string): void {
    this.#touched.set(credential, this.#nowMs());
  }

  /** Writes what `touch` noted, in one transaction. What fails is kept for the next time. */
  flushTouches(): void {
    if (this.#touched.size === 0) return;
    this.#transaction(() => {
      for (const [credential, atMs] of this.#touched) this.#rows.touch.run(atMs, credential);
    });
    this.#touched.clear();
  }

  /** Announces what other processes changed since the last time. Cheap when nothing did. */
  poll(): void {
    const version = this.#database.dataVersion();
    if (version === this.#seenDataVersion) return;
    this.#seenDataVersion = version;
    this.#announce();
  }

  #change(client: string, run: () => boolean): boolean {
    return this.#write(() => {
      const changed = run();
      if (changed) this.#rows.bumpRevision.run(client);
      return changed;
    });
  }

  #write<T>(run: () => T): T {
    const result = this.#transaction(run);
    this.#announce();
    return result;
  }

  #transaction<T>(run: () => T): T {
    const { gate, connection } = this.#database;
    return gate.write('the registry', () => connection.transaction(run).immediate());
  }

  #announce(): void {
    for (const { id, revision } of this.#rows.changedSince.all(this.#seenRevision)) {
      // A listener may write too, and is then told in between: nothing is announced twice.
      if (revision <= this.#seenRevision) continue;
      this.#seenRevision = revision;
      this.#changed.emit(id);
    }
  }

  #ofClient(client: string) {
    const row = this.#rows.client.get(client);
    if (row === undefined) return { clients: [], grants: [], credentials: [] };
    return { clients: [row], grants: this.#rows.grants.all(client), credentials: this.#rows.credentials.all(client) };
  }

  #require(client: string): ClientRecord {
    const record = this.get(client);
    if (record !== undefined) return record;
    throw new RequestError('NOT_FOUND_ERR', `Cannot find client "${client}": it is not registered`);
  }

  #insertGrants(client: string, { mayCall, mayProvide }: GrantLists): void {
    for (const [position, glob] of [...new Set(mayCall)].entries())
      this.#rows.insertGrant.run(client, 'call', position, glob);
    for (const [position, glob] of [...new Set(mayProvide)].entries())
      this.#rows.insertGrant.run(client, 'provide', position, glob);
  }

  #insert(client: ClientId, role: NonNullable<NewClient['role']>, grants: GrantLists): void {
    if (this.#rows.client.get(client) !== undefined) {
      throw new RequestError(
        'CONFLICT_ERR',
        `Cannot register client "${client}": it is registered already; add a key to it instead`,
      );
    }
    const [stored, isRoot] = role === 'root' ? ['manager', 1] : [role, 0];
    this.#rows.insertClient.run(client, stored, isRoot, this.#nowMs());
    this.#insertGrants(client, grants);
  }

  #issue(client: ClientId): IssuedCredential {
    const { id, key, hash, prefix } = makeKey();
    this.#rows.insertCredential.run(id, client, hash, prefix, this.#nowMs());
    return { client, credential: id, key };
  }

  #nowMs(): number {
    return Math.trunc(this.#clock.wallMs());
  }
}

function refused(text: string): RequestError {
  return new RequestError('BAD_REQUEST_ERR', text);
}

/** @throws {RequestError} BAD_REQUEST_ERR */
function assertNewId(client: string): asserts client is ClientId {
  if (!isClientId(client)) {
    throw refused(`Cannot register client "${client}": an id is 1 to 64 letters, digits, dots, dashes or underscores`);
  }
  if (client === ANONYMOUS)
    throw refused(`Cannot register client "${client}": the id stands for callers without a credential`);
}

function checkGrants(client: string, { mayCall, mayProvide }: GrantLists): void {
  for (const globs of [mayCall, mayProvide]) {
    if (globs.length > MAX_GRANTS) {
      throw refused(
        `Cannot grant client "${client}" ${String(globs.length)} patterns: at most ${String(MAX_GRANTS)} of a kind`,
      );
    }
    const wrong = globs.find((glob) => !isGrantGlob(glob));
    if (wrong === undefined) continue;
    throw refused(
      `Cannot grant "${wrong}" to client "${client}": a grant is a service id, in which * stands for any run of characters`,
    );
  }
}
