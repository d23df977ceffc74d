import { statSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Database } from 'better-sqlite3';
import { acquireHubLock } from './hub-lock.ts';
import { migrate } from './migrate.ts';
import { MIGRATIONS, type Migration } from './migrations.ts';
import { systemClock } from '../../common/base/clock.ts';
import { listBackups } from './backups.ts';
import { faultsOf } from './inspect-database.ts';
import { openSqliteFile, storageErrorFrom } from './sqlite-file.ts';
import { StorageError } from './storage-error.ts';
import { WriteGate } from './write-gate.ts';

/** How long to wait for another process's write, ms. Those take a few; a hub stands still meanwhile, a command need not care. */
const HUB_WAIT_MS = 500;
const COMMAND_WAIT_MS = 5_000;

export interface OpenOptions {
  /** This process is the hub: it holds the lock on the folder already. */
  readonly holdsLock?: boolean;
  /** Default: those of this version. */
  readonly migrations?: readonly Migration[];
  /** For the names of backups. Default: the system's clock. */
  readonly wallMs?: () => number;
}

/** What a hub remembers: `hub.db` in its data folder. Other processes may write it at the same time. */
export interface HubDatabase extends Disposable {
  readonly path: string;
  readonly connection: Database;
  /** Every write goes through it. */
  readonly gate: WriteGate;
  /** Changes whenever another connection, of this process or another, has changed the database. */
  dataVersion(): number;
}

/**
 * Opens the database of a data folder, making both when they are missing and bringing an older schema up to date.
 *
 * @throws {StorageError} one line for people: not writable, damaged, from a newer version, in use by an older one
 */
export function openHubDatabase(dataDir: string, options: OpenOptions = {}): HubDatabase {
  const path = join(dataDir, 'hub.db');
  refuseToBeginAnew(path);
  const connection = openSqliteFile(path, options.holdsLock === true ? HUB_WAIT_MS : COMMAND_WAIT_MS);
  try {
    // Every commit is on the disk before it is answered: a key that was shown to someone must still be known afterwards.
    connection.pragma('journal_mode = WAL');
    connection.pragma('synchronous = FULL');
    connection.pragma('foreign_keys = ON');
    connection.pragma('trusted_schema = OFF');
    // A hub runs for months on what it finds here; a command only passes by.
    if (options.holdsLock === true) refuseDamage(connection, path);
    const takeLock = (): Disposable => (options.holdsLock === true ? new DisposableStack() : acquireHubLock(dataDir));
    const { migrations = MIGRATIONS, wallMs = (): number => systemClock.wallMs() } = options;
    migrate(connection, { path, migrations, takeLock, wallMs });
    const version = connection.prepare<[], number>('PRAGMA data_version').pluck();
    return {
      path,
      connection,
      gate: new WriteGate(),
      dataVersion: () => version.get() ?? 0,
      [Symbol.dispose]: () => void connection.close(),
    };
  } catch (error) {
    connection.close();
    throw error instanceof StorageError ? error : storageErrorFrom(error, path);
  }
}

/** A file of this size holds something; an empty one is as good as none. */
function isThere(path: string): boolean {
  return (statSync(path, { throwIfNoEntry: false })?.size ?? 0) > 0;
}

/** A database that has gone is not replaced by an empty one: every client and key would be lost without a word. */
function refuseToBeginAnew(path: string): void {
  let remains: string | undefined;
  try {
    if (isThere(path)) return;
    remains = isThere(`${path}-wal`) ? `${path}-wal` : listBackups(path)[0]?.path;
  } catch {
    // What keeps it from being looked at is told when it is opened.
    return;
  }
  if (remains === undefined) return;
  throw new StorageError(
    `Cannot use "${path}": it is missing, though "${basename(remains)}" is there; "whub doctor --repair" restores it, or move that file away to begin anew`,
  );
}

function refuseDamage(connection: Database, path: string): void {
  const [fault] = faultsOf(connection);
  if (fault === undefined) return;
  throw new StorageError(`Cannot use "${path}": it is damaged (${fault}); "whub doctor" says what can be done`);
}
