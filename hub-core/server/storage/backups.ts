import { readdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** A copy of the database at one moment, beside it. */
export interface Backup {
  readonly path: string;
  /** Of its schema. */
  readonly version: number;
  /** Wall ms. */
  readonly atMs: number;
}

/** Newest ones that are kept, and older schemas of which the newest one is. */
const KEPT = 3;
const KEPT_VERSIONS = 3;

const SUFFIX = /^\.backup-(\d+)-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})Z$/;

/** `hub.db.backup-2-20261125T120000000Z`: the schema's version and the time in UTC. */
export function backupPath(database: string, version: number, wallMs: number): string {
  const time = new Date(wallMs).toISOString().replaceAll(/[-:.]/g, '');
  return `${database}.backup-${String(version)}-${time}`;
}

function parseName(database: string, name: string): Backup | undefined {
  const own = basename(database);
  const match = name.startsWith(own) ? SUFFIX.exec(name.slice(own.length)) : null;
  if (match === null) return undefined;
  const [version = 0, year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, ms = 0] = match
    .slice(1)
    .map(Number);
  return {
    path: join(dirname(database), name),
    version,
    atMs: Date.UTC(year, month - 1, day, hour, minute, second, ms),
  };
}

/** Newest first; none when the folder is not there. */
export function listBackups(database: string): readonly Backup[] {
  let names: readonly string[];
  try {
    names = readdirSync(dirname(database));
  } catch {
    // A folder that cannot be read is told of by whoever opens the database in it.
    return [];
  }
  const backups = names.map((name) => parseName(database, name)).filter((backup) => backup !== undefined);
  return backups.toSorted((one, other) => other.atMs - one.atMs);
}

/** Deletes old ones; what is the last of an older schema stays longer, since it is the way back from an update. */
export function pruneBackups(database: string): void {
  const backups = listBackups(database);
  const versions = [...new Set(backups.map(({ version }) => version))].slice(0, KEPT_VERSIONS);
  const lastOfEach = versions.map((version) => backups.find((backup) => backup.version === version));
  const kept = new Set([...backups.slice(0, KEPT), ...lastOfEach]);
  for (const backup of backups) if (!kept.has(backup)) rmSync(backup.path, { force: true });
}
