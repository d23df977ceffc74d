import type { Database, Statement } from 'better-sqlite3';
import type { ClientId } from '../../common/base/ids.ts';
import { RequestError } from '../../common/errors/hub-error.ts';
import type { ClientRecord } from './client-record.ts';

/** Most sessions of one client at the same time: a further one ends the oldest. */
const MAX_SESSIONS = 64;

/** What a login opened. Times are wall ms. */
export interface StoredSession {
  readonly id: string;
  readonly clientId: ClientId;
  /** How often its tokens were renewed: only the refresh token of the present generation renews them again. */
  readonly generation: number;
  readonly expiresAtMs: number;
  readonly revokedAtMs: number | null;
}

/** What signs tokens. */
export interface SigningKey {
  readonly id: string;
  readonly secret: Uint8Array;
  readonly createdAtMs: number;
}

/** What the registry lends: its clock, its transactions, and its way of telling that a client changed. */
export interface SessionStoreDeps {
  readonly nowMs: () => number;
  readonly write: <T>(run: () => T) => T;
  /** Runs in a transaction; when it says true, the client's change is announced. */
  readonly change: (client: string, run: () => boolean) => boolean;
  /** @throws {RequestError} NOT_FOUND_ERR */
  readonly require: (client: string) => ClientRecord;
}

const SESSION = `SELECT id, client_id AS clientId, generation, expires_at_ms AS expiresAtMs, revoked_at_ms AS revokedAtMs
  FROM sessions`;

interface Statements {
  readonly password: Statement<[string], string>;
  readonly setPassword: Statement<[string, string, number]>;
  readonly deletePassword: Statement<[string]>;
  readonly session: Statement<[string], StoredSession>;
  readonly surplus: Statement<[string, number], string>;
  readonly insert: Statement<[string, string, number, number]>;
  readonly renew: Statement<[string, number]>;
  readonly end: Statement<[number, string]>;
  readonly endAll: Statement<[number, string]>;
  readonly expired: Statement<[number], { readonly id: string; readonly clientId: ClientId }>;
  readonly forget: Statement<[string]>;
  readonly keys: Statement<[], SigningKey>;
  readonly insertKey: Statement<[string, Uint8Array, number]>;
  readonly deleteKey: Statement<[string]>;
}

function prepare(database: Database): Statements {
  return {
    password: database
      .prepare<[string], string>(
        `SELECT hash FROM passwords JOIN clients ON clients.id = client_id
          WHERE client_id = ? AND clients.revoked_at_ms IS NULL`,
      )
      .pluck(),
    setPassword: database.prepare(
      `INSERT INTO passwords (client_id, hash, changed_at_ms) VALUES (?, ?, ?)
        ON CONFLICT (client_id) DO UPDATE SET hash = excluded.hash, changed_at_ms = excluded.changed_at_ms`,
    ),
    deletePassword: database.prepare('DELETE FROM passwords WHERE client_id = ?'),
    session: database.prepare(`${SESSION} WHERE id = ?`),
    surplus: database
      .prepare<[string, number], string>(
        `SELECT id FROM sessions WHERE client_id = ? AND revoked_at_ms IS NULL
          ORDER BY created_at_ms DESC, id DESC LIMIT -1 OFFSET ?`,
      )
      .pluck(),
    insert: database.prepare('INSERT INTO sessions (id, client_id, created_at_ms, expires_at_ms) VALUES (?, ?, ?, ?)'),
    renew: database.prepare(
      'UPDATE sessions SET generation = generation + 1 WHERE id = ? AND generation = ? AND revoked_at_ms IS NULL',
    ),
    end: database.prepare('UPDATE sessions SET revoked_at_ms = ? WHERE id = ? AND revoked_at_ms IS NULL'),
    endAll: database.prepare('UPDATE sessions SET revoked_at_ms = ? WHERE client_id = ? AND revoked_at_ms IS NULL'),
    expired: database.prepare('SELECT id, client_id AS clientId FROM sessions WHERE expires_at_ms <= ?'),
    forget: database.prepare('DELETE FROM sessions WHERE id = ?'),
    keys: database.prepare(
      'SELECT id, secret, created_at_ms AS createdAtMs FROM signing_keys ORDER BY created_at_ms, id',
    ),
    insertKey: database.prepare('INSERT INTO signing_keys (id, secret, created_at_ms) VALUES (?, ?, ?)'),
    deleteKey: database.prepare('DELETE FROM signing_keys WHERE id = ?'),
  };
}

/** Passwords as hashes, sessions, and signing keys; part of the client registry, in the same database. */
export class SessionStore {
  readonly #rows: Statements;
  readonly #deps: SessionStoreDeps;

  constructor(database: Database, deps: SessionStoreDeps) {
    this.#rows = prepare(database);
    this.#deps = deps;
  }

  /** @returns its hash; undefined when the client has none, is revoked or unknown */
  passwordOf(client: string): string | undefined {
    return this.#rows.password.get(client);
  }

  /**
   * Sets a password, or takes it away. Sessions that the one before it opened end.
   *
   * @throws {RequestError} NOT_FOUND_ERR, or CONFLICT_ERR when the client is revoked
   */
  setPassword(client: string, hash: string | undefined): void {
    this.#deps.change(client, () => {
      if (this.#deps.require(client).revokedAtMs !== null) {
        const text = `Cannot set a password of client "${client}": it is revoked; restore it first`;
        throw new RequestError('CONFLICT_ERR', text);
      }
      if (hash === undefined) this.#rows.deletePassword.run(client);
      else this.#rows.setPassword.run(client, hash, this.#deps.nowMs());
      this.endAll(client);
      return true;
    });
  }

  get(session: string): StoredSession | undefined {
    return this.#rows.session.get(session);
  }

  open(session: { readonly id: string; readonly client: ClientId; readonly expiresAtMs: number }): void {
    const { id, client, expiresAtMs } = session;
    const nowMs = this.#deps.nowMs();
    const surplus = this.#rows.surplus.all(client, MAX_SESSIONS - 1);
    const insert = (): void => void this.#rows.insert.run(id, client, nowMs, expiresAtMs);
    if (surplus.length === 0) {
      this.#deps.write(insert);
      return;
    }
    this.#deps.change(client, () => {
      for (const oldest of surplus) this.#rows.end.run(nowMs, oldest);
      insert();
      return true;
    });
  }

  /** @returns false when it is not of that generation any more, or has ended */
  renew(session: string, generation: number): boolean {
    return this.#deps.write(() => this.#rows.renew.run(session, generation).changes > 0);
  }

  /** Its tokens stop working. @returns false when it has ended already */
  end({ id, clientId }: StoredSession): boolean {
    return this.#deps.change(clientId, () => this.#rows.end.run(this.#deps.nowMs(), id).changes > 0);
  }

  /** Every session of a client, as part of a change of it. */
  endAll(client: string): void {
    this.#rows.endAll.run(this.#deps.nowMs(), client);
  }

  /** Forgets sessions that are past their time; what was opened in them is announced as changed. */
  purge(): void {
    for (const { id, clientId } of this.#rows.expired.all(this.#deps.nowMs())) {
      this.#deps.change(clientId, () => this.#rows.forget.run(id).changes > 0);
    }
  }

  /** Oldest first. */
  signingKeys(): readonly SigningKey[] {
    return this.#rows.keys.all();
  }

  addSigningKey({ id, secret, createdAtMs }: SigningKey): void {
    this.#deps.write(() => this.#rows.insertKey.run(id, secret, createdAtMs));
  }

  deleteSigningKey(id: string): void {
    this.#deps.write(() => this.#rows.deleteKey.run(id));
  }
}
