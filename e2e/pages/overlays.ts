import type { Screens } from './screens.ts';

/** What opens over a page, and how; Escape closes each. */
export interface Overlay {
  readonly name: string;
  /** What of the page it is, as a selector. */
  readonly part: string;
  readonly open: (screens: Screens) => Promise<void>;
}

const dialog = (name: string, open: Overlay['open']): Overlay => ({
  name,
  part: '[role="dialog"]',
  async open(screens) {
    await open(screens);
    await screens.page.getByRole('dialog').first().waitFor();
  },
});

const menu = (name: string, open: Overlay['open']): Overlay => ({
  name,
  part: '[role="menu"]',
  async open(screens) {
    await open(screens);
    await screens.page.getByRole('menu').first().waitFor();
  },
});

const press =
  (button: string): Overlay['open'] =>
  ({ console }) =>
    console.button(button).first().click();

async function onRow({ console, page }: Screens, key: string): Promise<void> {
  await console.grid('Exchanges').focus();
  await page.keyboard.press('Home');
  await page.keyboard.press(key);
}

/** By the page that they open over, which is shown already. */
export const OVERLAYS: Readonly<Record<string, readonly Overlay[]>> = {
  inspector: [
    menu('columns', press('Columns')),
    menu('saved filters', press('Filters')),
    dialog('highlight rules', press('Highlight…')),
    dialog('custom columns', async (screens) => {
      await press('Columns')(screens);
      await screens.page.getByRole('menuitem', { name: 'Custom columns…' }).click();
    }),
    dialog('export', press('Export…')),
    dialog('clear capture', ({ page }) => page.keyboard.press('Control+Shift+K')),
    dialog('comment', (screens) => onRow(screens, 'c')),
    menu('menu of a row', (screens) => onRow(screens, 'Shift+F10')),
    menu('copy as', (screens) => onRow(screens, 'Control+Shift+C')),
    {
      name: 'completions',
      part: '[role="listbox"]',
      async open({ page }) {
        await page.keyboard.press('/');
        await page.keyboard.type('ser');
        await page.getByRole('option').first().waitFor();
      },
    },
  ],
  'inspector-request': [menu('compare', press('Compare')), dialog('resend N', press('Resend N…'))],
  connections: [dialog('close a connection', press('Close connection…'))],
  clients: [dialog('register a client', press('Register client'))],
  access: [dialog('block', press('Block…'))],
};
