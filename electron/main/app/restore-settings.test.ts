import { describe, expect, it } from 'vitest';
import type { SettingsBackup } from '../settings/settings-backups.ts';
import { restoreSettings } from './restore-settings.ts';

const BACKUP: SettingsBackup = { name: '20261128', version: '1.0.0', atMs: 0, why: 'update' };

async function restore(list: readonly SettingsBackup[], answer: SettingsBackup | undefined, fault?: Error) {
  const done: string[] = [];
  await restoreSettings({
    backups: {
      list: () => list,
      want(name) {
        if (fault !== undefined) throw fault;
        done.push(`want ${name}`);
      },
    },
    ask: (offered) => {
      done.push(`ask ${String(offered.length)}`);
      return Promise.resolve(answer);
    },
    tell: (message, detail) => void done.push(`${message}: ${detail}`),
    restart: () => void done.push('restart'),
  });
  return done;
}

describe('restoreSettings()', () => {
  it('[DS33] has the next start bring back what the user chose', async () => {
    expect(await restore([BACKUP], BACKUP)).toEqual(['ask 1', 'want 20261128', 'restart']);
  });

  it('[DS33] does nothing when the user chose none, and says that there is none', async () => {
    expect(await restore([BACKUP], undefined)).toEqual(['ask 1']);
    expect(await restore([], undefined)).toEqual([
      'There is no back-up of the settings: One is made at the first start of each new version.',
    ]);
  });

  it('[DS33] tells why one cannot be restored, and goes on', async () => {
    expect(await restore([BACKUP], BACKUP, new Error('Cannot restore: torn'))).toEqual([
      'ask 1',
      'The settings cannot be restored: Cannot restore: torn',
    ]);
  });
});
