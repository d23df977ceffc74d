import type { BrowserWindowConstructorOptions } from 'electron';

/** @param preload absolute path of the built preload script */
export function windowOptions(preload: string): BrowserWindowConstructorOptions {
  return {
    title: 'WHub Console',
    width: 1440,
    height: 900,
    minWidth: 960,
    minHeight: 600,
    // Shown when the first frame is painted: no white flash before a dark console.
    show: false,
    webPreferences: {
      preload,
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      experimentalFeatures: false,
      webviewTag: false,
      navigateOnDragDrop: false,
      safeDialogs: true,
      spellcheck: false,
    },
  };
}
