import { join } from 'node:path';
import { app, crashReporter, dialog, protocol, session } from 'electron';
import { systemClock } from '../../../hub-core/common/base/clock.ts';
import type { Logger } from '../../../hub-core/common/log/logger.ts';
import { RecentLog } from '../../../hub-core/common/log/recent-log.ts';
import { loadConfiguration } from '../../../hub-core/host/configuration/load-configuration.ts';
import { createHubHost } from '../../../hub-core/host/create-hub-host.ts';
import { createLogger } from '../../../hub-core/host/log.ts';
import { setCaptureAside } from '../../../hub-core/host/set-capture-aside.ts';
import { servePorts } from '../bridge/port-bridge.ts';
import { askWhereToSave } from '../downloads/save-dialog.ts';
import { DragFolder } from '../drag/drag-folder.ts';
import { HubSlot } from '../hub/hub-slot.ts';
import { LINK_SCHEME } from '../links/deep-link.ts';
import { Inbox } from '../links/inbox.ts';
import { CONSOLE_SCHEME, serveConsole } from '../scheme/console-scheme.ts';
import { isOwnUrl } from '../scheme/origin.ts';
import { runSelfTest } from '../selftest/run-self-test.ts';
import { openDesktopSettings } from '../settings/desktop-settings.ts';
import { SettingsBackups } from '../settings/settings-backups.ts';
import { recordStart } from '../settings/start-record.ts';
import type { StartRecord } from '../settings/start-record.ts';
import { guardContents, guardSession } from '../windows/guards.ts';
import { WindowPlace } from '../windows/window-state.ts';
import { beginSafely } from './begin-safely.ts';
import { askHowToStart, confirmQuit } from './confirmations.ts';
import { absolute, parseFlags } from './flags.ts';
import type { Flags } from './flags.ts';
import { createLoginItem } from './login-item.ts';
import { findPlaces } from './places.ts';
import type { Places } from './places.ts';
import { holdQuitUntilStopped } from './quit-gate.ts';
import { Shell } from './shell.ts';
import { createUpdater } from './updates.ts';

interface Start {
  readonly flags: Flags;
  readonly places: Places;
  readonly record: StartRecord;
  readonly backups: SettingsBackups;
  readonly log: Logger;
  readonly recentLog: RecentLog;
}

const reporter = (log: Logger) => (error: unknown) => log.error({ module: 'main', error }, 'something failed');

/** The app's one hub. Configuration is read at every start of it, so that what was mended holds. */
function createSlot({ flags, places, log }: Start): HubSlot {
  return new HubSlot({
    createHost: () => {
      const { config } = loadConfiguration({
        dataDir: places.data,
        environment: process.env,
        flags: { host: flags.host, port: flags.port },
      });
      // The same console opens in a browser too, with the link of `whub console`.
      return createHubHost({ config, consoleAssetsDir: places.assets, logDir: places.logs });
    },
    report: reporter(log),
  });
}

/** Links, files and second starts: wherever they come from, the window is shown and the thing opened. */
function openWhatComes(shell: Shell, inbox: Inbox): void {
  app.on('second-instance', (_event, argv, cwd) => {
    shell.openWindow();
    for (const thing of parseFlags(argv.slice(1)).opened) inbox.put(absolute(thing, cwd));
  });
  app.on('activate', () => shell.openWindow());
  inbox.deliver((thing) => shell.open(thing));
}

async function startDesktop(start: Start, inbox: Inbox): Promise<void> {
  const { flags, places, record, backups, log, recentLog } = start;
  // Before anything reads the settings, Chromium with its storage included.
  const restored = backups.begin(app.getVersion());
  await app.whenReady();
  const notice = await beginSafely({
    record,
    ask: askHowToStart,
    setAside: () => setCaptureAside(places.data, new Date(systemClock.wallMs()).toISOString().replaceAll(/[-:.]/g, '')),
    log,
  });
  if (notice === undefined) {
    record.ended();
    app.exit(0);
    return;
  }
  guardSession(session.defaultSession);
  askWhereToSave(session.defaultSession, {
    pathFor: (name) => join(app.getPath('downloads'), name),
    mayDownload: (url) => isOwnUrl(url) || url.startsWith('blob:app://console/'),
  });
  const slot = createSlot(start);
  const drags = new DragFolder(places.userData);
  const settings = openDesktopSettings(places.userData);
  const { updater, noUpdates } = createUpdater({
    log,
    onAvailable: (version) => shell.announceUpdate(version),
    beforeInstall: () => slot.stop(),
  });
  const shell = new Shell({
    places,
    slot,
    settings,
    backups,
    drags,
    login: createLoginItem(),
    place: new WindowPlace(places.userData),
    updater,
    noUpdates,
    notice: restored ?? notice,
    restart: () => quit.restart(),
    log,
    recentLog,
  });
  const quit = holdQuitUntilStopped(app, {
    ask: async () => confirmQuit(await shell.countConnections()),
    stop: () => slot.stop(),
    report: reporter(log),
  });
  app.on('will-quit', () => {
    drags[Symbol.dispose]();
    record.ended();
  });
  app.on('window-all-closed', () => {
    if (settings.value.keepHubOnClose) shell.tellAboutKeeping();
    // On macOS an app outlives its windows, whatever becomes of the hub.
    else if (process.platform !== 'darwin') app.quit();
  });
  serveConsole(places.assets, slot);
  servePorts(slot, shell.desk);
  shell.start();
  if (noUpdates === undefined) updater.setMode(settings.value.updates);
  await Promise.all([slot.start(), flags.hidden ? undefined : shell.showWindow()]);
  if (slot.state.kind === 'running') record.cameUp();
  openWhatComes(shell, inbox);
}

/** Before the app is ready: what Electron wants to know by then, and whether another instance is there already. */
export function runApplication(): void {
  const flags = parseFlags(process.argv.slice(app.isPackaged ? 1 : 2));
  app.enableSandbox();
  protocol.registerSchemesAsPrivileged([CONSOLE_SCHEME]);
  app.on('web-contents-created', (_event, contents) => guardContents(contents));
  if (flags.selftest) {
    runSelfTest();
    return;
  }
  const places = findPlaces(flags, process.env);
  // Windows shows notifications under that name only.
  app.setAppUserModelId('dev.whub.console');
  // Dumps of native crashes stay on this machine.
  crashReporter.start({ uploadToServer: false });
  if (!app.requestSingleInstanceLock()) {
    app.quit();
    return;
  }
  if (app.isPackaged) app.setAsDefaultProtocolClient(LINK_SCHEME);
  const inbox = new Inbox(flags.opened.map((thing) => absolute(thing, process.cwd())));
  app.on('open-url', (event, url) => {
    event.preventDefault();
    inbox.put(url);
  });
  app.on('open-file', (event, path) => {
    event.preventDefault();
    inbox.put(path);
  });
  const recentLog = new RecentLog();
  const log = createLogger({
    level: 'info',
    readable: process.stderr.isTTY,
    file: join(places.logs, 'main.log'),
    recent: recentLog,
  });
  process.on('unhandledRejection', (error) => log.error({ module: 'main', error }, 'a promise was rejected unseen'));
  const [record, backups] = [recordStart(places.userData), new SettingsBackups(places.userData, systemClock)];
  startDesktop({ flags, places, record, backups, log, recentLog }, inbox).catch((error: unknown) => {
    log.error({ module: 'main', error }, 'the app cannot start');
    dialog.showErrorBox('WHub cannot start', error instanceof Error ? error.message : String(error));
    app.exit(1);
  });
}
