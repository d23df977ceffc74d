import AxeBuilder from '@axe-core/playwright';
import { startEcho } from '../fixtures/echo.ts';
import { expect, test } from '../fixtures/hub.ts';
import { DetailPane } from '../pages/detail-pane.ts';

test('[IN23, IN24] a glance by Space goes along with the rows, and the detail has its place by Ctrl+\\', async ({
  page,
  hub,
}) => {
  await using stage = await startEcho(page, hub);
  await stage.ask('{"order":1}', 'application/json', '/echo/first');
  await stage.ask('{"order":2}', 'application/json', '/echo/second');
  const detail = await DetailPane.open(stage.console_, '/echo/second');
  const grid = stage.console_.grid('Exchanges');
  const peek = page.getByRole('region', { name: 'Quick peek' });

  await page.keyboard.press('Control+\\');
  await expect(stage.console_.button('Detail: below')).toBeVisible();
  const [list, pane] = [await grid.boundingBox(), await detail.pane.boundingBox()];
  expect(pane?.y).toBeGreaterThan((list?.y ?? 0) + (list?.height ?? 0) - 1);
  await page.keyboard.press('Control+\\');
  await expect(detail.pane).toHaveCount(0);

  await grid.focus();
  await page.keyboard.press(' ');
  await expect(peek).toContainText('/echo/second');
  await expect(peek).toContainText('"order": 2');
  await expect(grid).toBeFocused();
  await page.keyboard.press('ArrowUp');
  await expect(peek).toContainText('"order": 1');
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
  await page.keyboard.press('Escape');
  await expect(peek).toHaveCount(0);
  await page.keyboard.press(' ');
  await expect(peek).toBeVisible();
  await page.keyboard.press(' ');
  await expect(peek).toHaveCount(0);

  await page.reload();
  await expect(stage.console_.button('Detail: hidden')).toBeVisible();
  await grid.getByRole('row').filter({ hasText: '/echo/first' }).click();
  await grid.focus();
  await page.keyboard.press('Enter');
  await expect(detail.pane).toContainText('/echo/first');

  // A narrow window has two places only.
  await page.setViewportSize({ width: 1100, height: 700 });
  for (const place of ['below', 'hidden', 'below']) {
    await expect(stage.console_.button(`Detail: ${place}`)).toBeVisible();
    await page.keyboard.press('Control+\\');
  }
});

test('[IN25, UI125, UI126] the menu copies and opens what a row names, and frames lead to each other', async ({
  page,
  hub,
  context,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await using stage = await startEcho(page, hub);
  await stage.ask('{"before":1}', 'application/json', '/echo/before');
  const before = await DetailPane.open(stage.console_, '/echo/before');
  await before.tab('Bytes');
  await before.button('Frames').click();
  await expect(before.pane).toContainText('Frames are off');
  await before.button('Record frames').click();
  await expect(before.pane).toContainText('No frame of it is recorded');

  await stage.ask('{"after":1}', 'application/json', '/echo/after');
  const after = await DetailPane.open(stage.console_, '/echo/after');
  await after.tab('Bytes');
  await after.button('Frames').click();
  const table = after.pane.getByRole('table', { name: 'Frames of this exchange' });
  await expect(table.getByRole('row').filter({ hasText: '3 request POST' }).first()).toBeVisible();
  await expect(table.getByRole('row').filter({ hasText: '4 response' }).first()).toBeVisible();
  await expect(after.pane).not.toContainText(stage.key);

  const rows = stage.console_.grid('Exchanges').getByRole('row');
  const menuOf = async (...items: readonly string[]): Promise<void> => {
    await rows.filter({ hasText: '/echo/after' }).click({ button: 'right' });
    for (const name of items) await page.getByRole('menuitem', { name, exact: true }).click();
  };
  await menuOf('Copy', 'As fixture');
  await expect(page.getByText('Copied as fixture')).toBeVisible();
  const fixture: unknown = JSON.parse(await page.evaluate(() => navigator.clipboard.readText()));
  expect(fixture).toMatchObject({ uri: '/echo/after', request: { text: '{"after":1}' } });
  expect(JSON.stringify(fixture)).not.toContain(stage.key);
  await menuOf('Resend N…');
  await expect(page.getByRole('dialog', { name: /^Resend #/ })).toBeVisible();
  await page.keyboard.press('Escape');
  await menuOf('Export', 'All rows of the list…');
  await expect(page.getByRole('dialog', { name: 'Export' }).getByLabel('Rows')).toHaveValue('all');
  await page.keyboard.press('Escape');

  await stage.console_.grid('Exchanges').focus();
  await page.keyboard.press('p');
  const frames = stage.console_.grid('Frames');
  const selected = frames.getByRole('row', { selected: true });
  await frames.getByRole('row').filter({ hasText: 'request' }).first().click();
  await page.keyboard.press('p');
  await expect(selected).toContainText('response');
  await page.keyboard.press('p');
  await expect(selected).toContainText('request');
  await page.getByRole('searchbox').fill('frame:request');
  await expect(frames.getByRole('row').filter({ hasText: 'response' })).toHaveCount(0);
  await frames.getByRole('row').filter({ hasText: 'request' }).first().click();
  await page.keyboard.press('p');
  await expect(page.getByText(/The filter hides frame \d+/)).toBeVisible();
  await page.getByRole('group', { name: 'View' }).getByRole('button', { name: 'Exchanges' }).click();

  await menuOf('Open provider');
  await expect(page.getByRole('region', { name: 'Service detail' })).toContainText('demo');
  await stage.console_.show('Inspector');
  await rows.filter({ hasText: '/services/register' }).click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Open connection' }).click();
  await expect(page.getByRole('region', { name: 'Connection detail' })).toBeVisible();
});

test('[UI127] the dock shows what the hub logged, by level and text', async ({ page, hub }) => {
  await using stage = await startEcho(page, hub);
  await stage.console_.show('Inspector');
  await page.keyboard.press('Control+j');
  await page.getByRole('group', { name: 'Dock' }).getByRole('button', { name: 'Log' }).click();
  const log = page.getByRole('region', { name: 'Log' });
  const rows = log.getByRole('row').filter({ hasText: 'hub' });
  await expect(rows.first()).toBeVisible();
  const first = await rows.first().innerText();
  expect(first).not.toContain(stage.key);
  await log.getByLabel('Filter the log').fill('no line has this');
  await expect(log.getByRole('status')).toHaveText('0 lines');
  await log.getByLabel('Filter the log').fill('');
  await log.getByLabel('Level').selectOption('error');
  await expect(log.getByRole('row').filter({ hasText: 'info' })).toHaveCount(0);
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
});
