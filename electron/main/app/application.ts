import { join } from 'node:path';
import { app, BrowserWindow, dialog, protocol, session } from 'electron';
import { loadConfiguration } from '../../../hub-core/host/configuration/load-configuration.ts';
import { createHubHost } from '../../../hub-core/host/create-hub-host.ts';
import { defaultDataDir } from '../../../hub-core/host/data-dir.ts';
import type { HubHost } from '../../../hub-core/host/hub-host.ts';
import { servePorts } from '../bridge/port-bridge.ts';
import { setApplicationMenu } from '../menu/menu.ts';
import { CONSOLE_SCHEME, serveConsole } from '../scheme/console-scheme.ts';
import { guardContents, guardSession } from '../windows/guards.ts';
import { openMainWindow } from '../windows/main-window.ts';
import { parseFlags } from './flags.ts';
import { holdQuitUntilStopped } from './quit-gate.ts';

export interface BuiltFiles {
  readonly preload: string;
  readonly assetsDir: string;
}

function report(error: unknown): void {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
}

function createHost(assetsDir: string): HubHost {
  const flags = parseFlags(process.argv.slice(app.isPackaged ? 1 : 2));
  const { config } = loadConfiguration({
    dataDir: flags.dataDir ?? defaultDataDir(),
    environment: process.env,
    flags: { host: flags.host, port: flags.port },
  });
  return createHubHost({
    config,
    // The same console opens in a browser too, with the link of `whub console`.
    consoleAssetsDir: assetsDir,
  });
}

function keepWindow(preload: string): void {
  const show = (): void => {
    const [window] = BrowserWindow.getAllWindows();
    if (window === undefined) {
      openMainWindow(preload).catch(report);
      return;
    }
    if (window.isMinimized()) window.restore();
    window.focus();
  };
  app.on('second-instance', show);
  app.on('activate', show);
  // On macOS an app outlives its windows; elsewhere closing the last one ends it, and the hub with it.
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit();
  });
  show();
}

async function startWithHub({ preload, assetsDir }: BuiltFiles): Promise<void> {
  await app.whenReady();
  setApplicationMenu();
  guardSession(session.defaultSession);
  const host = createHost(assetsDir);
  await host.start();
  holdQuitUntilStopped(app, () => host.stop(), report);
  serveConsole(assetsDir, host);
  servePorts(host);
  keepWindow(preload);
}

/** The desktop app: one hub, one console. A second start shows the first one's window and ends. */
export function runApplication(): void {
  if (!app.requestSingleInstanceLock()) {
    app.quit();
    return;
  }
  app.enableSandbox();
  protocol.registerSchemesAsPrivileged([CONSOLE_SCHEME]);
  app.on('web-contents-created', (_event, contents) => guardContents(contents));
  // The bundle of the main process lies in out/main, beside the others.
  const files = {
    preload: join(import.meta.dirname, '../preload/index.cjs'),
    assetsDir: join(import.meta.dirname, '../renderer'),
  };
  startWithHub(files).catch((error: unknown) => {
    report(error);
    dialog.showErrorBox('WHub cannot start', error instanceof Error ? error.message : String(error));
    app.exit(1);
  });
}
