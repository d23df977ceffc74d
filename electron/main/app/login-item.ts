import { app } from 'electron';
import { autostartEntry, systemLoginItem } from '../settings/open-at-login.ts';
import type { OpenAtLogin } from '../settings/open-at-login.ts';

/** Whether the app starts at login; off until the user chooses it. */
export function createLoginItem(): OpenAtLogin {
  if (process.platform !== 'linux') return systemLoginItem(app);
  // An AppImage is mounted somewhere else each time.
  const program = process.env['APPIMAGE'] ?? process.execPath;
  return autostartEntry(app.getPath('appData'), app.isPackaged ? [program] : [program, app.getAppPath()]);
}
