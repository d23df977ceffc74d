import { expect, test } from '../fixtures/hub.ts';
import { typicalTraffic } from '../fixtures/typical-traffic.ts';
import { ConsolePage } from '../pages/console-page.ts';
import { Keyboard } from '../pages/keyboard.ts';

test.use({ actionTimeout: 15_000 });

test('[UI132] connections are sorted, pinged, closed and blocked, and blocks taken off, by keyboard alone', async ({
  page,
  hub,
}) => {
  await using _programs = await typicalTraffic(hub, { live: false });
  const keyboard = await Keyboard.on(page);
  const console_ = new ConsolePage(page);
  await console_.open(hub.consoleUrl);
  await keyboard.press('Control+3');
  const table = console_.grid('Connections');
  const rows = table.getByRole('row');
  await keyboard.pane(table);
  await keyboard.press('Tab');
  const heads = table.getByRole('columnheader');
  await expect(heads.filter({ hasText: 'State' }).getByRole('button')).toBeFocused();
  await keyboard.press('ArrowRight', 'ArrowRight', 'Enter');
  await expect(heads.filter({ hasText: 'Client' })).toHaveAttribute('aria-sort', 'ascending');
  await keyboard.tabTo(table, { back: true });
  await keyboard.press('Home', 'g');
  await expect(page.getByText(/answered in .* ms/)).toBeVisible();

  await keyboard.press('End', ' ', 'ArrowUp', ' ');
  await expect(console_.button('Close 2 connections…')).toBeVisible();
  await keyboard.press('Delete');
  await keyboard.push('Close 2 connections', { within: page.getByRole('dialog') });
  await expect(rows.filter({ hasText: 'closed' })).toHaveCount(2);

  await keyboard.press('/');
  await keyboard.type('storefront');
  await keyboard.pane(table);
  await keyboard.press('Home', 'Enter');
  const detail = page.getByRole('region', { name: 'Connection detail' });
  await keyboard.push(/^Block this client/, { within: detail });
  await keyboard.press('Control+9');
  const blocks = console_.grid('Blocks');
  const blocked = blocks.getByRole('row').filter({ hasText: 'storefront' });
  await expect(blocked).toBeVisible();
  await keyboard.press('/');
  await keyboard.type('storefront');
  await keyboard.pane(blocks);
  await keyboard.press('Home', 'Delete');
  await expect(blocked).toHaveCount(0);
  await keyboard.press('Control+z');
  await expect(blocked).toBeVisible();

  await keyboard.push('Block…', { back: true });
  const form = page.getByRole('dialog', { name: 'Block', exact: true });
  await expect(form.getByLabel('Address or range')).toBeFocused();
  await keyboard.type('198.51.100.0/24');
  await keyboard.press('Enter');
  await expect(form).toHaveCount(0);
  await keyboard.expectNoPointer();
});

test('[UI132] providers are drained, ejected and weighed, and clients registered, by keyboard alone', async ({
  page,
  hub,
}) => {
  await using _programs = await typicalTraffic(hub, { live: false });
  const keyboard = await Keyboard.on(page);
  const console_ = new ConsolePage(page);
  await console_.open(hub.consoleUrl);
  await keyboard.press('Control+4');
  const tree = page.getByRole('tree', { name: 'Services' });
  await keyboard.pane(tree);
  await keyboard.press('/');
  await keyboard.type('orders');
  await keyboard.pane(tree);
  await keyboard.press('Home', 'ArrowRight');
  await expect(tree.getByRole('treeitem', { name: /^orders/ })).toHaveAttribute('aria-expanded', 'true');
  const providers = console_.grid('Providers of orders');
  const first = providers.getByRole('row').nth(1);
  await keyboard.pane(providers);
  await keyboard.press('Home', 'd');
  await expect(first).toContainText('draining');
  await keyboard.press('u');
  await expect(first).toContainText('ready');
  await keyboard.press('t');
  await expect(first).toContainText('ejected');
  await keyboard.press('Control+z');
  await expect(first).toContainText('ready');
  await keyboard.press('w');
  await keyboard.type('5');
  await keyboard.press('Enter');
  await expect(page.getByText(/has weight 5/)).toBeVisible();
  await keyboard.push('Try a route', { back: true });
  await expect(page.getByLabel('URI')).toHaveValue(/^\/orders/);

  await keyboard.press('Control+6');
  await keyboard.push('Register client');
  const form = page.getByRole('dialog', { name: 'Register client' });
  await keyboard.tabTo(form.getByLabel('Client id'));
  await keyboard.type('by-hand');
  await keyboard.press('Enter');
  const issued = page.getByRole('dialog', { name: 'Key of “by-hand”' });
  await keyboard.push('Copy key', { within: issued });
  await keyboard.push('I have copied the key', { within: issued });
  expect(await page.evaluate(() => navigator.clipboard.readText())).toMatch(/^whub_/);
  await expect(console_.grid('Clients').getByRole('row').filter({ hasText: 'by-hand' })).toBeVisible();
  await keyboard.expectNoPointer();
});
