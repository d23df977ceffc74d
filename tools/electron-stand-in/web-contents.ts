import { EventEmitter } from 'node:events';
import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import type { MessagePort } from 'node:worker_threads';
import type { CDPSession, Page, Request as PageRequest } from 'playwright';
import { app } from './app.ts';
import { startChromium } from './chromium.ts';
import { decodeClone, encodeClone } from './clone-codec.ts';
import { answerInvoke, receive } from './ipc-main.ts';
import { endOf, type MessagePortMain } from './message-channel.ts';
import {
  FROM_MAIN,
  isolatedWorldScript,
  mainWorldScript,
  PRELOAD_WORLD,
  TO_MAIN,
  type MainMessage,
  type WorldMessage,
} from './preload-world.ts';
import { fromChromium, toChromium } from './scheme-map.ts';
import { grantedPermissions, session } from './session.ts';
import { downloadTo } from './download.ts';
import { routePages } from './routes.ts';
import { strict } from './strict.ts';

type OpenHandler = (details: { readonly url: string }) => { readonly action: 'allow' | 'deny' };

/** A page of Chromium, and what belongs to it. */
interface Tab {
  readonly page: Page;
  readonly cdp: CDPSession;
  /** Where the preload's world of the present document is; changes with every navigation. */
  world: number | undefined;
  readonly ports: Map<number, MessagePort>;
}

interface State {
  readonly preload: string | undefined;
  readonly size: { readonly width: number; readonly height: number };
  readonly frame: WebFrameMain;
  tab: Promise<Tab> | undefined;
  url: string;
  /** Set while the app itself navigates: such navigations are not asked about. */
  navigating: boolean;
  openHandler: OpenHandler | undefined;
  ports: number;
  crashed: boolean;
  destroyed: boolean;
  zoom: number;
}

/** What is asked of a page whose process died is never answered, and a new one may get a process that was killed with those of others. */
const [OPEN_TRIES, OPEN_WITHIN_MS] = [3, 5_000];

const states = new WeakMap<WebContents, State>();
const pages = new WeakMap<Page, WebContents>();
let count = 0;

function stateOf(contents: WebContents): State {
  const state = states.get(contents);
  if (state === undefined) throw new TypeError('Cannot use these contents: they belong to no window');
  return state;
}

export interface WebFrameMain {
  readonly url: string;
}

export interface ContentsOptions {
  readonly preload: string | undefined;
  readonly width: number;
  readonly height: number;
}

export class WebContents extends EventEmitter {
  readonly id: number;

  constructor({ preload, width, height }: ContentsOptions) {
    super();
    count += 1;
    this.id = count;
    const self = strict('WebContents', this);
    states.set(self, {
      preload,
      size: { width, height },
      frame: strict('WebFrameMain', {
        get url() {
          return stateOf(self).url;
        },
      }),
      tab: undefined,
      url: '',
      navigating: false,
      openHandler: undefined,
      ports: 0,
      crashed: false,
      destroyed: false,
      zoom: 1,
    });
    return self;
  }

  get mainFrame(): WebFrameMain {
    return stateOf(this).frame;
  }

  get session(): typeof session.defaultSession {
    return session.defaultSession;
  }

  getURL(): string {
    return stateOf(this).url;
  }

  async loadURL(url: string): Promise<void> {
    const state = stateOf(this);
    const { page } = await tabOf(this);
    state.navigating = true;
    try {
      await page.goto(toChromium(url), { waitUntil: 'load' });
    } finally {
      state.navigating = false;
    }
    this.emit('did-finish-load');
  }

  reload(): void {
    const state = stateOf(this);
    if (state.crashed) {
      state.crashed = false;
      this.loadURL(state.url).catch(reportUnlessClosed(this));
      return;
    }
    state.navigating = true;
    tabOf(this)
      .then(({ page }) => page.reload())
      .then(() => this.emit('did-finish-load'))
      .catch(reportUnlessClosed(this))
      .finally(() => (state.navigating = false));
  }

  send(channel: string, ...args: unknown[]): void {
    const message = { type: 'event', channel, args: encodeClone(structuredClone(args)), ports: [] } as const;
    tell(this, message);
  }

  postMessage(channel: string, message: unknown, transfer: MessagePortMain[] = []): void {
    const state = stateOf(this);
    const args = encodeClone(structuredClone([message]));
    const ids = transfer.map(() => (state.ports += 1));
    tabOf(this)
      .then(async (tab) => {
        // Told first, and joined before it answers: the page may use them at once.
        const told = evaluate(tab, { type: 'event', channel, args, ports: ids });
        for (const [at, port] of transfer.entries()) join(tab, ids[at] ?? 0, endOf(port));
        await told;
      })
      .catch(reportUnlessClosed(this));
  }

  setWindowOpenHandler(handler: OpenHandler): void {
    stateOf(this).openHandler = handler;
  }

  isDestroyed(): boolean {
    return stateOf(this).destroyed;
  }

  isCrashed(): boolean {
    return stateOf(this).crashed;
  }

  getZoomFactor(): number {
    return stateOf(this).zoom;
  }

  setZoomFactor(factor: number): void {
    stateOf(this).zoom = factor;
  }

  /** There is no pointer that could take the file on; what Electron would refuse is refused. */
  startDrag({ file, icon }: { readonly file: string; readonly icon: object | string }): void {
    if (!isAbsolute(file) || !existsSync(file)) throw new Error(`Cannot drag "${file}": there is no such file`);
    if (typeof icon === 'string' && !existsSync(icon))
      throw new Error(`Cannot drag "${file}": its icon "${icon}" is not there`);
  }

  openDevTools(): void {
    throw new Error('Cannot open the developer tools on the stand-in: attach to its browser instead');
  }

  forcefullyCrashRenderer(): void {
    tabOf(this)
      // Never answered: the page is gone.
      .then(({ cdp }) => void cdp.send('Page.crash').catch(() => {}))
      .catch(reportUnlessClosed(this));
  }
}

function reportUnlessClosed(contents: WebContents) {
  return (error: unknown): void => {
    const state = stateOf(contents);
    if (state.destroyed || state.crashed) return;
    process.stderr.write(`The stand-in could not reach a page: ${String(error)}\n`);
  };
}

function tabOf(contents: WebContents): Promise<Tab> {
  const state = stateOf(contents);
  state.tab ??= openTab(contents);
  return state.tab;
}

async function openTab(contents: WebContents): Promise<Tab> {
  const { context } = await startChromium(app.getPath('userData'));
  await routePages(context, mayNavigate);
  for (let left = OPEN_TRIES; ; left -= 1) {
    using limit = timeLimit(OPEN_WITHIN_MS);
    try {
      const page = await Promise.race([context.newPage(), limit.passed]);
      const tab = await Promise.race([prepareTab(contents, page), limit.passed, deathOf(page)]);
      watch(contents, tab);
      return tab;
    } catch (error) {
      if (left === 1) throw error;
    }
  }
}

/** @returns `passed` rejects when the time is over, unless it was disposed of before */
function timeLimit(ms: number): Disposable & { readonly passed: Promise<never> } {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`a new page does not answer within ${String(ms)} ms`)), ms);
  return { passed: promise, [Symbol.dispose]: () => clearTimeout(timer) };
}

/** Rejects when the page's process ends. */
function deathOf(page: Page): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  page.once('crash', () => {
    // It can only fail where the page, or the browser, is closed already.
    void page.close().catch(() => {});
    reject(new Error('the process of a new page died'));
  });
  // Whoever waits hears of it by the race; a page that dies later is told of by `watch`.
  promise.catch(() => {});
  return promise;
}

async function prepareTab(contents: WebContents, page: Page): Promise<Tab> {
  const state = stateOf(contents);
  pages.set(page, contents);
  await page.setViewportSize(state.size);
  const cdp = await page.context().newCDPSession(page);
  const tab: Tab = { page, cdp, world: undefined, ports: new Map() };
  await cdp.send('Page.enable');
  cdp.on('Runtime.executionContextCreated', ({ context: world }) => {
    if (world.name === PRELOAD_WORLD) tab.world = world.id;
  });
  cdp.on('Runtime.bindingCalled', ({ name, payload }) => {
    if (name === TO_MAIN) hear(contents, tab, JSON.parse(payload) as WorldMessage);
  });
  cdp.on('Page.windowOpen', ({ url }) => {
    const action = state.openHandler?.({ url: fromChromium(url) }).action ?? 'allow';
    if (action === 'allow') throw new Error(`Cannot open a window for "${url}": the stand-in only refuses them`);
  });
  await cdp.send('Runtime.enable');
  await cdp.send('Runtime.addBinding', { name: TO_MAIN, executionContextName: PRELOAD_WORLD });
  const secret = randomUUID();
  await cdp.send('Page.addScriptToEvaluateOnNewDocument', { source: mainWorldScript(secret) });
  if (state.preload !== undefined) {
    const source = isolatedWorldScript(secret, readFileSync(state.preload, 'utf8'));
    await cdp.send('Page.addScriptToEvaluateOnNewDocument', { source, worldName: PRELOAD_WORLD });
  }
  return tab;
}

function watch(contents: WebContents, tab: Tab): void {
  const state = stateOf(contents);
  const { page } = tab;
  const closePorts = (): void => {
    for (const port of tab.ports.values()) port.close();
    tab.ports.clear();
  };
  page.on('popup', (popup) => void popup.close().catch(() => {}));
  // A new document ends the ports of the last; a change of the hash does not.
  tab.cdp.on('Page.frameNavigated', ({ frame }) => {
    if (frame.parentId !== undefined) return;
    closePorts();
    state.url = fromChromium(frame.url);
  });
  page.on('crash', () => {
    closePorts();
    state.crashed = true;
    state.tab = undefined;
    void page.close().catch(() => {});
    contents.emit('render-process-gone', strict('event', {}), { reason: 'crashed', exitCode: 5 });
  });
  page.on('close', closePorts);
  page.on('download', (download) => {
    downloadTo(download, fromChromium(download.url()), contents).catch(reportUnlessClosed(contents));
  });
}

/** Messages of a page, in the order in which it sent them. */
function hear(contents: WebContents, tab: Tab, message: WorldMessage): void {
  const sender = { contents, frame: contents.mainFrame };
  if (message.type === 'send') receive(sender, message.channel, message.args);
  else if (message.type === 'port') tab.ports.get(message.port)?.postMessage(decodeClone(message.data));
  else if (message.type === 'port-closed') {
    tab.ports.get(message.port)?.close();
    tab.ports.delete(message.port);
  } else {
    answerInvoke(sender, message.channel, message.args)
      .then((result) => evaluate(tab, { type: 'result', id: message.id, ...result }))
      .catch(reportUnlessClosed(contents));
  }
}

/** Joins the end of a port that was handed over with its other end in the page. */
function join(tab: Tab, id: number, end: MessagePort): void {
  tab.ports.set(id, end);
  end.on('message', (data) => {
    evaluate(tab, { type: 'port', port: id, data: encodeClone(data) }).catch(() => end.close());
  });
  end.once('close', () => {
    // The page closed it, or went away: it needs no telling, and cannot be told.
    if (tab.ports.delete(id)) evaluate(tab, { type: 'port-closed', port: id }).catch(() => {});
  });
}

function tell(contents: WebContents, message: MainMessage): void {
  tabOf(contents)
    .then((tab) => evaluate(tab, message))
    .catch(reportUnlessClosed(contents));
}

async function evaluate({ cdp, world }: Tab, message: MainMessage): Promise<void> {
  if (world === undefined) throw new Error('Cannot reach the page: its preload does not run');
  const expression = `${FROM_MAIN}(${JSON.stringify(JSON.stringify(message))})`;
  const { exceptionDetails } = await cdp.send('Runtime.evaluate', { expression, contextId: world });
  if (exceptionDetails !== undefined) {
    throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
  }
}

/** Asks the app about a navigation that a page began. @returns false when the app prevents it */
function mayNavigate(request: PageRequest): boolean {
  const frame = request.frame();
  const contents = pages.get(frame.page());
  if (contents === undefined) return false;
  const isMainFrame = frame.parentFrame() === null;
  if (isMainFrame && stateOf(contents).navigating) return true;
  let prevented = false;
  const event = strict('event', {
    url: fromChromium(request.url()),
    isMainFrame,
    isSameDocument: false,
    preventDefault: () => (prevented = true),
  });
  contents.emit('will-frame-navigate', event);
  if (isMainFrame) contents.emit(request.redirectedFrom() === null ? 'will-navigate' : 'will-redirect', event);
  return !prevented;
}

export async function applyPermissions(contents: WebContents, url: string): Promise<void> {
  const { context } = await startChromium(app.getPath('userData'));
  const granted = await grantedPermissions(contents, url);
  await context.grantPermissions([...granted], { origin: new URL(toChromium(url)).origin });
}

export async function destroyContents(contents: WebContents): Promise<void> {
  const state = stateOf(contents);
  if (state.destroyed) return;
  state.destroyed = true;
  const tab = await state.tab?.catch(() => undefined);
  await tab?.page.close().catch(() => {});
  contents.emit('destroyed');
}
