import type { Database } from 'better-sqlite3';
import type { Migration } from './migrations.ts';
import { APPLICATION_ID } from './inspect-database.ts';
import { StorageError } from './storage-error.ts';
import { writeBackup } from './write-backup.ts';

export interface MigrateOptions {
  readonly path: string;
  readonly migrations: readonly Migration[];
  /** Taken while an older database is changed, so that no program of the older version runs on it meanwhile. */
  readonly takeLock: () => Disposable;
  readonly wallMs: () => number;
}

/**
 * Brings the schema up to date: all missing steps in one transaction, after a copy of the database was put beside it as
 * `<name>.backup-<version>-<time>`. A step that fails leaves the database as it was.
 *
 * @throws {StorageError} when a newer version made the database, or another program did
 */
export function migrate(database: Database, options: MigrateOptions): void {
  const target = options.migrations.at(-1)?.version ?? 0;
  const version = checkedVersion(database, target, options.path);
  if (version === target) return;
  if (version === 0) {
    applySteps(database, options);
    return;
  }
  using _lock = options.takeLock();
  writeBackup({ path: options.path, connection: database }, options.wallMs());
  applySteps(database, options);
}

function applySteps(database: Database, { migrations, path }: MigrateOptions): void {
  const target = migrations.at(-1)?.version ?? 0;
  const apply = database.transaction(() => {
    // Read again: another process may have done the same while this one waited for the lock.
    const version = checkedVersion(database, target, path);
    for (const step of migrations.filter((candidate) => candidate.version > version)) database.exec(step.sql);
    const orphans: unknown = database.pragma('foreign_key_check');
    if (Array.isArray(orphans) && orphans.length > 0) {
      throw new StorageError(
        `Cannot bring "${path}" up to date: ${String(orphans.length)} rows would refer to nothing; nothing was changed`,
      );
    }
    database.pragma(`application_id = ${String(APPLICATION_ID)}`);
    database.pragma(`user_version = ${String(target)}`);
  });
  apply.immediate();
}

/** @returns the version of the schema, 0 for a new file */
function checkedVersion(database: Database, target: number, path: string): number {
  const version = Number(database.pragma('user_version', { simple: true }));
  const application = Number(database.pragma('application_id', { simple: true }));
  const isNew = application === 0 && version === 0 && isEmpty(database);
  if (!isNew && application !== APPLICATION_ID) {
    throw new StorageError(
      `Cannot use "${path}": it is a database of another program; choose another folder with --data`,
    );
  }
  if (version > target) {
    throw new StorageError(
      `Cannot use "${path}": a newer version of whub made it (schema ${String(version)}, this one knows ${String(target)}); update whub`,
    );
  }
  return version;
}

function isEmpty(database: Database): boolean {
  return database.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get() === undefined;
}
