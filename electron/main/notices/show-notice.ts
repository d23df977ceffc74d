import { Notification } from 'electron';
import type { Notice } from './notices.ts';

/** Shown by the system; where it shows none, the console says it too. @param onClick when the user clicks it */
export function showNotice({ title, body }: Notice, onClick: () => void): void {
  if (!Notification.isSupported()) return;
  const notification = new Notification({ title, body });
  notification.on('click', onClick);
  notification.show();
}
