import { EventEmitter } from 'node:events';
import { app, setOpenWindows } from './app.ts';
import { strict } from './strict.ts';
import { applyPermissions, destroyContents, WebContents } from './web-contents.ts';

interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

interface WindowOptions {
  readonly title?: string;
  readonly x?: number;
  readonly y?: number;
  readonly width?: number;
  readonly height?: number;
  readonly show?: boolean;
  readonly webPreferences?: { readonly preload?: string };
}

interface State {
  readonly contents: WebContents;
  bounds: Rectangle;
  visible: boolean;
  minimized: boolean;
  maximized: boolean;
  fullScreen: boolean;
  focused: boolean;
  destroyed: boolean;
  title: string;
}

/**
 * What each window's contents were given, for tests: Electron tells by a method that its types leave out. Under a symbol, so that
 * nothing but a test comes upon it.
 */
const givenPreferences = new WeakMap<WebContents, object>();
Object.assign(globalThis, { [Symbol.for('stand-in.webPreferences')]: givenPreferences });

const states = new WeakMap<BrowserWindow, State>();
const windows = new Set<BrowserWindow>();
setOpenWindows(() => [...windows]);

function stateOf(window: BrowserWindow): State {
  const state = states.get(window);
  if (state === undefined || state.destroyed) throw new TypeError('Object has been destroyed');
  return state;
}

export class BrowserWindow extends EventEmitter {
  constructor(options: WindowOptions = {}) {
    super();
    if (!app.isReady()) throw new Error('Cannot create BrowserWindow before app is ready');
    const { width = 800, height = 600, x = 0, y = 0, show = true, title = '', webPreferences = {} } = options;
    const contents = new WebContents({ preload: webPreferences.preload, width, height });
    givenPreferences.set(contents, webPreferences);
    const self = strict('BrowserWindow', this);
    states.set(self, {
      contents,
      bounds: { x, y, width, height },
      visible: show,
      minimized: false,
      maximized: false,
      fullScreen: false,
      focused: show,
      destroyed: false,
      title,
    });
    windows.add(self);
    contents.once('did-finish-load', () => self.emit('ready-to-show'));
    app.emit('web-contents-created', strict('event', {}), contents);
    app.emit('browser-window-created', strict('event', {}), self);
    return self;
  }

  static getAllWindows(): BrowserWindow[] {
    return [...windows];
  }

  static getFocusedWindow(): BrowserWindow | null {
    return [...windows].find((window) => window.isFocused()) ?? null;
  }

  static fromWebContents(contents: WebContents): BrowserWindow | null {
    return [...windows].find((window) => window.webContents === contents) ?? null;
  }

  get webContents(): WebContents {
    return stateOf(this).contents;
  }

  async loadURL(url: string): Promise<void> {
    const { contents } = stateOf(this);
    await applyPermissions(contents, url);
    await contents.loadURL(url);
  }

  show(): void {
    const state = stateOf(this);
    state.visible = true;
    this.focus();
    this.emit('show');
  }

  hide(): void {
    const state = stateOf(this);
    state.visible = false;
    state.focused = false;
    this.emit('hide');
  }

  focus(): void {
    for (const window of windows) stateOf(window).focused = window === this;
    this.emit('focus');
  }

  isFocused(): boolean {
    return stateOf(this).focused;
  }

  isVisible(): boolean {
    return stateOf(this).visible;
  }

  isMinimized(): boolean {
    return stateOf(this).minimized;
  }

  minimize(): void {
    stateOf(this).minimized = true;
    this.emit('minimize');
  }

  restore(): void {
    stateOf(this).minimized = false;
    this.emit('restore');
  }

  isMaximized(): boolean {
    return stateOf(this).maximized;
  }

  maximize(): void {
    stateOf(this).maximized = true;
    this.emit('maximize');
  }

  isFullScreen(): boolean {
    return stateOf(this).fullScreen;
  }

  setFullScreen(flag: boolean): void {
    stateOf(this).fullScreen = flag;
  }

  getBounds(): Rectangle {
    return stateOf(this).bounds;
  }

  getNormalBounds(): Rectangle {
    return stateOf(this).bounds;
  }

  setBounds(bounds: Partial<Rectangle>): void {
    const state = stateOf(this);
    state.bounds = { ...state.bounds, ...bounds };
    this.emit('resize');
    this.emit('move');
  }

  setTitle(title: string): void {
    stateOf(this).title = title;
  }

  getTitle(): string {
    return stateOf(this).title;
  }

  isDestroyed(): boolean {
    return states.get(this)?.destroyed ?? true;
  }

  close(): void {
    let prevented = false;
    this.emit('close', strict('event', { preventDefault: () => (prevented = true) }));
    if (!prevented) this.destroy();
  }

  destroy(): void {
    if (this.isDestroyed()) return;
    const state = stateOf(this);
    windows.delete(this);
    state.destroyed = true;
    void destroyContents(state.contents).then(() => {
      this.emit('closed');
      if (windows.size === 0) app.emit('stand-in:windows-gone');
    });
  }
}
