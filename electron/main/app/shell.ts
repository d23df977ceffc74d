import { join } from 'node:path';
import { app, BrowserWindow, clipboard, dialog, Menu, shell } from 'electron';
import type { DesktopCommand, DesktopState } from '../../../hub-core/console/contract/desktop-contract.ts';
import { systemClock } from '../../../hub-core/common/base/clock.ts';
import { Emitter } from '../../../hub-core/common/base/emitter.ts';
import type { Logger } from '../../../hub-core/common/log/logger.ts';
import type { RecentLog } from '../../../hub-core/common/log/recent-log.ts';
import { DesktopDesk } from '../bridge/desktop-desk.ts';
import type { DragFolder } from '../drag/drag-folder.ts';
import { dragOut } from '../drag/drag-out.ts';
import type { DragOutDeps, DragWish } from '../drag/drag-out.ts';
import type { HubSlot } from '../hub/hub-slot.ts';
import { HubWatch } from '../hub/hub-watch.ts';
import { diagnosticsText } from '../logs/diagnostics.ts';
import { menuTemplate } from '../menu/menu-template.ts';
import type { ShellActions, ShellState } from '../menu/menu-template.ts';
import { emptyPoolNotice, noticeOf } from '../notices/notices.ts';
import type { Notice } from '../notices/notices.ts';
import { showNotice } from '../notices/show-notice.ts';
import type { openDesktopSettings } from '../settings/desktop-settings.ts';
import { KeptTexts } from '../settings/kept-texts.ts';
import type { OpenAtLogin } from '../settings/open-at-login.ts';
import type { SettingsBackups } from '../settings/settings-backups.ts';
import { START_URL } from '../scheme/origin.ts';
import { createTray } from '../tray/tray.ts';
import type { ShellTray } from '../tray/tray.ts';
import type { Updater } from '../updates/updater.ts';
import { openMainWindow } from '../windows/main-window.ts';
import type { WindowPlace } from '../windows/window-state.ts';
import { checkData } from './check-data.ts';
import type { Doctor } from './check-data.ts';
import { askWhichSettings, confirmRepair, confirmUpdate, tell } from './confirmations.ts';
import { oneAtATime } from './one-at-a-time.ts';
import { openThing } from './opened-things.ts';
import type { Places } from './places.ts';
import { restoreSettings } from './restore-settings.ts';

export interface ShellDeps {
  readonly places: Places;
  readonly slot: HubSlot;
  readonly settings: ReturnType<typeof openDesktopSettings>;
  readonly backups: SettingsBackups;
  readonly drags: DragFolder;
  readonly login: OpenAtLogin;
  readonly place: WindowPlace;
  readonly updater: Updater;
  /** Why there are no updates; undefined = there are. */
  readonly noUpdates: string | undefined;
  /** What this start has to say. */
  readonly notice: DesktopState['notice'];
  /** Quits and starts anew, unless the user says no to quitting. */
  readonly restart: () => void;
  readonly log: Logger;
  readonly recentLog: RecentLog;
}

async function loadDoctor(): Promise<Doctor> {
  const [examination, repair] = await Promise.all([
    import('../../../hub-core/host/doctor/examine.ts'),
    import('../../../hub-core/host/doctor/repair.ts'),
  ]);
  return { ...examination, ...repair };
}

/** What the user sees and reaches of the app: windows, menu, tray, notifications. */
export class Shell implements ShellActions {
  readonly #deps: ShellDeps;
  readonly #watch: HubWatch;
  readonly #changed = new Emitter<void>();
  /** Waits for a page that listens. */
  #pending: DesktopCommand | undefined;
  /** Its questions leave the menu usable: a second repair by the same findings would undo what came since the first. */
  readonly #checkData = oneAtATime(async () => {
    const { places, slot } = this.#deps;
    try {
      await checkData({ dataDir: places.data, slot, loadDoctor, confirmRepair, tell });
    } catch (error) {
      this.#report(error);
      tell('The data folder could not be repaired', error instanceof Error ? error.message : String(error));
    }
  });
  #tray: ShellTray | undefined;
  #opening: Promise<unknown> | undefined;

  /** The third of a window's ports. */
  readonly desk: DesktopDesk;

  constructor(deps: ShellDeps) {
    this.#deps = deps;
    const { slot, places, log, recentLog } = deps;
    this.#watch = new HubWatch(slot, (error) => this.#report(error));
    this.desk = new DesktopDesk({
      state: () => this.#desktopState(),
      onDidChange: this.#changed.event,
      restartHub: () => this.restartHub(),
      recentLog,
      diagnostics: () => Promise.resolve(this.#diagnostics()),
      kept: new KeptTexts(places.userData),
      dragOut: (wish, signal) => this.#dragOut(wish, signal),
      onPage: () => this.#sendPending(),
      log,
    });
  }

  countConnections(): Promise<number> {
    return this.#watch.countConnections();
  }

  /** Menu, tray and notifications from here on. */
  start(): void {
    const { slot, places, log } = this.#deps;
    try {
      this.#tray = createTray(places.trayIcons, this);
    } catch (error) {
      // The app is reached by starting it again, too.
      log.warn({ module: 'shell', error }, 'there is no tray icon');
    }
    this.#watch.onDidChange.subscribe(() => this.#draw());
    this.#watch.onDidEmptyPool.subscribe(({ id }) => this.#notify(emptyPoolNotice(id)));
    slot.onDidChangeState.subscribe((state) => {
      const notice = noticeOf(state);
      if (notice !== undefined) this.#notify(notice);
      this.#draw();
      this.#changed.emit();
    });
    this.#draw();
  }

  /** Shows the window, opens one where there is none. Resolves when its page is loaded. */
  async showWindow(): Promise<void> {
    const [window] = BrowserWindow.getAllWindows();
    if (window !== undefined) {
      if (window.isMinimized()) window.restore();
      window.show();
      window.focus();
      return;
    }
    const { places, place, log } = this.#deps;
    this.#opening ??= openMainWindow({
      preload: places.preload,
      place,
      onRendererGone: (reason, comesBack) => {
        log.error({ module: 'shell', reason }, `the console's page died${comesBack ? ' and is loaded again' : ''}`);
        if (!comesBack) tell('The console keeps crashing', 'The hub goes on. Close the window and open it again.');
      },
    }).finally(() => (this.#opening = undefined));
    await this.#opening;
  }

  /** Opens a link or a workspace that the system handed over. */
  open(thing: string): void {
    openThing(thing, (command) => this.#show(command)).catch((error: unknown) => this.#report(error));
  }

  /** The first time that the hub goes on without a window, the user is told how to get back. */
  tellAboutKeeping(): void {
    const { settings } = this.#deps;
    if (settings.value.toldAboutKeeping) return;
    settings.set({ toldAboutKeeping: true });
    this.#notify({ title: 'The hub goes on', body: 'Start WHub again, or use its tray icon, to open the console.' });
  }

  runKey(key: Parameters<ShellActions['runKey']>[0]): void {
    this.#show({ kind: 'run', key });
  }

  openWorkspace(): void {
    const filters = [{ name: 'WHub workspace', extensions: ['whub'] }];
    dialog
      .showOpenDialog({ properties: ['openFile'], filters })
      .then(({ filePaths: [path] }) => (path === undefined ? undefined : this.open(path)))
      .catch((error: unknown) => this.#report(error));
  }

  startHub(): void {
    void this.#deps.slot.start();
  }

  stopHub(): void {
    void this.#deps.slot.stop();
  }

  restartHub(): void {
    void this.#deps.slot.restart();
  }

  toggleRecording(): void {
    this.#watch.toggleRecording().catch((error: unknown) => this.#report(error));
  }

  copyDiagnostics(): void {
    clipboard.writeText(this.#diagnostics()).catch((error: unknown) => this.#report(error));
  }

  showLogs(): void {
    shell.showItemInFolder(join(this.#deps.places.logs, 'hub.log'));
  }

  checkData(): void {
    void this.#checkData();
  }

  restoreSettings(): void {
    const { backups, restart } = this.#deps;
    restoreSettings({ backups, ask: askWhichSettings, tell, restart }).catch((error: unknown) => this.#report(error));
  }

  setKeepHubOnClose(keepHubOnClose: boolean): void {
    this.#deps.settings.set({ keepHubOnClose });
    this.#draw();
  }

  setOpenAtLogin(open: boolean): void {
    this.#deps.login.set(open);
    this.#draw();
  }

  setUpdates(updates: Parameters<ShellActions['setUpdates']>[0]): void {
    this.#deps.settings.set({ updates });
    this.#deps.updater.setMode(updates);
    this.#draw();
  }

  checkForUpdates(): void {
    this.#deps.updater.look().then(
      (version) => (version === undefined ? tell('WHub is up to date', app.getVersion()) : this.#offerUpdate(version)),
      (error: unknown) => {
        this.#report(error);
        tell('Cannot look for updates', 'The update server does not answer. The log says more.');
      },
    );
  }

  /** An update that was found by itself: says so quietly. */
  announceUpdate(version: string): void {
    const notice = { title: `WHub ${version} is there`, body: 'Click to see what can be done about it.' };
    showNotice(notice, () => this.#offerUpdate(version));
  }

  openWindow(): void {
    this.showWindow().catch((error: unknown) => this.#report(error));
  }

  quit(): void {
    app.quit();
  }

  #dragOut(wish: DragWish, signal: AbortSignal | undefined): Promise<void> {
    const { slot, places, drags } = this.#deps;
    const deps: DragOutDeps = {
      openCapture() {
        if (slot.state.kind !== 'running') throw new Error('Cannot drag these exchanges: the hub does not run');
        return slot.connectConsole('capture');
      },
      folder: drags,
      version: app.getVersion(),
      baseUrl: START_URL,
      nowMs: () => systemClock.wallMs(),
      start(path) {
        const [window] = BrowserWindow.getAllWindows();
        window?.webContents.startDrag({ file: path, icon: join(places.trayIcons, 'running.png') });
      },
    };
    return dragOut(wish, deps, signal);
  }

  #offerUpdate(version: string): void {
    confirmUpdate(version)
      .then((agreed) => (agreed ? this.#deps.updater.install() : undefined))
      .catch((error: unknown) => this.#report(error));
  }

  #show(command: DesktopCommand): void {
    this.#pending = command;
    // A window that was just closed may still listen, but nobody sees it: a new one takes the command when its page is there.
    const hasWindow = BrowserWindow.getAllWindows().length > 0;
    this.openWindow();
    if (hasWindow) this.#sendPending();
  }

  #sendPending(): void {
    if (this.#pending === undefined || !this.desk.hasPage) return;
    this.desk.send(this.#pending);
    this.#pending = undefined;
  }

  #draw(): void {
    const state = this.#state();
    Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(state, this, process.platform === 'darwin')));
    this.#tray?.show(state);
  }

  #state(): ShellState {
    const { slot, settings, login, noUpdates } = this.#deps;
    const { captureState } = this.#watch;
    return {
      hub: slot.state,
      connections: this.#watch.connections,
      recording: captureState === undefined ? undefined : captureState !== 'paused',
      keepHubOnClose: settings.value.keepHubOnClose,
      openAtLogin: login.enabled,
      updates: settings.value.updates,
      noUpdates,
    };
  }

  #desktopState(): DesktopState {
    const { slot, notice } = this.#deps;
    const { state } = slot;
    return { hub: state.kind === 'running' ? { kind: 'running' } : state, notice };
  }

  #diagnostics(): string {
    const { slot, places } = this.#deps;
    const { state } = slot;
    const { electron, chrome, node } = process.versions;
    return diagnosticsText({
      facts: {
        WHub: app.getVersion(),
        Electron: electron,
        Chrome: chrome,
        Node: node,
        system: `${process.platform} ${process.arch}`,
        hub: 'reason' in state ? `${state.kind}: ${state.reason}` : state.kind,
      },
      logDir: places.logs,
    });
  }

  #notify(notice: Notice): void {
    showNotice(notice, () => this.openWindow());
  }

  #report(error: unknown): void {
    this.#deps.log.error({ module: 'shell', error }, 'the app could not do what it was asked');
  }
}
