import { dialog } from 'electron';
import { titleOf } from '../menu/accelerators.ts';
import { describeBackup } from '../settings/settings-backups.ts';
import type { SettingsBackup } from '../settings/settings-backups.ts';
import type { DeepLink } from '../links/deep-link.ts';

interface Choice {
  readonly message: string;
  readonly detail: string;
  /** What happens when the user agrees; everything else is Cancel. */
  readonly action: string;
}

/** @returns true only when the user chose the action; closing the dialog is a no */
async function confirm({ message, detail, action }: Choice): Promise<boolean> {
  const { response } = await dialog.showMessageBox({
    type: 'question',
    title: 'WHub',
    message,
    detail,
    buttons: [action, 'Cancel'],
    defaultId: 1,
    cancelId: 1,
    noLink: true,
  });
  return response === 0;
}

/** Asked only when somebody would notice. */
export function confirmQuit(connections: number): Promise<boolean> {
  if (connections === 0) return Promise.resolve(true);
  const who = connections === 1 ? 'One program is' : `${String(connections)} programs are`;
  return confirm({
    message: 'Stop the hub and quit?',
    detail: `${who} connected. What is in flight may finish, then they lose their connection.`,
    action: 'Quit',
  });
}

export function confirmLink({ page, filter }: DeepLink): Promise<boolean> {
  const filtered = filter === null ? '' : `, with the filter\n\n${filter}`;
  return confirm({
    message: 'Open this link?',
    detail: `A link from outside WHub wants to show ${titleOf(page)}${filtered}`,
    action: 'Open',
  });
}

export function confirmWorkspace(dataDir: string): Promise<boolean> {
  return confirm({
    message: 'Open this workspace?',
    detail:
      `Its hub keeps its data in\n\n${dataDir}\n\nIts configuration can have that hub load programs of its own and listen on ` +
      'other addresses. Open only what you trust.',
    action: 'Open',
  });
}

export function confirmUpdate(version: string): Promise<boolean> {
  return confirm({
    message: `WHub ${version} is there`,
    detail: 'The hub is stopped, the new version is installed, and WHub starts again.',
    action: 'Restart to update',
  });
}

/** @param detail what is wrong and what would be done, a line each */
export function confirmRepair(detail: string): Promise<boolean> {
  return confirm({ message: 'Repair the data folder?', detail, action: 'Repair' });
}

/** More do not fit a dialog; older ones are in the folder. */
const OFFERED_BACKUPS = 4;

/** @returns the one to bring back; undefined for none */
export async function askWhichSettings(backups: readonly SettingsBackup[]): Promise<SettingsBackup | undefined> {
  const offered = backups.slice(0, OFFERED_BACKUPS);
  const { response } = await dialog.showMessageBox({
    type: 'question',
    title: 'WHub',
    message: 'Restore which settings?',
    detail:
      'Settings of the app and the console, the place of the window, and what was in Compose. WHub ends and starts again with them. ' +
      'What is set now is backed up before that. Clients, keys and recorded traffic stay as they are.',
    buttons: [...offered.map(describeBackup), 'Cancel'],
    defaultId: offered.length,
    cancelId: offered.length,
    noLink: true,
  });
  return offered[response];
}

/** After starts that never came up. */
export async function askHowToStart(): Promise<'as-usual' | 'without-history' | 'quit'> {
  const { response } = await dialog.showMessageBox({
    type: 'warning',
    title: 'WHub',
    message: 'WHub did not come up the last times',
    detail:
      'It can start without the recorded traffic, which is put aside beside the store and not deleted. Clients, keys and ' +
      'settings stay as they are.',
    buttons: ['Open without history', 'Start as usual', 'Quit'],
    defaultId: 0,
    cancelId: 1,
    noLink: true,
  });
  return response === 0 ? 'without-history' : response === 2 ? 'quit' : 'as-usual';
}

export function tell(message: string, detail: string): void {
  void dialog.showMessageBox({ type: 'info', title: 'WHub', message, detail, buttons: ['OK'], noLink: true });
}
