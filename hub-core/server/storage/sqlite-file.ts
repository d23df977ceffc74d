import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { StorageError } from './storage-error.ts';

const PRIVATE_FILE = 0o600;
const PRIVATE_FOLDER = 0o700;

/**
 * Makes `dataDir` when it is missing, for nobody but this user. One that is there keeps its mode: it may be shared on purpose.
 *
 * @throws {StorageError}
 */
export function prepareDataFolder(dataDir: string): void {
  try {
    mkdirSync(dataDir, { recursive: true, mode: PRIVATE_FOLDER });
  } catch (cause) {
    throw new StorageError(`Cannot make the data folder "${dataDir}": ${reasonOf(cause)}; choose another with --data`, {
      cause,
    });
  }
}

/**
 * Opens a database that only this user can read, making it when it is missing.
 *
 * @param waitMs how long a statement waits for a lock that another connection holds, blocking this thread
 * @throws {StorageError} when the folder or file cannot be written or is no database
 */
export function openSqliteFile(path: string, waitMs: number): Database.Database {
  prepareDataFolder(dirname(path));
  try {
    makePrivateFile(path);
    return new Database(path, { timeout: waitMs });
  } catch (cause) {
    throw storageErrorFrom(cause, path);
  }
}

/**
 * Makes the file before SQLite does, which would leave its mode to the umask; SQLite's `-wal` and `-shm` then take its mode.
 *
 * A file that is there is never opened here: closing it would drop every lock that this process holds on it.
 *
 * @see https://sqlite.org/howtocorrupt.html, section 2.2
 */
function makePrivateFile(path: string): void {
  try {
    closeSync(openSync(path, 'wx', PRIVATE_FILE));
  } catch (error) {
    if (!isErrno(error) || error.code !== 'EEXIST') throw error;
    chmodSync(path, PRIVATE_FILE);
  }
}

/** What went wrong with the file at `path`, in one line for people. */
export function storageErrorFrom(cause: unknown, path: string): StorageError {
  return new StorageError(`Cannot open "${path}": ${reasonOf(cause)}`, { cause });
}

/** True when another process or connection holds the lock that a statement needed. */
export function isBusy(error: unknown): boolean {
  return error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY');
}

const NOT_WRITABLE = 'it is not writable for this user; change its owner or mode, or choose another folder with --data';
const DISK_FULL = 'the disk is full; make room on it and try again';
const REASONS: Readonly<Record<string, string>> = {
  EACCES: NOT_WRITABLE,
  EPERM: NOT_WRITABLE,
  EROFS: NOT_WRITABLE,
  ENOTDIR: 'a part of the path is a file',
  EEXIST: 'there is a file of that name',
  ENOSPC: DISK_FULL,
  SQLITE_READONLY: NOT_WRITABLE,
  SQLITE_CANTOPEN: 'it is no file that can be opened for writing; move it away, or choose another folder with --data',
  SQLITE_NOTADB: 'it is no database; "whub doctor" says what can be done',
  SQLITE_CORRUPT: 'it is damaged; "whub doctor" says what can be done',
  SQLITE_FULL: DISK_FULL,
  SQLITE_IOERR: 'the disk fails; "whub doctor" says what is still whole',
  SQLITE_BUSY: 'another program holds it; try again when that has ended',
};

/** Why a file cannot be used and what to do about it, without its path. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return REASONS[primaryOf(code)] ?? error.message;
}

/** SQLite's extended codes begin with the primary one: SQLITE_READONLY_DIRECTORY. */
const primaryOf = (code: string): string => (code.startsWith('SQLITE_') ? code.split('_', 2).join('_') : code);

const RUNNING_FAULTS: Readonly<Record<string, string>> = {
  SQLITE_FULL: "the hub's disk is full",
  SQLITE_IOERR: "the hub's disk fails",
  SQLITE_READONLY: "the hub's database is not writable any more",
  SQLITE_CORRUPT: "the hub's database is damaged",
  SQLITE_NOTADB: "the hub's database is damaged",
};

/** What a caller may be told of a write that failed through no fault of its own; undefined for any other error. */
export function runningFaultOf(error: unknown): string | undefined {
  return error instanceof Database.SqliteError ? RUNNING_FAULTS[primaryOf(error.code)] : undefined;
}

function isErrno(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'code' in error;
}
