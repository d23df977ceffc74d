import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { temporaryFolder } from './traffic.ts';

/** Names of a store's files, oldest first. */
export const segmentFiles = (dir: string): string[] =>
  readdirSync(dir)
    .filter((name) => /^segment-\d+\.db$/.test(name))
    .toSorted();

/** The files of a store that is open, elsewhere: as they are when its process is killed, without its last words. */
export function copyAsKilled(dir: string): Disposable & { readonly path: string } {
  const copy = temporaryFolder();
  for (const file of segmentFiles(dir)) {
    const database = new Database(join(dir, file), { readonly: true });
    database.prepare('VACUUM INTO ?').run(join(copy.path, file));
    database.close();
  }
  return copy;
}
