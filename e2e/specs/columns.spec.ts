import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { startEcho } from '../fixtures/echo.ts';
import { expect, test } from '../fixtures/hub.ts';
import type { RunningHub } from '../fixtures/hub.ts';
import { DetailPane } from '../pages/detail-pane.ts';
import { InspectorPage } from '../pages/inspector-page.ts';

test.use({ actionTimeout: 15_000 });

const order = (id: string, more = ''): string => `{"order":{"id":${id}${more}},"paid":true}`;

/** The Inspector of a hub with a service that answers with what it is asked. */
async function withOrders(page: Page, hub: RunningHub, ids: readonly string[]) {
  const echo = await startEcho(page, hub);
  for (const id of ids) await echo.ask(order(id), 'application/json');
  const inspector = new InspectorPage(page);
  await inspector.console.show('Inspector');
  await inspector.filter.fill('service:echo');
  await expect(inspector.row('/echo/body')).toHaveCount(ids.length);
  const form = page.getByRole('dialog', { name: 'Custom columns' });
  /** What the rows show in a custom column, from top to bottom. */
  const cells = async (name: string): Promise<readonly string[]> => {
    const headers = await inspector.grid.getByRole('columnheader').allInnerTexts();
    const place = headers.findIndex((text) => text.trim() === name);
    const rows = await inspector.row('/echo/body').all();
    return Promise.all(rows.map((row) => row.getByRole('gridcell').nth(place).innerText()));
  };
  return { echo, inspector, form, cells };
}

test('[IN26, IN27] a value of a body becomes a column, of new rows and of earlier ones, and stays over a reload', async ({
  page,
  hub,
}) => {
  const ids = ['10', '9.5', '4634343214213523454'];
  const { echo, inspector, form, cells } = await withOrders(page, hub, ids);
  await using _echo = echo;
  const detail = await DetailPane.open(inspector.console, '/echo/body');
  await detail.tab('Request');
  await detail.format('Tree').click();
  await detail.pane.getByRole('treeitem', { name: /^id/ }).click();
  await detail.button('Add as column…').click();
  await expect(form.getByLabel('Path')).toHaveValue('$.order.id');
  await expect(form.getByLabel('In the body of')).toHaveValue('request');
  await form.getByLabel('Name').fill('Order');
  await form.getByRole('button', { name: 'Add column' }).click();
  await expect(page.getByText('Column “Order” added')).toBeVisible();
  await expect.poll(() => cells('Order')).toEqual(ids);

  await echo.ask(order('"last"'), 'application/json');
  await echo.ask('no json', 'text/plain');
  await expect.poll(() => cells('Order')).toEqual([...ids, 'last', '']);
  await page.keyboard.press('Control+j');
  const jobs = page.getByRole('region', { name: 'Jobs' });
  await expect(jobs.getByText('Order: $.order.id')).toBeVisible();
  await expect(jobs.getByText(/read · 3 found$/)).toBeVisible();
  await page.keyboard.press('Control+j');

  await page.reload();
  await inspector.filter.fill('service:echo');
  await expect.poll(() => cells('Order')).toEqual([...ids, 'last', '']);
  await inspector.header('Order').click();
  await expect.poll(() => cells('Order')).toEqual(['9.5', '10', '4634343214213523454', 'last', '']);
  await expect(inspector.grid.getByRole('columnheader', { name: 'Order' })).toHaveAttribute('aria-sort', 'ascending');
  await inspector.header('Order').click();
  await expect.poll(() => cells('Order')).toEqual(['last', '4634343214213523454', '10', '9.5', '']);
  await page.screenshot({ path: test.info().outputPath('sorted-by-a-column.png') });

  const big = inspector.grid.getByTitle(/^4634343214213523454/);
  await big.click({ modifiers: ['Alt'] });
  await expect(inspector.filter).toHaveValue('service:echo json:$.order.id=4634343214213523454');
  await expect(inspector.row('/echo/body')).toHaveCount(1);
  await expect(inspector.grid.getByTitle('Nothing at the path, or no JSON')).toHaveCount(0);
});

test('[IN26] a column is changed, hidden, removed and brought back, for every console', async ({
  page,
  hub,
  context,
}) => {
  const { echo, inspector, form, cells } = await withOrders(page, hub, ['1', '2']);
  await using _echo = echo;
  await inspector.pick('Columns', 'Custom columns…');
  await form.getByLabel('Path').fill('$.order[');
  await form.getByRole('button', { name: 'Add column' }).click();
  await expect(form.getByRole('alert')).toContainText('Cannot use the name ""');
  await form.getByLabel('Name').fill('Paid');
  await form.getByRole('button', { name: 'Add column' }).click();
  await expect(form.getByRole('alert')).toContainText('Cannot use the path "$.order[": it goes wrong at character 9');
  await form.getByLabel('Path').fill('$.paid');
  await form.getByLabel('In the body of').selectOption('reply');
  await form.getByLabel('Path').press('Enter');
  await expect.poll(() => cells('Paid')).toEqual(['true', 'true']);

  const other = await context.newPage();
  const second = new InspectorPage(other);
  await second.console.open(hub.consoleUrl);
  await second.console.show('Inspector');
  await expect(second.header('Paid')).toBeVisible();

  await inspector.pick('Columns', 'Custom columns…');
  expect((await new AxeBuilder({ page }).include('[role="dialog"]').analyze()).violations).toEqual([]);
  await page.screenshot({ path: test.info().outputPath('custom-columns.png') });
  await form.getByRole('button', { name: 'Change Paid' }).click();
  await form.getByLabel('Name').fill('Order');
  await form.getByLabel('Path').fill('$.order.id');
  await form.getByRole('button', { name: 'Save column' }).click();
  await expect.poll(() => cells('Order')).toEqual(['1', '2']);
  await expect(second.header('Order')).toBeVisible();
  await other.close();
  await inspector.button('Undo').click();
  await expect.poll(() => cells('Paid')).toEqual(['true', 'true']);

  await inspector.button('Columns').click();
  await page.getByRole('menuitemcheckbox', { name: 'Paid' }).click();
  await expect(inspector.header('Paid')).toHaveCount(0);
  await page.getByRole('menuitemcheckbox', { name: 'Paid' }).click();
  await page.keyboard.press('Escape');
  await inspector.header('Paid').click();
  await inspector.pick('Columns', 'Custom columns…');
  await form.getByRole('button', { name: 'Remove Paid' }).click();
  await page.keyboard.press('Escape');
  await expect(inspector.header('Paid')).toHaveCount(0);
  await inspector.button('Undo').click();
  await expect.poll(() => cells('Paid')).toEqual(['true', 'true']);
});

test('[IN26, IN27, UI132] a column is added, moved, sorted by and filtered by with keys alone', async ({
  page,
  hub,
}) => {
  const { echo, inspector, form, cells } = await withOrders(page, hub, ['2', '1']);
  await using _echo = echo;
  await page.keyboard.press('Control+k');
  await page.keyboard.type('custom columns');
  await page.keyboard.press('Enter');
  await expect(form.getByLabel('Path')).toBeFocused();
  await page.keyboard.press('End');
  await page.keyboard.type('order.id');
  await page.keyboard.press('Tab');
  await page.keyboard.type('Order');
  await page.keyboard.press('Enter');
  await expect.poll(() => cells('Order')).toEqual(['2', '1']);
  await inspector.header('Tags').focus();
  await page.keyboard.press('ArrowRight');
  await expect(inspector.header('Order')).toBeFocused();
  const before = await inspector.header('Order').boundingBox();
  await page.keyboard.press('Shift+ArrowRight');
  await expect.poll(async () => (await inspector.header('Order').boundingBox())?.width).toBe((before?.width ?? 0) + 8);
  await page.keyboard.press('Alt+ArrowLeft');
  await expect(inspector.header('Order')).toBeFocused();
  await page.keyboard.press('Enter');
  await expect.poll(() => cells('Order')).toEqual(['1', '2']);
  await inspector.grid.focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('Control+c');
  await expect(page.getByText('1 line copied')).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toMatch(/ Order=1$/);
  await page.keyboard.press('Shift+F10');
  await page.getByRole('menuitem', { name: 'Filter' }).press('ArrowRight');
  await page.getByRole('menuitem', { name: /^The same Order/ }).press('Enter');
  await expect(inspector.filter).toHaveValue('service:echo json:$.order.id=1');
  await expect(inspector.row('/echo/body')).toHaveCount(1);
});
