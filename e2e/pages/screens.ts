import { expect } from '@playwright/test';
import type { Page } from '@playwright/test';
import { ConsolePage } from './console-page.ts';
import type { PageName } from './console-page.ts';

export interface Screen {
  readonly name: string;
  /** There has to be something that can be selected. */
  readonly needsRows?: boolean;
  /** What of the page differs from the screen before, as a selector; absent: all of it. */
  readonly part?: string;
  readonly show: (screens: Screens) => Promise<void>;
}

/** Brings the console to its screens. */
export class Screens {
  readonly page: Page;
  readonly console: ConsolePage;
  /** There is nothing to select. */
  readonly #empty: boolean;

  constructor(page: Page, { empty }: { readonly empty: boolean }) {
    this.page = page;
    this.console = new ConsolePage(page);
    this.#empty = empty;
  }

  /** @returns false for what an empty hub cannot show */
  async show(screen: Screen): Promise<boolean> {
    if (this.#empty && screen.needsRows === true) return false;
    await screen.show(this);
    return true;
  }

  /** A page with a list, a row of which is selected where there is one. */
  async list(page: PageName, grid: string): Promise<void> {
    await this.console.show(page);
    if (this.#empty) return;
    await this.console.grid(grid).focus();
    await this.page.keyboard.press('End');
    await this.page.keyboard.press('Enter');
  }

  /** A tab of the newest answered order. */
  async detail(tab: string): Promise<void> {
    await this.console.show('Inspector');
    const pane = this.page.getByRole('region', { name: 'Exchange detail' });
    if (!(await pane.isVisible())) {
      await this.page.getByRole('combobox', { name: 'Filter exchanges' }).fill('route:/orders/create status:ok');
      // Rows of the filter, not of the list before it.
      await expect(this.console.grid('Exchanges').locator('[data-column="route"]').last()).toContainText(
        '/orders/create',
      );
      await this.list('Inspector', 'Exchanges');
    }
    await pane.getByRole('tab', { name: tab, exact: true }).click();
  }

  async frames(): Promise<void> {
    await this.console.show('Inspector');
    await this.page.getByRole('group', { name: 'View' }).getByRole('button', { name: 'Frames' }).click();
    await this.page.getByRole('searchbox', { name: /^Filter frames/ }).waitFor();
    await rowsCame(this.console, 'Frames');
  }

  async compose(): Promise<void> {
    await this.console.show('Compose');
    if (this.#empty) return;
    await this.console.send({
      method: 'POST',
      uri: '/orders/create',
      body: '{\n  "sku": "TEA-250",\n  "quantity": 2\n}',
    });
    await this.page
      .getByText(/^Status 20\d/)
      .first()
      .waitFor();
  }

  /** The dock with the export of what is listed. */
  async jobs(): Promise<void> {
    await this.page.keyboard.press('Control+j');
    if (this.#empty) return;
    await this.console.button('Export…').click();
    await this.page
      .getByRole('dialog', { name: 'Export' })
      .getByRole('button', { name: 'Export', exact: true })
      .click();
    await this.page
      .getByRole('region', { name: 'Jobs' })
      .getByRole('row')
      .filter({ hasText: 'done' })
      .first()
      .waitFor();
  }
}

/** Rows in sight have come from the store. */
async function rowsCame(console: ConsolePage, grid: string): Promise<void> {
  await expect(console.grid(grid).getByRole('gridcell', { name: '…', exact: true })).toHaveCount(0);
}

const detail = (tab: string): Pick<Screen, 'needsRows' | 'part' | 'show'> => ({
  needsRows: true,
  part: '[aria-label="Exchange detail"]',
  show: (screens) => screens.detail(tab),
});

const press = async ({ page }: Screens, key: string): Promise<void> => page.keyboard.press(key);

/** What can be looked at, in an order in which each is reached from the one before. */
export const SCREENS: readonly Screen[] = [
  { name: 'overview', show: ({ console }) => console.show('Overview') },
  {
    name: 'inspector',
    async show({ console }) {
      await console.show('Inspector');
      await rowsCame(console, 'Exchanges');
    },
  },
  { name: 'inspector-detail', ...detail('Summary') },
  { name: 'inspector-request', ...detail('Request') },
  { name: 'inspector-reply', ...detail('Reply') },
  { name: 'inspector-timing', ...detail('Timing') },
  { name: 'inspector-route', ...detail('Route') },
  { name: 'inspector-bytes', ...detail('Bytes') },
  { name: 'inspector-frames', show: (screens) => screens.frames() },
  { name: 'connections', show: (screens) => screens.list('Connections', 'Connections') },
  {
    name: 'services',
    async show({ console, page }) {
      await console.show('Services');
      const orders = page.getByRole('treeitem', { name: /^orders/ });
      await page.getByRole('treeitem').first().waitFor();
      if (await orders.isVisible()) await orders.click();
    },
  },
  { name: 'compose', show: (screens) => screens.compose() },
  { name: 'clients', show: (screens) => screens.list('Clients', 'Clients') },
  { name: 'access', show: ({ console }) => console.show('Access') },
  {
    name: 'audit',
    async show({ console }) {
      await console.show('Access');
      await console.button('Audit').click();
    },
  },
  {
    name: 'jobs',
    async show(screens) {
      await screens.console.show('Inspector');
      await screens.console.button('Exchanges').click();
      await screens.jobs();
    },
  },
  {
    name: 'palette',
    part: '[role="dialog"]',
    async show(screens) {
      await press(screens, 'Control+j');
      await press(screens, 'Control+k');
      await screens.page.getByRole('dialog', { name: 'Command palette' }).waitFor();
    },
  },
  {
    name: 'help',
    part: '[role="dialog"]',
    async show(screens) {
      await press(screens, 'Escape');
      await press(screens, 'F1');
      await screens.page.getByRole('dialog', { name: 'Keys' }).waitFor();
    },
  },
];
