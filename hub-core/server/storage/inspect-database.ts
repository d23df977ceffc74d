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
  return texts.length === 1 && texts[0] === 'ok' ? [] : texts;
}

/**
 * Reads a database file through, without changing what is in it.
 *
 * @returns the report; a text when the file cannot be read as a database at all
 */
export function inspectDatabase(path: string): DatabaseReport | string {
  let connection: Database.Database | undefined;
  try {
    connection = new Database(path, { readonly: true, fileMustExist: true, timeout: 1_000 });
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
