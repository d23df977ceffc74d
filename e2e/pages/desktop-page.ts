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
