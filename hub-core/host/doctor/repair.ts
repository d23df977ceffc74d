import { chmodSync } from 'node:fs';
import { basename } from 'node:path';
import { systemClock } from '../../common/base/clock.ts';
import { acquireHubLock } from '../../server/storage/hub-lock.ts';
import { restoreBackup } from '../../server/storage/restore-backup.ts';
import type { Repair } from './finding.ts';

/** What the repair will do, in one sentence for people. */
export function describeRepair(repair: Repair): string {
  if (repair.kind === 'mode') return `make ${basename(repair.path)} readable for this user alone`;
  const time = new Date(repair.backupAtMs).toISOString().slice(0, 16).replace('T', ' ');
  return `put ${basename(repair.backup)} in the place of ${basename(repair.database)}: what was changed after ${time} UTC is lost, revocations too`;
}

function carryOut(repair: Repair): string {
  if (repair.kind === 'mode') {
    chmodSync(repair.path, repair.mode);
    return `${basename(repair.path)} has mode ${repair.mode.toString(8)}`;
  }
  const aside = restoreBackup(repair.database, repair.backup, systemClock.wallMs());
  const kept = aside === undefined ? '' : `; what was there is now ${basename(aside)}`;
  return `${basename(repair.database)} is the backup ${basename(repair.backup)}${kept}`;
}

/**
 * Carries out what an examination found, while no hub can start.
 *
 * @returns what was done, a line each
 * @throws {FolderInUseError} when a hub runs on the folder; nothing was done then
 */
export function carryOutRepairs(dataDir: string, repairs: readonly Repair[]): readonly string[] {
  using _lock = acquireHubLock(dataDir);
  return repairs.map((repair) => carryOut(repair));
}
