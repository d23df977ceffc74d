import Database from 'better-sqlite3';

/** @returns `ok`, or what SQLite's own check found first in the file */
export function integrityOf(path: string): unknown {
  const database = new Database(path, { readonly: true });
  try {
    return database.pragma('integrity_check', { simple: true });
  } finally {
    database.close();
  }
}
