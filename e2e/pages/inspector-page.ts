import type { Locator, Page } from '@playwright/test';
import { ConsolePage } from './console-page.ts';

/** The Inspector's list and its frame, found by role and name. */
export class InspectorPage {
  readonly page: Page;
  readonly console: ConsolePage;
  readonly filter: Locator;
  readonly count: Locator;
  readonly grid: Locator;
  readonly completions: Locator;
  readonly chips: Locator;

  constructor(page: Page) {
    this.page = page;
    this.console = new ConsolePage(page);
    this.filter = page.getByRole('combobox', { name: 'Filter exchanges' });
    this.count = page.getByRole('group', { name: 'Rows shown' });
    this.grid = page.getByRole('grid', { name: 'Exchanges', exact: true });
    this.completions = page.getByRole('listbox', { name: 'Completions' });
    this.chips = page.getByRole('group', { name: 'Quick filters' });
  }

  /** Rows with that text. */
  row(text: string | RegExp): Locator {
    return this.grid.getByRole('row').filter({ hasText: text });
  }

  /** The rows that are selected. */
  selected(): Locator {
    return this.grid.getByRole('row', { selected: true });
  }

  /** The button in a column's header. */
  header(name: string): Locator {
    return this.grid.getByRole('columnheader').getByRole('button', { name, exact: true });
  }

  chip(name: string): Locator {
    return this.chips.getByRole('button', { name, exact: true });
  }

  button(name: string | RegExp): Locator {
    return this.page.getByRole('button', typeof name === 'string' ? { name, exact: true } : { name });
  }

  /** Takes an item of the menu that a button opens. */
  async pick(menu: string, item: string | RegExp): Promise<void> {
    await this.button(menu).click();
    await this.page.getByRole('menuitem', { name: item }).click();
  }
}
