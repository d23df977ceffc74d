import { spawn } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { closeChromium } from './chromium.ts';
import { acquireInstanceLock } from './single-instance.ts';
import { strict } from './strict.ts';

type PathName = 'home' | 'appData' | 'userData' | 'sessionData' | 'temp' | 'exe' | 'downloads' | 'logs' | 'crashDumps';

interface Manifest {
  readonly name: string;
  readonly productName?: string;
  readonly version: string;
}

interface LoginItem {
  readonly openAtLogin?: boolean;
  readonly path?: string;
  readonly args?: string[];
}

const appPath = process.env['ELECTRON_STAND_IN_APP'] ?? process.cwd();
const manifest = JSON.parse(readFileSync(join(appPath, 'package.json'), 'utf8')) as Manifest;

let ready = false;
let quitting: 'no' | 'asked' | 'yes' = 'no';
let relaunchWith: string[] | undefined;
let loginItem: LoginItem = {};
const chosen = new Map<string, string>();
const clients = new Set<string>();
const whenReady = Promise.withResolvers<void>();

function usualPath(name: PathName): string {
  const appData = process.env['XDG_CONFIG_HOME'] ?? join(homedir(), '.config');
  const userData = chosen.get('userData') ?? join(appData, manifest.productName ?? manifest.name);
  const usual: Readonly<Record<PathName, string>> = {
    home: homedir(),
    appData,
    userData,
    sessionData: userData,
    temp: tmpdir(),
    exe: process.execPath,
    downloads: join(homedir(), 'Downloads'),
    logs: join(userData, 'logs'),
    crashDumps: join(userData, 'Crashpad'),
  };
  return usual[name];
}

async function end(code: number): Promise<never> {
  await closeChromium();
  if (relaunchWith !== undefined) {
    spawn(process.execPath, [...process.execArgv, ...relaunchWith], { detached: true, stdio: 'ignore' }).unref();
  }
  process.exit(code);
}

class App extends EventEmitter {
  /** There is a dock on macOS only. */
  readonly dock: { setMenu(menu: object): void } | undefined = undefined;
  readonly isPackaged = process.env['ELECTRON_STAND_IN_PACKAGED'] === '1';
  readonly name = manifest.productName ?? manifest.name;

  constructor() {
    super();
    const self = strict('app', this);
    self.on('stand-in:windows-gone', () => {
      if (quitting === 'asked') self.quit();
      else if (quitting === 'no' && !self.emit('window-all-closed')) self.quit();
    });
    return self;
  }

  getName(): string {
    return this.name;
  }

  getVersion(): string {
    return manifest.version;
  }

  getAppPath(): string {
    return appPath;
  }

  getPath(name: PathName): string {
    return chosen.get(name) ?? usualPath(name);
  }

  setPath(name: PathName, path: string): void {
    if (!existsSync(path)) throw new Error(`Path "${path}" does not exist`);
    chosen.set(name, path);
  }

  setAppLogsPath(path?: string): void {
    chosen.set('logs', path ?? usualPath('logs'));
  }

  isReady(): boolean {
    return ready;
  }

  whenReady(): Promise<void> {
    return whenReady.promise;
  }

  enableSandbox(): void {
    if (ready) throw new Error('app.enableSandbox() can only be called before app is ready');
  }

  requestSingleInstanceLock(): boolean {
    return acquireInstanceLock(this.getPath('userData'), ({ argv, cwd }) => {
      void whenReady.promise.then(() => this.emit('second-instance', strict('event', {}), argv, cwd));
    });
  }

  setAsDefaultProtocolClient(scheme: string, _path?: string, _args?: string[]): boolean {
    clients.add(scheme);
    return true;
  }

  isDefaultProtocolClient(scheme: string, _path?: string, _args?: string[]): boolean {
    return clients.has(scheme);
  }

  removeAsDefaultProtocolClient(scheme: string, _path?: string, _args?: string[]): boolean {
    return clients.delete(scheme);
  }

  setAppUserModelId(_id: string): void {}

  getLoginItemSettings(_options?: { path?: string; args?: string[] }): { openAtLogin: boolean } {
    return { openAtLogin: loginItem.openAtLogin ?? false };
  }

  setLoginItemSettings(settings: LoginItem): void {
    loginItem = settings;
  }

  relaunch(options: { args?: string[] } = {}): void {
    relaunchWith = options.args ?? process.argv.slice(1);
  }

  /** As Electron: asks, closes every window, asks again, ends; whoever prevents it at any point stops it. */
  quit(): void {
    if (quitting === 'yes') return;
    if (quitting === 'no' && isPrevented('before-quit')) return;
    quitting = 'asked';
    const windows = openWindows();
    for (const window of windows) window.close();
    if (openWindows().length > 0) {
      // A window refused to close: the app goes on.
      quitting = 'no';
      return;
    }
    if (windows.length > 0) return; // goes on when the last one is gone
    if (isPrevented('will-quit')) {
      quitting = 'no';
      return;
    }
    quitting = 'yes';
    this.emit('quit', strict('event', {}), 0);
    void end(0);
  }

  exit(code = 0): void {
    if (quitting === 'yes') return;
    quitting = 'yes';
    this.emit('quit', strict('event', {}), code);
    void end(code);
  }
}

export const app = new App();

interface Closable {
  close(): void;
}
let openWindows: () => readonly Closable[] = () => [];

/** Told by the windows' own file, which stands on this one. */
export function setOpenWindows(list: () => readonly Closable[]): void {
  openWindows = list;
}

function isPrevented(name: 'before-quit' | 'will-quit'): boolean {
  let prevented = false;
  app.emit(name, strict('event', { preventDefault: () => (prevented = true) }));
  return prevented;
}

/** Called when the app's main script has run. */
export function becomeReady(): void {
  // As in Electron, a window belongs to the folder of the app, which is there by now.
  mkdirSync(dirname(join(app.getPath('userData'), 'x')), { recursive: true });
  ready = true;
  app.emit('ready');
  whenReady.resolve();
}
