import { expect } from '@playwright/test';
import type { Locator, Page } from '@playwright/test';

const MAX_STEPS = 80;

/** A person with a keyboard and no mouse. */
export class Keyboard {
  readonly page: Page;

  private constructor(page: Page) {
    this.page = page;
  }

  /** Notes from now on whether a pointer was used, which `expectNoPointer` denies. */
  static async on(page: Page): Promise<Keyboard> {
    await page.addInitScript(() => {
      addEventListener('pointerdown', () => sessionStorage.setItem('pointer', 'used'), { capture: true });
    });
    return new Keyboard(page);
  }

  async expectNoPointer(): Promise<void> {
    expect(await this.page.evaluate(() => sessionStorage.getItem('pointer'))).toBeNull();
  }

  async press(...keys: readonly string[]): Promise<void> {
    for (const key of keys) await this.page.keyboard.press(key);
  }

  async type(text: string): Promise<void> {
    await this.page.keyboard.type(text);
  }

  /** Moves with Tab until `target` has the focus. */
  async tabTo(target: Locator, { back = false } = {}): Promise<void> {
    await this.#until(target, back ? 'Shift+Tab' : 'Tab');
  }

  /** Moves with F6 until the focus is within `pane`. */
  async pane(pane: Locator, { back = false } = {}): Promise<void> {
    await pane.waitFor();
    for (let step = 0; step < MAX_STEPS; step += 1) {
      if (await pane.evaluate((element) => element.contains(document.activeElement))) return;
      await this.press(back ? 'Shift+F6' : 'F6');
    }
    throw new Error('F6 does not lead to that pane');
  }

  /** Goes to a button by Tab and presses it. */
  async push(name: string | RegExp, { within = this.page.locator('body'), back = false } = {}): Promise<void> {
    await this.tabTo(within.getByRole('button', { name, exact: typeof name === 'string' }).first(), { back });
    await this.press('Enter');
  }

  /** Takes an item of the menu that is open. */
  async pick(name: string | RegExp): Promise<void> {
    const item = this.page
      .getByRole('menuitem', { name })
      .or(this.page.getByRole('menuitemcheckbox', { name }))
      .or(this.page.getByRole('menuitemradio', { name }));
    await this.#until(item.first(), 'ArrowDown');
    await this.press('Enter');
  }

  /** Runs a command of the palette. */
  async command(title: string): Promise<void> {
    await this.press('Control+k');
    await this.page.getByRole('dialog', { name: 'Command palette' }).waitFor();
    await this.type(title);
    await expect(this.page.getByRole('option', { selected: true })).toContainText(title);
    await this.press('Enter');
    await expect(this.page.getByRole('dialog', { name: 'Command palette' })).toHaveCount(0);
  }

  async #until(target: Locator, key: string): Promise<void> {
    await target.waitFor();
    for (let step = 0; step < MAX_STEPS; step += 1) {
      if (await target.evaluate((element) => element === document.activeElement)) return;
      await this.press(key);
    }
    throw new Error(`${key} does not lead to ${String(target)}`);
  }
}
