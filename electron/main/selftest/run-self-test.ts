import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { app, BrowserWindow, session } from 'electron';
import { Emitter } from '../../../hub-core/common/base/emitter.ts';
import { RecentLog } from '../../../hub-core/common/log/recent-log.ts';
import { createHubHost } from '../../../hub-core/host/create-hub-host.ts';
import { createLogger } from '../../../hub-core/host/log.ts';
import { selfTest } from '../../../hub-core/host/self-test.ts';
import { DesktopDesk } from '../bridge/desktop-desk.ts';
import { servePorts } from '../bridge/port-bridge.ts';
import { HubSlot } from '../hub/hub-slot.ts';
import { serveConsole } from '../scheme/console-scheme.ts';
import { START_URL } from '../scheme/origin.ts';
import { guardSession } from '../windows/guards.ts';
import { windowOptions } from '../windows/window-options.ts';

const PAGE_WITHIN_MS = 30_000;

function say(line: string): void {
  process.stdout.write(`selftest: ${line}\n`);
}

/** Opens the console as a user does and waits until its page listens to the app. */
async function tryWindow(slot: HubSlot): Promise<void> {
  const listening = Promise.withResolvers<void>();
  const desk = new DesktopDesk({
    state: () => ({ hub: { kind: 'running' }, notice: null }),
    onDidChange: new Emitter<void>().event,
    restartHub: () => {},
    recentLog: new RecentLog(),
    diagnostics: () => Promise.resolve(''),
    kept: { read: () => null, keep: () => Promise.resolve() },
    dragOut: () => Promise.reject(new Error('Cannot drag out of the self-test')),
    onPage: () => listening.resolve(),
    log: createLogger({ level: 'warn', readable: true }),
  });
  serveConsole(join(import.meta.dirname, '../renderer'), slot);
  servePorts(slot, desk);
  const timer = setTimeout(
    () => listening.reject(new Error('Cannot open a window: its page does not listen')),
    PAGE_WITHIN_MS,
  );
  const window = new BrowserWindow(windowOptions(join(import.meta.dirname, '../preload/index.cjs')));
  await window.loadURL(START_URL);
  await listening.promise;
  clearTimeout(timer);
  window.destroy();
}

async function tryEverything(dataDir: string): Promise<void> {
  const userData = join(dataDir, 'desktop');
  mkdirSync(userData);
  app.setPath('userData', userData);
  await app.whenReady();
  guardSession(session.defaultSession);
  const host = createHubHost({ config: { dataDir, port: 0 }, consoleAssetsDir: undefined, logLevel: 'warn' });
  const slot = new HubSlot({ createHost: () => host, report: (error) => say(String(error)) });
  await slot.start();
  const { state } = slot;
  if (state.kind !== 'running')
    throw new Error(`Cannot start the hub: ${'reason' in state ? state.reason : state.kind}`);
  say(`the hub runs at ${state.ready.url}`);
  for (const line of await selfTest(host, state.ready)) say(line);
  await tryWindow(slot);
  say('a window: its page is loaded and talks to the app');
  await slot.stop();
}

/**
 * `--selftest`: a hub on a temporary data folder, one call over every transport, a window; ends with 0, or with 1 and the
 * reason. What a release runs on every artefact: a wrong native module or a missing file shows here.
 */
export function runSelfTest(): void {
  const dataDir = mkdtempSync(join(tmpdir(), 'whub-selftest-'));
  // Its one window is closed before the hub has stopped.
  app.on('window-all-closed', () => {});
  tryEverything(dataDir)
    .then(
      () => {
        say('passed');
        return 0;
      },
      (error: unknown) => {
        say(`failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
        return 1;
      },
    )
    .then((code) => {
      app.exit(code);
    })
    .catch(() => app.exit(1));
  app.on('quit', () => rmSync(dataDir, { recursive: true, force: true, maxRetries: 3 }));
}
