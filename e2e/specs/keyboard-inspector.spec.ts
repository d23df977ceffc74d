import type { Page } from '@playwright/test';
import { expect, test } from '../fixtures/hub.ts';
import type { RunningHub } from '../fixtures/hub.ts';
import { typicalTraffic } from '../fixtures/typical-traffic.ts';
import { InspectorPage } from '../pages/inspector-page.ts';
import { Keyboard } from '../pages/keyboard.ts';

test.use({ actionTimeout: 15_000, serveFlags: ['--set', 'capture.frames=true'] });

/** The Inspector of a hub with traffic, the focus in its list. */
async function inListOf(page: Page, hub: RunningHub) {
  const programs = await typicalTraffic(hub, { live: false });
  const keyboard = await Keyboard.on(page);
  const inspector = new InspectorPage(page);
  await inspector.console.open(hub.consoleUrl);
  await keyboard.press('Control+2');
  await keyboard.pane(inspector.grid);
  const number = (): Promise<number> =>
    inspector.selected().last().locator('[data-column="seq"]').innerText().then(Number);
  return { programs, keyboard, inspector, number };
}

test('[UI132, UI133, UI134] the list is moved in, chosen in, marked, commented, copied and hidden in by keyboard alone', async ({
  page,
  hub,
}) => {
  const { programs, keyboard, inspector, number } = await inListOf(page, hub);
  await using _programs = programs;
  await keyboard.press('End');
  await expect(inspector.selected()).toHaveCount(1);
  const last = await number();
  await keyboard.press('Home');
  await expect.poll(number).toBe(1);
  await keyboard.press('j', 'ArrowDown', 'k');
  await expect.poll(number).toBe(2);
  await keyboard.press('PageDown');
  await expect.poll(number).toBeGreaterThan(10);
  await keyboard.press('PageUp', 'PageUp', 'ArrowUp');
  await expect.poll(number).toBe(1);
  // The place after which there is none, and the key behind it is for the row there.
  await keyboard.press('End', 'm');
  await expect.poll(number).toBe(last);
  await expect(inspector.grid.getByRole('img', { name: 'Mark 1' })).toHaveCount(1);
  await keyboard.press('1');
  await expect(inspector.grid.getByRole('img', { name: 'Mark 1' })).toHaveCount(0);

  await keyboard.press('Home', ']');
  await expect(inspector.selected().locator('[data-column="status"]')).toContainText(/4\d\d|5\d\d/);
  const error = await number();
  await keyboard.press(']');
  await expect.poll(number).toBeGreaterThan(error);
  await keyboard.press('[');
  await expect.poll(number).toBe(error);

  await keyboard.press('f');
  await expect(inspector.button('Follow')).toHaveAttribute('aria-pressed', 'true');
  await keyboard.press('f', 'Home', 'c');
  await expect(page.getByRole('textbox', { name: 'Comment' })).toBeFocused();
  await keyboard.type('the first');
  await keyboard.press('Control+Enter');
  await expect(inspector.grid.getByRole('img', { name: 'Comment' })).toHaveCount(1);

  await keyboard.pane(inspector.grid);
  await keyboard.press('Shift+ArrowDown', 'Shift+ArrowDown');
  await expect(inspector.selected()).toHaveCount(3);
  await keyboard.press('Control+c');
  await expect(page.getByText('3 lines copied')).toBeVisible();
  await keyboard.command('Export…');
  await expect(page.getByRole('dialog', { name: 'Export' }).getByLabel('Rows')).toHaveValue('chosen');
  const saved = page.waitForEvent('download');
  await keyboard.push('Export', { within: page.getByRole('dialog', { name: 'Export' }) });
  const path = test.info().outputPath((await saved).suggestedFilename());
  await (await saved).saveAs(path);

  const chooser = page.waitForEvent('filechooser');
  await keyboard.push('Import…', { back: true });
  await (await chooser).setFiles(path);
  await expect(page.getByText(/^3 exchanges imported/)).toBeVisible();

  await keyboard.pane(inspector.grid);
  await keyboard.press('Home', 'x');
  await expect(inspector.filter).not.toHaveValue('');
  await keyboard.press('Control+z');
  await expect(inspector.filter).toHaveValue('');

  await keyboard.press('Shift+F10');
  await keyboard.pick(/^Highlight rows like this/);
  await expect(page.getByRole('dialog', { name: 'Highlight rules' })).toBeVisible();
  await keyboard.tabTo(page.getByRole('textbox', { name: 'Filter' }));
  await keyboard.press('Enter', 'Escape');
  await expect(inspector.grid.locator('[data-color]').first()).toBeVisible();

  // Escape lets go of one after the other.
  await keyboard.press('/');
  await keyboard.type('from:storefront');
  await keyboard.press('Enter');
  await expect(inspector.count).toContainText(/^\D*9\d/);
  await keyboard.pane(inspector.grid);
  await keyboard.press('Home');
  await expect(inspector.selected()).toHaveCount(1);
  await keyboard.press('Enter', 'F6', 'Shift+F6');
  await keyboard.pane(inspector.grid);
  const detail = page.getByRole('region', { name: 'Exchange detail' });
  await keyboard.press('Shift+ArrowDown', 'Escape');
  await expect(inspector.selected()).toHaveCount(1);
  await expect(detail).toBeVisible();
  await keyboard.press('Escape');
  await expect(detail).toHaveCount(0);
  await keyboard.press('Escape');
  await expect(inspector.selected()).toHaveCount(0);
  await keyboard.press('Escape');
  await expect(inspector.filter).toHaveValue('');
  await keyboard.expectNoPointer();
});

test('[UI132] the filter, the columns and the two views are worked by keyboard alone', async ({ page, hub }) => {
  const { programs, keyboard, inspector } = await inListOf(page, hub);
  await using _programs = programs;
  await keyboard.press('Control+f');
  await expect(inspector.filter).toBeFocused();
  await keyboard.type('status:e');
  await expect(inspector.completions.getByRole('option').first()).toBeVisible();
  await keyboard.press('ArrowDown', 'Enter');
  await expect(inspector.filter).toHaveValue(/^status:error/);
  await keyboard.press('Enter');
  await keyboard.push('Filters');
  await keyboard.pick('Save this filter…');
  await keyboard.type('Bad');
  await keyboard.press('Enter');
  await keyboard.press('Control+f', 'Escape', 'Escape');
  await expect(inspector.filter).toHaveValue('');
  await keyboard.push('Filters');
  await keyboard.pick(/^Bad/);
  await expect(inspector.filter).toHaveValue(/^status:error/);
  await keyboard.push('All');
  await expect(inspector.filter).toHaveValue('');

  await keyboard.pane(inspector.grid);
  await keyboard.press('Tab');
  await expect(inspector.header('Number')).toBeFocused();
  await keyboard.press('ArrowRight', 'ArrowRight', 'ArrowRight', 'ArrowRight', 'ArrowRight', 'ArrowRight', 'Enter');
  await expect(inspector.grid.getByRole('columnheader', { name: 'Status' })).toHaveAttribute('aria-sort', 'ascending');
  await keyboard.press('F5');
  const width = async (): Promise<number> => (await inspector.header('Status').boundingBox())?.width ?? 0;
  const before = await width();
  await keyboard.press('Shift+ArrowRight');
  await expect.poll(width).toBe(before + 8);
  await keyboard.press('Alt+ArrowLeft', 'Enter', 'Enter');
  await keyboard.push('Columns', { back: true });
  await keyboard.pick('Waterfall');
  await keyboard.press('Escape');
  await expect(inspector.grid.getByRole('columnheader', { name: 'Waterfall' })).toHaveCount(0);

  await keyboard.command('Show frames');
  const frames = inspector.console.grid('Frames');
  await frames.waitFor();
  await keyboard.press('/');
  await keyboard.type('frame:request');
  await expect(page.getByRole('status', { name: 'Frames shown' })).not.toHaveText(/^(\S+) of \1$/);
  await keyboard.pane(frames);
  await keyboard.press('End');
  await expect(frames.getByRole('row', { selected: true })).toContainText('request');
  await keyboard.press('Enter');
  await expect(page.getByRole('region', { name: 'Exchange detail' })).toBeVisible();
  await expect(inspector.grid).toBeVisible();
  await keyboard.expectNoPointer();
});

test('[UI132] recording, clearing, the dock, the theme, the palette, help and the pages have keys', async ({
  page,
  hub,
}) => {
  const { programs, keyboard, inspector } = await inListOf(page, hub);
  await using _programs = programs;
  await keyboard.press('Control+e');
  await expect(inspector.button('Record')).toBeVisible();
  await keyboard.press('Control+e');
  await expect(inspector.button('Pause')).toBeVisible();
  await keyboard.press('Control+Shift+K');
  await keyboard.push('Clear capture', { within: page.getByRole('dialog', { name: 'Clear capture?' }) });
  await expect(
    page
      .getByText('Recording, and nothing has passed yet')
      .or(page.getByText(/cleared/i))
      .first(),
  ).toBeVisible();
  await keyboard.press('Control+z');
  await expect(inspector.grid.getByRole('row').nth(3)).toBeVisible();

  await keyboard.press('Control+Shift+F');
  await expect(inspector.filter).toBeFocused();
  await keyboard.type('TEA');
  await expect(inspector.count).not.toContainText(/^\D*0 of/);
  await keyboard.press('Control+j');
  await keyboard.pane(page.getByRole('region', { name: 'Jobs' }));
  await keyboard.press('Control+j');
  await expect(page.getByRole('region', { name: 'Jobs' })).toHaveCount(0);

  await keyboard.press('Control+Shift+D');
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'light');
  await keyboard.press('F1');
  await expect(page.getByRole('dialog', { name: 'Keys' })).toBeVisible();
  await keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);

  const pages = ['Overview', 'Inspector', 'Connections', 'Services', 'Compose', 'Clients'];
  for (const [place, name] of pages.entries()) {
    await keyboard.press(`Control+${String(place + 1)}`);
    await expect(inspector.console.rail.getByRole('link', { name })).toHaveAttribute('aria-current', 'page');
  }
  await keyboard.press('Control+9');
  await expect(inspector.console.rail.getByRole('link', { name: 'Access' })).toHaveAttribute('aria-current', 'page');
  await keyboard.press('Alt+n');
  await expect(inspector.console.rail.getByRole('link', { name: 'Compose' })).toHaveAttribute('aria-current', 'page');
  await keyboard.command('Go to Overview');
  await keyboard.push('Show Throughput as a table');
  await expect(page.getByRole('region', { name: 'Throughput as a table' })).toBeVisible();
  await keyboard.push('Show these messages in Inspector', { back: true });
  await expect(inspector.filter).toHaveValue(/^last:/);
  await keyboard.expectNoPointer();
});
