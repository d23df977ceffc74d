import { join } from 'node:path';
import { isBusy, openSqliteFile, storageErrorFrom } from './sqlite-file.ts';
import { StorageError } from './storage-error.ts';

/**
 * Takes the data folder for one hub: an exclusive transaction on a file of its own, which the system frees when the process
 * dies, however it dies, so that no stale lock is ever left behind.
 *
 * @returns a disposable that gives the folder free
 * @throws {StorageError} when another hub, in this process or another, holds it; when the folder cannot be written
 */
export function acquireHubLock(dataDir: string): Disposable {
  const path = join(dataDir, 'hub.lock');
  const lock = openSqliteFile(path, 0);
  try {
    lock.exec('BEGIN EXCLUSIVE');
  } catch (cause) {
    lock.close();
    if (!isBusy(cause)) throw storageErrorFrom(cause, path);
    const text = `Cannot use the data folder "${dataDir}": another hub runs on it; stop it with "whub stop" or choose another with --data`;
    throw new StorageError(text, { cause });
  }
  return { [Symbol.dispose]: () => void lock.close() };
}
