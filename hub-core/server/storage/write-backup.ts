import { chmodSync, closeSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { backupPath, pruneBackups } from './backups.ts';
import { faultsOf } from './inspect-database.ts';
import { StorageError } from './storage-error.ts';
import { synchronise } from './synchronise.ts';

const PRIVATE_FILE = 0o600;
const PAGES_AT_A_TIME = 256;

export interface BackupSource {
  readonly path: string;
  readonly connection: Database.Database;
}

/**
 * Copies the database beside itself within this call, for a moment at which nothing else may happen.
 *
 * @returns the path of the copy
 * @throws {Error} when it cannot be written whole; nothing is left of it then
 */
export function writeBackup({ path, connection }: BackupSource, wallMs: number): string {
  return place(path, connection, wallMs, (fresh) => {
    rmSync(fresh, { force: true });
    makePrivate(fresh);
    connection.prepare('VACUUM INTO ?').run(fresh);
  });
}

/**
 * The same page by page, beside other work.
 *
 * @param signal ends it early, with an error
 */
export async function writeBackupBeside(
  { path, connection }: BackupSource,
  wallMs: number,
  signal: AbortSignal,
): Promise<string> {
  const fresh = freshPath(path);
  rmSync(fresh, { force: true });
  try {
    makePrivate(fresh);
    await connection.backup(fresh, {
      progress() {
        signal.throwIfAborted();
        return PAGES_AT_A_TIME;
      },
    });
    signal.throwIfAborted();
  } catch (error) {
    rmSync(fresh, { force: true });
    throw error;
  }
  return place(path, connection, wallMs, () => {});
}

const freshPath = (path: string): string => `${path}.backup-new`;

function makePrivate(path: string): void {
  closeSync(openSync(path, 'wx', PRIVATE_FILE));
}

// oxlint-disable-next-line max-params -- what is copied, and how
function place(path: string, connection: Database.Database, wallMs: number, write: (fresh: string) => unknown): string {
  const fresh = freshPath(path);
  const version = Number(connection.pragma('user_version', { simple: true }));
  const target = backupPath(path, version, wallMs);
  try {
    write(fresh);
    chmodSync(fresh, PRIVATE_FILE);
    check(fresh);
    synchronise(fresh);
    renameSync(fresh, target);
  } catch (error) {
    for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(fresh + suffix, { force: true });
    throw error;
  }
  synchronise(dirname(path));
  pruneBackups(path);
  return target;
}

/** A copy that cannot be read back is none. It is made a file of its own, without a write-ahead log. */
function check(path: string): void {
  const copy = new Database(path);
  try {
    copy.pragma('journal_mode = DELETE');
    const [fault] = faultsOf(copy);
    if (fault !== undefined) throw new StorageError(`Cannot back up "${path}": the copy is damaged: ${fault}`);
  } finally {
    copy.close();
  }
}
