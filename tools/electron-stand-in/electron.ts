/** What `import … from 'electron'` gives on the stand-in. A name that is not here fails when the program is loaded. */
export { app } from './app.ts';
export { BrowserWindow } from './browser-window.ts';
export { clipboard, crashReporter, nativeImage, Notification, screen, shell, Tray } from './desktop-parts.ts';
export { dialog } from './dialog.ts';
export { ipcMain } from './ipc-main.ts';
export { Menu } from './menu.ts';
export { MessageChannelMain } from './message-channel.ts';
export { protocol, session } from './session.ts';
