import { join } from 'node:path';
import Database from 'better-sqlite3';
import { CaptureLockedError } from './capture-errors.ts';

/**
 * Takes the store's folder for this process: an exclusive transaction, which the system frees when the process dies, so that
 * no stale lock is ever left behind.
 *
 * @throws {CaptureLockedError} when another process holds it
 */
export function acquireCaptureLock(dir: string): Disposable {
  const lock = new Database(join(dir, 'capture.lock'), { timeout: 0 });
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
