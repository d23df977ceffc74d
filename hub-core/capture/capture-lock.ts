import { chmodSync, closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { CaptureLockedError } from './capture-errors.ts';

const PRIVATE_FILE = 0o600;

/**
 * For this user alone from its first moment on, as every file beside it. One that is there is not opened: closing it again would
 * give up the lock that this process may have on it.
 */
function createPrivate(path: string): string {
  try {
    closeSync(openSync(path, 'wx', PRIVATE_FILE));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    chmodSync(path, PRIVATE_FILE);
  }
  return path;
}

/**
 * Takes the store's folder for this process: an exclusive transaction, which the system frees when the process dies, so that
 * no stale lock is ever left behind.
 *
 * @throws {CaptureLockedError} when another process holds it
 */
export function acquireCaptureLock(dir: string): Disposable {
  const lock = new Database(createPrivate(join(dir, 'capture.lock')), { timeout: 0 });
  try {
    lock.exec('BEGIN EXCLUSIVE');
  } catch (cause) {
    lock.close();
    if (cause instanceof Database.SqliteError && cause.code.startsWith('SQLITE_BUSY'))
      throw new CaptureLockedError(dir, { cause });
    throw cause;
  }
  return { [Symbol.dispose]: () => lock.close() };
}
