import type { SettingsBackup, SettingsBackups } from '../settings/settings-backups.ts';

export interface SettingsRestore {
  readonly backups: Pick<SettingsBackups, 'list' | 'want'>;
  /** @returns the one that the user chose */
  readonly ask: (backups: readonly SettingsBackup[]) => Promise<SettingsBackup | undefined>;
  readonly tell: (message: string, detail: string) => void;
  /** Ends the app and starts it anew. */
  readonly restart: () => void;
}

/** Lets the user choose one of the back-ups of the app's settings, which the next start brings back. */
export async function restoreSettings({ backups, ask, tell, restart }: SettingsRestore): Promise<void> {
  const list = backups.list();
  if (list.length === 0) {
    tell('There is no back-up of the settings', 'One is made at the first start of each new version.');
    return;
  }
  const chosen = await ask(list);
  if (chosen === undefined) return;
  try {
    backups.want(chosen.name);
  } catch (error) {
    tell('The settings cannot be restored', error instanceof Error ? error.message : String(error));
    return;
  }
  restart();
}
