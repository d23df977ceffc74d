import { join } from 'node:path';
import type { Database } from 'better-sqlite3';
import { acquireHubLock } from './hub-lock.ts';
import { migrate } from './migrate.ts';
import { MIGRATIONS, type Migration } from './migrations.ts';
import { openSqliteFile, storageErrorFrom } from './sqlite-file.ts';
import { StorageError } from './storage-error.ts';

/** How long to wait for another process's write, ms. Those take a few; a hub stands still meanwhile, a command need not care. */
const HUB_WAIT_MS = 500;
const COMMAND_WAIT_MS = 5_000;

export interface OpenOptions {
  /** This process is the hub: it holds the lock on the folder already. */
  readonly holdsLock?: boolean;
  /** Default: those of this version. */
  readonly migrations?: readonly Migration[];
}

/** What a hub remembers: `hub.db` in its data folder. Other processes may write it at the same time. */
export interface HubDatabase extends Disposable {
  readonly path: string;
  readonly connection: Database;
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
  const connection = openSqliteFile(path, options.holdsLock === true ? HUB_WAIT_MS : COMMAND_WAIT_MS);
  try {
    // Every commit is on the disk before it is answered: a key that was shown to someone must still be known afterwards.
    connection.pragma('journal_mode = WAL');
    connection.pragma('synchronous = FULL');
    connection.pragma('foreign_keys = ON');
    connection.pragma('trusted_schema = OFF');
    const takeLock = (): Disposable => (options.holdsLock === true ? new DisposableStack() : acquireHubLock(dataDir));
    migrate(connection, { path, migrations: options.migrations ?? MIGRATIONS, takeLock });
    const version = connection.prepare<[], number>('PRAGMA data_version').pluck();
    return {
      path,
      connection,
      dataVersion: () => version.get() ?? 0,
      [Symbol.dispose]: () => void connection.close(),
    };
  } catch (error) {
    connection.close();
    throw error instanceof StorageError ? error : storageErrorFrom(error, path);
  }
}
