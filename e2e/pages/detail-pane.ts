import type { Locator, Page } from '@playwright/test';
import type { ConsolePage } from './console-page.ts';

type Tab = 'Summary' | 'Request' | 'Reply' | 'Timing' | 'Route' | 'Bytes';
type Format = 'Pretty' | 'Tree' | 'Text' | 'Hex' | 'Decoded';

/** The Inspector's detail of one exchange. */
export class DetailPane {
  readonly page: Page;
  readonly pane: Locator;

  constructor(page: Page) {
    this.page = page;
    this.pane = page.getByRole('region', { name: 'Exchange detail' });
  }

  /** Opens the newest row whose text holds `text`. */
  static async open(console_: ConsolePage, text: string): Promise<DetailPane> {
    await console_.show('Inspector');
    await console_.grid('Exchanges').getByRole('row').filter({ hasText: text }).last().click();
    const detail = new DetailPane(console_.page);
    await detail.pane.getByRole('tab', { name: 'Summary' }).waitFor();
    return detail;
  }

  async tab(name: Tab): Promise<void> {
    await this.pane.getByRole('tab', { name, exact: true }).click();
  }

  format(name: Format): Locator {
    return this.pane.getByRole('button', { name, exact: true }).first();
  }

  button(name: string | RegExp): Locator {
    return this.pane.getByRole('button', { name, exact: true });
  }

  /** The editor that shows the body of a side. */
  text(side: 'Request' | 'Reply'): Locator {
    return this.pane.getByRole('textbox', { name: `${side} body`, exact: true });
  }
}
