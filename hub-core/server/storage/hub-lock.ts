import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isBusy, openSqliteFile, storageErrorFrom } from './sqlite-file.ts';
import { FolderInUseError } from './storage-error.ts';

/**
 * Takes the data folder for one hub: an exclusive transaction on a file of its own, which the system frees when the process
 * dies, however it dies, so that no stale lock is ever left behind.
 *
 * @returns a disposable that gives the folder free
 * @throws {FolderInUseError} when another hub, in this process or another, holds it
 * @throws {StorageError} when the folder cannot be written
 */
export function acquireHubLock(dataDir: string): Disposable {
  const path = join(dataDir, 'hub.lock');
  const lock = openSqliteFile(path, 0);
  try {
    lock.exec('BEGIN EXCLUSIVE');
  } catch (cause) {
    lock.close();
    if (!isBusy(cause)) throw storageErrorFrom(cause, path);
    const pid = readPid(path);
    const holder = pid === undefined ? 'another hub runs on it' : `another hub runs on it (process ${pid})`;
    const text = `Cannot use the data folder "${dataDir}": ${holder}; stop it with "whub stop" or choose another with --data`;
    throw new FolderInUseError(text, pid, { cause });
  }
  writePid(path);
  return {
    [Symbol.dispose]: () => {
      rmSync(pidPath(path), { force: true });
      lock.close();
    },
  };
}

/** Beside the lock, since what is in a locked database nobody else can read. It says nothing while the lock is free. */
const pidPath = (path: string): string => `${path}.pid`;

function writePid(path: string): void {
  try {
    writeFileSync(pidPath(path), `${String(process.pid)}\n`, { mode: 0o600 });
  } catch {
    // It is for messages alone; a disk that is full is told of by the database itself.
  }
}

function readPid(path: string): string | undefined {
  try {
    const text = readFileSync(pidPath(path), 'utf8').trim();
    return /^\d+$/.test(text) ? text : undefined;
  } catch {
    return undefined;
  }
}
