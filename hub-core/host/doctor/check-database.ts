import { statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { listBackups, type Backup } from '../../server/storage/backups.ts';
import { inspectDatabase, type DatabaseReport } from '../../server/storage/inspect-database.ts';
import { MIGRATIONS } from '../../server/storage/migrations.ts';
import type { Finding, Repair } from './finding.ts';

const CURRENT = MIGRATIONS.at(-1)?.version ?? 0;

/** A backup, and whether it can be put in the place of the database. */
export interface JudgedBackup extends Backup {
  readonly isGood: boolean;
}

const isWhole = (report: DatabaseReport | string): report is DatabaseReport =>
  typeof report !== 'string' && report.isHubDatabase && report.faults.length === 0 && report.orphans === 0;

/** Newest first. */
export function judgeBackups(database: string): readonly JudgedBackup[] {
  return listBackups(database).map((backup) => {
    const report = inspectDatabase(backup.path);
    return { ...backup, isGood: isWhole(report) && report.version <= CURRENT };
  });
}

function when(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** A database that is of no use as it is, and what to do: a backup, if there is one. */
function unusable(database: string, text: string, backups: readonly JudgedBackup[]): Finding {
  const check = 'database';
  const last = backups.find((backup) => backup.isGood);
  if (last === undefined) {
    const advice =
      'there is no backup that is whole: move it away to begin anew, or put a copy of your own in its place';
    return { check, level: 'fail', text, advice };
  }
  const repair: Repair = { kind: 'restore', database, backup: last.path, backupAtMs: last.atMs };
  const advice = `"whub doctor --repair" puts the backup of ${when(last.atMs)} in its place`;
  return { check, level: 'fail', text, advice, repairs: [repair] };
}

/** The first part alone: the rest sends people here. */
const shortReason = (reason: string): string => reason.split(';', 1)[0] ?? reason;

/** The database: there, whole, this program's, of a schema that it knows. */
export function checkDatabase(dataDir: string, backups: readonly JudgedBackup[]): Finding {
  const check = 'database';
  const path = join(dataDir, 'hub.db');
  if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) === 0) {
    if (backups.length > 0) return unusable(path, 'hub.db is missing, and there are backups of it', backups);
    return { check, level: 'ok', text: 'none yet: "whub serve" makes it' };
  }
  const report = inspectDatabase(path);
  if (typeof report === 'string') return unusable(path, `hub.db: ${shortReason(report)}`, backups);
  if (!report.isHubDatabase && report.version > 0) {
    return { check, level: 'fail', text: "hub.db is another program's", advice: 'choose another folder with --data' };
  }
  const [fault] = report.faults;
  if (fault !== undefined) return unusable(path, `hub.db is damaged: ${fault}`, backups);
  if (report.orphans > 0) {
    return unusable(path, `hub.db is damaged: ${String(report.orphans)} rows refer to nothing`, backups);
  }
  return versionFinding(report.version);
}

function versionFinding(version: number): Finding {
  const check = 'database';
  const text = `whole, schema ${String(version)}`;
  if (version > CURRENT) {
    const advice = `this whub knows schema ${String(CURRENT)}: update it`;
    return { check, level: 'fail', text: `of a newer whub (schema ${String(version)})`, advice };
  }
  if (version === CURRENT) return { check, level: 'ok', text };
  return { check, level: 'ok', text: `${text}; the next start brings it to ${String(CURRENT)}` };
}

/** The backups: one that is whole, and none that is not. */
export function checkBackups(backups: readonly JudgedBackup[]): Finding {
  const check = 'backups';
  const [newest] = backups;
  if (newest === undefined) {
    return { check, level: 'warn', text: 'none yet', advice: 'a hub makes one soon after its start, and then daily' };
  }
  const bad = backups.filter((backup) => !backup.isGood);
  if (bad.length > 0) {
    const names = bad.map(({ path }) => basename(path)).join(', ');
    return { check, level: 'warn', text: `not whole: ${names}`, advice: 'delete what is not whole' };
  }
  return { check, level: 'ok', text: `${String(backups.length)} whole, the last of ${when(newest.atMs)}` };
}
