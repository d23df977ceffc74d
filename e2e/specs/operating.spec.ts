import { CliProcess } from '../fixtures/cli.ts';
import { expect, test } from '../fixtures/hub.ts';
import type { RunningHub } from '../fixtures/hub.ts';
import { ConsolePage } from '../pages/console-page.ts';

function provider(hub: RunningHub, key: string): CliProcess {
  return new CliProcess(['provide', 'echo', '--service', 'demo'], {
    WHUB_URL: hub.url,
    WHUB_KEY: key,
    WHUB_CLIENT: 'demo',
  });
}

test('[UI72] a provider is drained, let back, ejected, weighed and pinged by keys, and Undo takes it back', async ({
  page,
  hub,
}) => {
  const console_ = new ConsolePage(page);
  await console_.open(hub.consoleUrl);
  const key = await console_.registerClient('demo', '*', 'demo');
  await using one = provider(hub, key);
  await using two = provider(hub, key);
  await one.line(/^providing \/demo/);
  await two.line(/^providing \/demo/);

  await console_.show('Services');
  await page.getByRole('treeitem', { name: /demo/ }).first().click();
  const table = console_.grid('Providers of demo');
  const first = table.getByRole('row').nth(1);
  await table.focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('d');
  await expect(first).toContainText('draining');
  await console_.button('Undo').click();
  await expect(first).toContainText('ready');

  await table.focus();
  await page.keyboard.press('t');
  await expect(first).toContainText('ejected');
  await page.keyboard.press('u');
  await expect(first).toContainText('ready');

  await page.keyboard.press('w');
  await page.keyboard.type('7');
  await page.keyboard.press('Enter');
  await expect(page.getByText(/has weight 7/)).toBeVisible();
  await expect(page.getByRole('group', { name: /^Provider demo@/ }).getByRole('textbox')).toHaveValue('7');

  await table.focus();
  await page.keyboard.press('g');
  await expect(page.getByText(/answered in .* ms/)).toBeVisible();
});

test('[UI73] the contract of a route shows the schemas that its service announced', async ({ page, hub }) => {
  const console_ = new ConsolePage(page);
  await console_.open(hub.consoleUrl);
  await console_.show('Services');
  await page.getByRole('treeitem', { name: /status/ }).click();
  await page.getByRole('button', { name: /^Contract of GET \/info/ }).click();
  await expect(page.getByRole('textbox', { name: 'Response schema of /info' })).toContainText('"started_at"');
});

test('[UI74, UI75] a client is blocked for minutes, freed, blocked again by Undo, and the audit tells of it', async ({
  page,
  hub,
}) => {
  const console_ = new ConsolePage(page);
  await console_.open(hub.consoleUrl);
  await console_.registerClient('demo', '*', 'demo');
  await console_.show('Access');
  await expect(page.getByText('Nobody is blocked')).toBeVisible();
  await console_.button('Block…').first().click();
  const form = page.getByRole('dialog', { name: 'Block', exact: true });
  await form.getByLabel('What').selectOption('client');
  await form.getByLabel('Client id').fill('demo');
  await form.getByLabel('Minutes').fill('30');
  await form.getByLabel('Reason').fill('too loud');
  await form.getByRole('button', { name: 'Block', exact: true }).click();
  const row = console_.grid('Blocks').getByRole('row').filter({ hasText: 'demo' });
  await expect(row).toContainText('too loud');
  await row.click();
  await console_.grid('Blocks').focus();
  await page.keyboard.press('Delete');
  await expect(page.getByText('Nobody is blocked')).toBeVisible();
  await console_.button('Undo').click();
  await expect(row).toContainText('too loud');

  await console_.button('Audit').click();
  const audit = console_.grid('Audit').getByRole('row');
  await expect(audit.filter({ hasText: 'blocks.remove' })).toHaveCount(1);
  await page.getByRole('searchbox', { name: 'Filter changes' }).fill('register demo');
  await expect(audit.filter({ hasText: 'blocks' })).toHaveCount(0);
  await audit.filter({ hasText: 'clients.register' }).click();
  await expect(page.getByRole('region', { name: 'Change detail' })).toContainText('may_call');
});

test('[UI76, UI77, UI78] connections are chosen by keys, closed together, and stand in the history', async ({
  page,
  hub,
}) => {
  const console_ = new ConsolePage(page);
  await console_.open(hub.consoleUrl);
  const key = await console_.registerClient('demo', '*', 'demo');
  await using one = provider(hub, key);
  await using two = provider(hub, key);
  await one.line(/^providing \/demo/);
  await two.line(/^providing \/demo/);
  await console_.show('Connections');
  const table = console_.grid('Connections');
  const rows = table.getByRole('row').filter({ hasText: 'demo' });
  await expect(rows.filter({ hasText: 'open' })).toHaveCount(2);
  await table.focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('g');
  await expect(page.getByText(/answered in .* ms/)).toBeVisible();
  await page.keyboard.press('Control+a');
  await expect(console_.button('Close 2 connections…')).toBeVisible();
  await page.keyboard.press('Delete');
  await page.getByRole('dialog').getByRole('button', { name: 'Close 2 connections' }).click();
  await expect(rows.filter({ hasText: 'closed' })).toHaveCount(2);
  await expect(rows.filter({ hasText: 'open' })).toHaveCount(2);
  await console_.button('Show history').click();
  await expect(console_.button('Show history')).toHaveAttribute('aria-pressed', 'true');

  await rows.filter({ hasText: 'open' }).first().click();
  await console_.button('Block this client for 10 m').click();
  await expect(rows.filter({ hasText: 'open' })).toHaveCount(0);
  await console_.show('Access');
  await expect(console_.grid('Blocks').getByRole('row').filter({ hasText: 'demo' })).toBeVisible();
});

test('[UI79] the Overview shows limits beside their present use', async ({ page, hub }) => {
  const console_ = new ConsolePage(page);
  await console_.open(hub.consoleUrl);
  const limits = console_.grid('Limits').getByRole('row');
  await expect(limits.nth(1)).toContainText('%');
});
