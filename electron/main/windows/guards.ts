import { shell } from 'electron';
import type { Session, WebContents } from 'electron';
import { isOwnUrl } from '../scheme/origin.ts';
import { externalUrl } from './navigation-policy.ts';
import { mayUse } from './permission-policy.ts';

/** Keeps a page where it belongs: no navigation away, no new windows, no embedded pages. */
export function guardContents(contents: WebContents): void {
  contents.on('will-navigate', (event) => {
    if (!isOwnUrl(event.url)) event.preventDefault();
  });
  contents.on('will-redirect', (event) => {
    if (!isOwnUrl(event.url)) event.preventDefault();
  });
  contents.on('will-frame-navigate', (event) => {
    if (!event.isMainFrame || !isOwnUrl(event.url)) event.preventDefault();
  });
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.setWindowOpenHandler(({ url }) => {
    const external = externalUrl(url);
    if (external !== undefined) void shell.openExternal(external);
    return { action: 'deny' };
  });
}

/** Refuses whatever a page may ask the system for, but writing text to the clipboard. */
export function guardSession(session: Session): void {
  // oxlint-disable-next-line max-params -- Electron's signature
  session.setPermissionRequestHandler((_contents, permission, answer, details) => {
    answer(mayUse(permission, details.requestingUrl));
  });
  session.setPermissionCheckHandler((_contents, permission, origin) => mayUse(permission, origin));
  session.setDevicePermissionHandler(() => false);
  session.setDisplayMediaRequestHandler((_request, answer) => answer({}));
}
