import { chmodSync, copyFileSync, existsSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { synchronise } from './synchronise.ts';

const PRIVATE_FILE = 0o600;

/**
 * Puts a copy of `backup` in the place of the database. What was there is kept as `<name>.corrupt-<time>`, with its
 * write-ahead log. To be called with the hub's lock held; interrupted at any point it leaves the backup and what was there.
 *
 * @returns where the database that was there is now; undefined when there was none
 */
export function restoreBackup(database: string, backup: string, wallMs: number): string | undefined {
  const fresh = `${database}.restore-new`;
  rmSync(fresh, { force: true });
  copyFileSync(backup, fresh);
  chmodSync(fresh, PRIVATE_FILE);
  synchronise(fresh);
  const time = new Date(wallMs).toISOString().replaceAll(/[-:.]/g, '');
  const aside = `${database}.corrupt-${time}`;
  const wasThere = existsSync(database);
  for (const suffix of ['', '-wal', '-shm', '-journal']) {
    if (existsSync(database + suffix)) renameSync(database + suffix, aside + suffix);
  }
  renameSync(fresh, database);
  synchronise(dirname(database));
  return wasThere ? aside : undefined;
}
