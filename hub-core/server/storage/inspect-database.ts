import { existsSync, readFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import { reasonOf } from './sqlite-file.ts';

/** Marks the file as a hub's database: "WHUB" in ASCII. */
export const APPLICATION_ID = 0x57_48_55_42;

/** What is known of a database file that was read through. */
export interface DatabaseReport {
  /** Of its schema. */
  readonly version: number;
  readonly isHubDatabase: boolean;
  /** What of its pages and indices is wrong, the first few. */
  readonly faults: readonly string[];
  /** Rows that refer to nothing. */
  readonly orphans: number;
}

const MAX_FAULTS = 5;

/** @returns what is wrong with pages and indices, the first few; none when all is well */
export function faultsOf(connection: Database.Database): readonly string[] {
  const rows: unknown = connection.pragma(`integrity_check(${String(MAX_FAULTS)})`);
  const texts = (Array.isArray(rows) ? rows : []).map((row: Readonly<Record<string, unknown>>) =>
    String(row['integrity_check']),
  );
  if (texts.length === 1 && texts[0] === 'ok') return [];
  // Several faults of one table come in one text, under a heading.
  return texts.flatMap((text) => text.split('\n')).filter((line) => line !== '' && !line.startsWith('***'));
}

/** Where the header says by which journal the file is read and written: 2 = write-ahead log, 1 = none. */
const JOURNAL_BYTES = [18, 19] as const;

/**
 * Without a write-ahead log the file is all there is, and is read into memory: opening it in its place would leave files
 * beside it. With one it may be in use, and is opened as any reader would.
 */
function openToRead(path: string): Database.Database {
  if (existsSync(`${path}-wal`)) return new Database(path, { readonly: true, fileMustExist: true, timeout: 1_000 });
  const bytes = readFileSync(path);
  for (const index of JOURNAL_BYTES) if (bytes[index] === 2) bytes[index] = 1;
  return new Database(bytes);
}

/**
 * Reads a database file through, without changing it or anything beside it.
 *
 * @returns the report; a text when the file cannot be read as a database at all
 */
export function inspectDatabase(path: string): DatabaseReport | string {
  let connection: Database.Database | undefined;
  try {
    connection = openToRead(path);
    const orphans: unknown = connection.pragma('foreign_key_check');
    return {
      version: Number(connection.pragma('user_version', { simple: true })),
      isHubDatabase: connection.pragma('application_id', { simple: true }) === APPLICATION_ID,
      faults: faultsOf(connection),
      orphans: Array.isArray(orphans) ? orphans.length : 0,
    };
  } catch (error) {
    return reasonOf(error);
  } finally {
    connection?.close();
  }
}
