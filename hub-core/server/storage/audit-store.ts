import type { Statement } from 'better-sqlite3';
import { RequestError } from '../../common/errors/hub-error.ts';
import { auditText, type AuditEntry, type AuditLimits, type AuditRecord } from './audit-record.ts';
import type { HubDatabase } from './database.ts';
import { isBusy } from './sqlite-file.ts';

const MS_PER_DAY = 86_400_000;
const COLUMNS = 'id, at_ms AS atMs, actor, via, address, action, target, detail';

export interface AuditQuery {
  readonly limit: number;
  /** Only those below this id; undefined = from the newest on. */
  readonly before?: number | undefined;
}

interface Statements {
  readonly insert: Statement<[number, string, string, string | null, string, string, string]>;
  readonly list: Statement<[number, number], AuditRecord>;
  readonly forgetOld: Statement<[number]>;
  readonly forgetMany: Statement<[number]>;
}

/** What was changed in a hub, and by whom, in `hub.db`. Other programs may write it at the same time. */
export class AuditStore {
  readonly #database: HubDatabase;
  readonly #rows: Statements;

  constructor(database: HubDatabase) {
    this.#database = database;
    const { connection } = database;
    this.#rows = {
      insert: connection.prepare(
        'INSERT INTO audit (at_ms, actor, via, address, action, target, detail) VALUES (?, ?, ?, ?, ?, ?, ?)',
      ),
      list: connection.prepare(`SELECT ${COLUMNS} FROM audit WHERE id < ? ORDER BY id DESC LIMIT ?`),
      forgetOld: connection.prepare('DELETE FROM audit WHERE at_ms < ?'),
      forgetMany: connection.prepare('DELETE FROM audit WHERE id <= (SELECT max(id) FROM audit) - ?'),
    };
  }

  /** Writes all of them or none. @throws {RequestError} UNAVAILABLE_ERR while another program writes */
  add(entries: readonly AuditEntry[]): void {
    this.#attempt(() => {
      for (const { atMs, actor, via, address, action, target, detail } of entries) {
        const texts = [auditText(action), auditText(target), auditText(detail)] as const;
        this.#rows.insert.run(Math.trunc(atMs), auditText(actor), via, address, ...texts);
      }
    });
  }

  /** Newest first. */
  list({ limit, before = Number.MAX_SAFE_INTEGER }: AuditQuery): readonly AuditRecord[] {
    return this.#rows.list.all(before, limit);
  }

  /** Forgets the oldest. @throws {RequestError} UNAVAILABLE_ERR while another program writes */
  prune({ maxRows, maxAgeDays }: AuditLimits, wallMs: number): void {
    this.#attempt(() => {
      if (maxAgeDays > 0) this.#rows.forgetOld.run(Math.trunc(wallMs - maxAgeDays * MS_PER_DAY));
      if (maxRows > 0) this.#rows.forgetMany.run(maxRows);
    });
  }

  #attempt(run: () => void): void {
    try {
      this.#database.connection.transaction(run).immediate();
    } catch (cause) {
      if (!isBusy(cause)) throw cause;
      const text = 'Cannot write the audit: another program is writing the database; try again';
      throw new RequestError('UNAVAILABLE_ERR', text, { cause });
    }
  }
}
