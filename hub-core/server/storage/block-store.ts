import type { Statement } from 'better-sqlite3';
import type { BlockRecord } from './block-record.ts';
import type { HubDatabase } from './database.ts';

const COLUMNS = 'kind, target, reason, source, created_at_ms AS createdAtMs, expires_at_ms AS expiresAtMs';

interface Statements {
  readonly all: Statement<[], BlockRecord>;
  readonly put: Statement<[string, string, string, string, number, number | null]>;
  readonly remove: Statement<[string, string]>;
  readonly expire: Statement<[number]>;
}

/** The block list in `hub.db`. Other programs may change it at the same time. */
export class BlockStore {
  readonly #database: HubDatabase;
  readonly #rows: Statements;
  #seenDataVersion: number;

  constructor(database: HubDatabase) {
    this.#database = database;
    const { connection } = database;
    this.#rows = {
      all: connection.prepare(`SELECT ${COLUMNS} FROM blocks ORDER BY created_at_ms, kind, target`),
      put: connection.prepare(
        'INSERT OR REPLACE INTO blocks (kind, target, reason, source, created_at_ms, expires_at_ms) VALUES (?, ?, ?, ?, ?, ?)',
      ),
      remove: connection.prepare('DELETE FROM blocks WHERE kind = ? AND target = ?'),
      expire: connection.prepare('DELETE FROM blocks WHERE expires_at_ms <= ?'),
    };
    this.#seenDataVersion = database.dataVersion();
  }

  /** Oldest first, expired ones included. */
  all(): readonly BlockRecord[] {
    return this.#rows.all.all();
  }

  /** Adds it, or replaces the one of the same target. @throws {RequestError} UNAVAILABLE_ERR */
  put({ kind, target, reason, source, createdAtMs, expiresAtMs }: BlockRecord): void {
    this.#attempt(() => this.#rows.put.run(kind, target, reason, source, createdAtMs, expiresAtMs));
  }

  /** @returns false when there was none @throws {RequestError} UNAVAILABLE_ERR */
  remove(kind: BlockRecord['kind'], target: string): boolean {
    return this.#attempt(() => this.#rows.remove.run(kind, target).changes > 0);
  }

  /** Deletes those whose time is over. @throws {RequestError} UNAVAILABLE_ERR */
  expire(wallMs: number): void {
    this.#attempt(() => this.#rows.expire.run(Math.trunc(wallMs)));
  }

  /** True when another program changed the database since the last time. */
  hasChanged(): boolean {
    const version = this.#database.dataVersion();
    if (version === this.#seenDataVersion) return false;
    this.#seenDataVersion = version;
    return true;
  }

  #attempt<T>(run: () => T): T {
    return this.#database.gate.write('the block list', run);
  }
}
