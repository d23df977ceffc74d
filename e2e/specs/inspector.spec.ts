import { expect, test } from '../fixtures/hub.ts';
import { sendRequests } from '../fixtures/traffic.ts';
import { InspectorPage } from '../pages/inspector-page.ts';

const OK = { path: '/status/info' };
const MISSING = { path: '/nowhere/x' };

/** A hub with three answered and two refused requests of "alice", seen in the Inspector. */
async function withTraffic(
  page: ConstructorParameters<typeof InspectorPage>[0],
  hub: Parameters<typeof sendRequests>[0],
) {
  const inspector = new InspectorPage(page);
  await inspector.console.open(hub.consoleUrl);
  const key = await inspector.console.registerClient('alice', '*', '');
  await sendRequests(hub, key, [OK, MISSING, OK, MISSING, OK]);
  await inspector.console.show('Inspector');
  await expect(inspector.count).toContainText('5 of 5');
  return { inspector, key };
}

test('[IN1, IN2] a filter is completed by keys and by values that were seen, and narrowed by chips', async ({
  page,
  hub,
}) => {
  const { inspector } = await withTraffic(page, hub);
  await inspector.filter.pressSequentially('ser');
  await expect(inspector.completions.getByRole('option', { name: /^service:/ })).toBeVisible();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(inspector.filter).toHaveValue('service:');
  await expect(inspector.completions.getByRole('option', { name: /^status/ })).toContainText('3');
  await page.keyboard.press('ArrowDown');
  await expect(inspector.filter).toHaveAttribute('aria-activedescendant', /./);
  await inspector.completions.getByRole('option', { name: /^status/ }).click();
  await expect(inspector.filter).toHaveValue('service:status ');
  await expect(inspector.count).toContainText('3 of 5');

  await inspector.chip('All').click();
  await inspector.chip('Errors').click();
  await expect(inspector.filter).toHaveValue('status:error');
  await expect(inspector.count).toContainText('2 of 5');
  await inspector.chip('Mine').click();
  await expect(inspector.filter).toHaveValue('status:error is:mine');
  await inspector.chip('Mine').click();
  await inspector.chip('Errors').click();
  await expect(inspector.chip('All')).toHaveAttribute('aria-pressed', 'true');
});

test('[IN3] what is wrong with a filter is said with its column, mended by Enter, and the last result stays', async ({
  page,
  hub,
}) => {
  const { inspector } = await withTraffic(page, hub);
  await inspector.filter.fill('status:ok');
  await expect(inspector.count).toContainText('3 of 5');
  await inspector.filter.fill('dur>');
  await expect(page.getByText('Column 5: A duration is missing after "dur>"')).toBeVisible();
  await expect(inspector.filter).toHaveAttribute('aria-invalid', 'true');
  await expect(inspector.count).toContainText('3 of 5');
  await expect(inspector.row('/status/info')).toHaveCount(3);

  await inspector.filter.fill('http://x');
  await expect(inspector.button(/^Search this as text: "http:\/\/x"/)).toBeVisible();
  await inspector.filter.press('Enter');
  await expect(inspector.filter).toHaveValue('"http://x"');
  await expect(inspector.filter).toHaveAttribute('aria-invalid', 'false');
  await expect(page.getByText('0 of 5 match')).toBeVisible();
});

test('[IN4] filters are saved, applied, renamed and deleted with Undo, and those used lately are at hand', async ({
  page,
  hub,
}) => {
  const { inspector } = await withTraffic(page, hub);
  await inspector.filter.fill('status:error');
  await inspector.filter.press('Enter');
  await inspector.pick('Filters', 'Save this filter…');
  await page.getByRole('textbox', { name: 'Name' }).fill('Bad');
  await page.keyboard.press('Enter');
  await inspector.chip('All').click();
  await inspector.pick('Filters', /^Bad/);
  await expect(inspector.filter).toHaveValue('status:error');

  await inspector.pick('Filters', 'Rename or delete…');
  await page.getByRole('button', { name: 'Rename Bad' }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill('Broken');
  await page.keyboard.press('Enter');
  await inspector.pick('Filters', 'Rename or delete…');
  await page.getByRole('button', { name: 'Delete Broken' }).click();
  await page.keyboard.press('Escape');
  await inspector.button('Undo').click();
  await page.reload();
  await inspector.pick('Filters', /^Broken/);
  await expect(inspector.filter).toHaveValue('status:error');
  await inspector.chip('All').click();
  await inspector.filter.focus();
  await page.keyboard.press('ArrowDown');
  await expect(inspector.completions.getByRole('option', { name: /used lately/ })).toContainText('status:error');
});

test('[IN7, IN8] bodies are searched by a key, and the dock shows jobs', async ({ page, hub }) => {
  const { inspector } = await withTraffic(page, hub);
  await inspector.console.show('Overview');
  await page.keyboard.press('Control+Shift+F');
  await expect(inspector.filter).toBeFocused();
  await expect(inspector.filter).toHaveValue('body:');
  await page.keyboard.type('started_at');
  await expect(inspector.count).toContainText('3 of 5');
  await page.keyboard.press('Control+j');
  await expect(page.getByRole('region', { name: 'Jobs' })).toBeVisible();
  await page.keyboard.press('Control+j');
  await expect(page.getByRole('region', { name: 'Jobs' })).toHaveCount(0);
});
