import { readdir, readFile } from 'node:fs/promises';
import type { Locator, Page } from '@playwright/test';
import type { DesktopApp } from '../fixtures/desktop.ts';
import { ConsolePage } from './console-page.ts';

/** The console in a window of the desktop app. */
export class DesktopPage extends ConsolePage {
  static async of(app: DesktopApp): Promise<DesktopPage> {
    for (;;) {
      const page: Page = await app.page();
      const console_ = new DesktopPage(page);
      try {
        await console_.rail.waitFor();
        return console_;
      } catch (error) {
        // A window that was about to close was found once more: the next one is looked for.
        if (!page.isClosed()) throw error;
      }
    }
  }

  /** The app's pages may write to the clipboard and not read it, so the key is read where it stands. */
  protected override async copiedKey(issued: Locator): Promise<string> {
    return /whub_[\w.-]+/.exec(await issued.innerText())?.[0] ?? '';
  }
}

/** Clicks an item of the application's menu, as a person does. */
export async function clickMenu(app: DesktopApp, id: string): Promise<void> {
  await app.evaluate(({ Menu }, itemId) => {
    const item = Menu.getApplicationMenu()?.getMenuItemById(itemId);
    if (item === null || item === undefined) throw new Error(`There is no menu item "${itemId}"`);
    (item.click as () => void)();
  }, id);
}

/** From now on every dialog of the app is answered with the button of that number; what it said is returned by `dialogs`. */
export async function answerDialogs(app: DesktopApp, response: number): Promise<void> {
  await app.evaluate(({ dialog }, answer) => {
    const shown: string[] = [];
    Object.assign(globalThis, { shownDialogs: shown });
    dialog.showMessageBox = async (...given: unknown[]) => {
      const options = given.at(-1) as { message: string; detail?: string };
      shown.push(`${options.message} ${options.detail ?? ''}`);
      return { response: answer, checkboxChecked: false };
    };
  }, response);
}

export function dialogs(app: DesktopApp): Promise<string[]> {
  return app.evaluate(() => (globalThis as unknown as { shownDialogs: string[] }).shownDialogs, undefined);
}

const FAULTS = {
  'throws an error': "throw new Error('injected')",
  exits: 'process.exit(3)',
  hangs: 'for (;;);',
} as const;

export type Fault = keyof typeof FAULTS;

/** Long enough for the debugger to have left; nothing is judged by it. */
const FAULT_AFTER_MS = 300;

/** How often a thread died so far, by what the app says. */
export function deathsOf(app: DesktopApp, thread: 'hub' | 'capture'): number {
  return app.output.split(`the ${thread} thread died`).length - 1;
}

/**
 * Has a thread of the running app do soon what ends it: in the thread itself, by way of its debugger, so that the app has no
 * part for it. The debugger has left by then: Node can crash when a thread ends under one.
 *
 * @returns wall time at which it is due
 */
export async function injectFault(app: DesktopApp, thread: 'hub' | 'capture', fault: Fault): Promise<number> {
  const askedAtMs = Date.now();
  await app.evaluate(
    async (_electron, { name, expression }) => {
      const { Session } = process.getBuiltinModule('node:inspector/promises');
      const session = new Session();
      session.connect();
      const found = Promise.withResolvers<string>();
      session.on('NodeWorker.attachedToWorker', ({ params: { sessionId, workerInfo } }) => {
        if (workerInfo.title.endsWith(name)) found.resolve(sessionId);
      });
      const answered = new Promise((resolve) => session.once('NodeWorker.receivedMessageFromWorker', resolve));
      await session.post('NodeWorker.enable', { waitForDebuggerOnStart: false });
      const message = JSON.stringify({ id: 1, method: 'Runtime.evaluate', params: { expression } });
      await session.post('NodeWorker.sendMessageToWorker', { sessionId: await found.promise, message });
      await answered;
      // Not out of what the session itself called: an answer can come while it still attaches, and leaving then is a crash of Node.
      await new Promise((resolve) => setImmediate(resolve));
      await session.post('NodeWorker.disable');
      session.disconnect();
    },
    {
      name: `whub ${thread}`,
      expression: `void setTimeout(() => { ${FAULTS[fault]} }, ${String(FAULT_AFTER_MS)})`,
    },
  );
  return askedAtMs + FAULT_AFTER_MS;
}

/** Ends the processes of the app's pages as `kill -9` does; where they cannot be found, as Electron itself does. */
export async function killPages(app: DesktopApp): Promise<void> {
  const pages = process.platform === 'linux' ? await renderersOf(app.process.pid ?? 0) : [];
  for (const pid of pages) process.kill(pid, 'SIGKILL');
  if (pages.length > 0) return;
  await app.evaluate(
    ({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.forcefullyCrashRenderer(),
    undefined,
  );
}

/** Chromium's processes for pages, below a process. */
async function renderersOf(root: number): Promise<readonly number[]> {
  const parents = new Map<number, number>();
  const renderers: number[] = [];
  for (const name of await readdir('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid)) continue;
    try {
      const status = await readFile(`/proc/${name}/status`, 'utf8');
      parents.set(pid, Number(/^PPid:\s+(\d+)/m.exec(status)?.[1]));
      if ((await readFile(`/proc/${name}/cmdline`, 'utf8')).includes('--type=renderer')) renderers.push(pid);
    } catch {
      // It ended meanwhile.
    }
  }
  const isBelow = (pid: number | undefined): boolean =>
    pid !== undefined && (pid === root || isBelow(parents.get(pid)));
  return renderers.filter((pid) => isBelow(pid));
}
