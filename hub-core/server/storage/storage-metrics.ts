import { statSync } from 'node:fs';
import type { MetricSample } from '../../common/module/module.ts';
import type { BackupSchedule } from './backup-schedule.ts';
import { listBackups } from './backups.ts';
import type { HubDatabase } from './database.ts';

const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;

function counter(name: string, help: string, value: number): MetricSample {
  return { name: `${name}_total`, help, kind: 'counter', value };
}

/** What the storage counts, and how large and how well kept the database is now. */
export function storageMetrics({ gate, path }: HubDatabase, schedule: BackupSchedule): readonly MetricSample[] {
  const [last] = listBackups(path);
  return [
    counter('writes', 'Transactions written.', gate.writes),
    counter('reads', 'Look-ups of clients and credentials in the database.', gate.reads),
    counter('busy', "Writes that another program's writing kept from being done.", gate.busy),
    counter('write_failures', 'Writes that failed because the disk was full or failed.', gate.failed),
    counter('backups', 'Backups made since the start, those before an update not counted.', schedule.backups),
    counter('backup_failures', 'Backups that failed.', schedule.failures),
    {
      name: 'database_bytes',
      help: 'Size of the database and its write-ahead log, bytes.',
      kind: 'gauge',
      value: sizeOf(path) + sizeOf(`${path}-wal`),
    },
    {
      name: 'last_backup_seconds',
      help: 'When the newest backup was made, seconds since 1970; 0 when there is none.',
      kind: 'gauge',
      value: (last?.atMs ?? 0) / 1_000,
    },
  ];
}
