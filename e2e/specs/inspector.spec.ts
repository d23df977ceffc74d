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

test('[IN8] what is typed as soon as a search through bodies begins stands behind its key', async ({ page, hub }) => {
  const { inspector } = await withTraffic(page, hub);
  const letFramesGo = await page.evaluateHandle(() => {
    const held: FrameRequestCallback[] = [];
    const original = window.requestAnimationFrame.bind(window);
    window.requestAnimationFrame = (callback) => held.push(callback);
    return () => {
      window.requestAnimationFrame = original;
      for (const callback of held) callback(performance.now());
    };
  });
  await page.keyboard.press('Control+Shift+F');
  await expect(inspector.filter).toBeFocused();
  await expect(inspector.filter).toHaveValue('body:');
  await page.keyboard.type('st');
  await letFramesGo.evaluate((go) => go());
  await page.keyboard.type('arted_at');
  await expect(inspector.filter).toHaveValue('body:started_at');
  await expect(inspector.count).toContainText('3 of 5');
});

test('[IN9, IN21] rows are sorted as a snapshot that F5 takes anew, and errors are a key away', async ({
  page,
  hub,
}) => {
  const { inspector, key } = await withTraffic(page, hub);
  const numbers = async (): Promise<string[]> =>
    (await inspector.grid.locator('[data-column="seq"]').allInnerTexts()).map((text) => text.trim());
  await inspector.grid.focus();
  await page.keyboard.press('Home');
  await page.keyboard.press(']');
  await expect(inspector.selected()).toContainText('/nowhere/x');
  await page.keyboard.press(']');
  await expect(inspector.selected().locator('[data-column="seq"]')).toHaveText('4');
  await page.keyboard.press(']');
  await expect(page.getByText('No later row of this list matches status:error')).toBeVisible();
  await page.keyboard.press('[');
  await expect(inspector.selected().locator('[data-column="seq"]')).toHaveText('2');

  await inspector.header('Status').click();
  await expect(inspector.grid.getByRole('columnheader', { name: 'Status' })).toHaveAttribute('aria-sort', 'ascending');
  await expect.poll(numbers).toEqual(['1', '3', '5', '2', '4']);
  await sendRequests(hub, key, [OK, OK]);
  await expect(inspector.button(/^Sorted snapshot, 2 new: refresh/)).toBeVisible();
  await expect.poll(numbers).toEqual(['1', '3', '5', '2', '4']);
  await page.keyboard.press('F5');
  await expect.poll(numbers).toEqual(['1', '3', '5', '6', '7', '2', '4']);
  await inspector.header('Status').click();
  await expect.poll(numbers).toEqual(['2', '4', '1', '3', '5', '6', '7']);
  await inspector.header('Status').click();
  await expect.poll(numbers).toEqual(['1', '2', '3', '4', '5', '6', '7']);
});

test('[IN13, IN14, IN15, IN16] rows are selected, marked, commented, highlighted, copied and hidden by keys', async ({
  page,
  hub,
}) => {
  const { inspector } = await withTraffic(page, hub);
  await inspector.grid.focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('Shift+ArrowDown');
  await expect(inspector.selected()).toHaveCount(2);
  await page.keyboard.press('3');
  await expect(inspector.grid.getByRole('img', { name: 'Mark 3' })).toHaveCount(2);
  await page.keyboard.press('Control+c');
  await expect(page.getByText('2 lines copied')).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toMatch(/^#1 .*GET \/status\/info alice → .*\n#2 /);

  await page.keyboard.press('Escape');
  await page.keyboard.press('c');
  await page.getByRole('textbox', { name: 'Comment' }).fill('odd one');
  await page.getByRole('textbox', { name: 'Tags' }).fill('release, slow');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(inspector.grid.getByRole('img', { name: 'Comment' })).toHaveCount(1);
  await inspector.filter.fill('tag:slow has:comment mark:3');
  await expect(inspector.count).toContainText('1 of 5');
  await inspector.filter.fill('');
  await expect(inspector.count).toContainText('5 of 5');

  await inspector.button('Highlight…').click();
  await page.getByRole('textbox', { name: 'Filter' }).fill('status:404');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Escape');
  await expect(inspector.grid.locator('[data-color]')).toHaveCount(2);

  await inspector.row('/nowhere/x').first().click();
  await inspector.grid.focus();
  await page.keyboard.press('x');
  await expect(inspector.count).toContainText('3 of 5');
  await inspector.button('Undo').click();
  await expect(inspector.count).toContainText('5 of 5');
  await page.keyboard.press('Control+a');
  await inspector.grid.focus();
  await page.keyboard.press('Control+a');
  await expect(inspector.selected()).toHaveCount(5);

  await inspector.row('/nowhere/x').first().click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Filter' }).click();
  await page.getByRole('menuitem', { name: 'This route', exact: false }).first().click();
  await expect(inspector.filter).toHaveValue(/route:"\/nowhere\/x"/);
});

test('[IN11, IN12] columns are resized, moved and hidden by keys, and stay so over a reload', async ({ page, hub }) => {
  const { inspector } = await withTraffic(page, hub);
  const heads = async (): Promise<string[]> =>
    (await inspector.grid.getByRole('columnheader').allInnerTexts()).map((text) => text.trim());
  await inspector.header('Number').focus();
  await page.keyboard.press('ArrowRight');
  await expect(inspector.header('Time')).toBeFocused();
  const before = await inspector.header('Time').boundingBox();
  await page.keyboard.press('Shift+ArrowRight');
  await page.keyboard.press('Shift+ArrowRight');
  await expect.poll(async () => (await inspector.header('Time').boundingBox())?.width).toBe((before?.width ?? 0) + 16);
  await page.keyboard.press('Alt+ArrowRight');
  await expect.poll(async () => (await heads()).slice(0, 3)).toEqual(['#', '⇄', 'Time']);
  await inspector.button('Columns').click();
  await page.getByRole('menuitemcheckbox', { name: 'Waterfall' }).click();
  await page.getByRole('menuitemradio', { name: 'Since the row above' }).click();
  await page.keyboard.press('Escape');
  await expect(inspector.grid.locator('[data-column="time"]').nth(1)).toHaveText(/^\+\d+\.\d{3}$/);
  await page.reload();
  await expect.poll(async () => (await heads()).slice(0, 3)).toEqual(['#', '⇄', 'Time']);
  expect(await heads()).not.toContain('Waterfall');
});

test('[IN10, IN20] a span of the strip becomes the filter, and a filter that hides all offers less', async ({
  page,
  hub,
}) => {
  const { inspector } = await withTraffic(page, hub);
  const strip = page.getByRole('slider', { name: /^Traffic over time/ });
  await expect(strip).toHaveAttribute('aria-valuetext', /3 exchanges without error, 2 errors$/);
  await strip.focus();
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('Shift+Home');
  await page.keyboard.press('Enter');
  await expect(inspector.filter).toHaveValue(/^after:\S+ before:\S+$/);
  await expect(inspector.count).toContainText('5 of 5');

  await inspector.filter.fill('from:alice dur>10m');
  await expect(page.getByText('0 of 5 match')).toBeVisible();
  await page.getByRole('button', { name: /^without dur>10m ?: 5$/ }).click();
  await expect(inspector.filter).toHaveValue('from:alice');
  await expect(inspector.count).toContainText('5 of 5');
});

for (const format of ['ndjson', 'har', 'whub'] as const) {
  test(`[IN17, IN18] rows are exported as ${format} and imported again`, async ({ page, hub }) => {
    const { inspector } = await withTraffic(page, hub);
    await inspector.chip('Errors').click();
    await expect(inspector.count).toContainText('2 of 5');
    await inspector.button('Export…').click();
    const form = page.getByRole('dialog', { name: 'Export' });
    await form.getByLabel('Format').selectOption(format);
    await form.getByLabel('Secrets').selectOption('whole');
    await expect(form.getByRole('button', { name: 'Export with secrets' })).toBeDisabled();
    await form.getByLabel('Secrets').selectOption('masked');
    const saved = page.waitForEvent('download');
    await form.getByRole('button', { name: 'Export', exact: true }).click();
    const download = await saved;
    expect(download.suggestedFilename()).toMatch(new RegExp(`^whub-.*\\.${format}$`));
    const path = test.info().outputPath(download.suggestedFilename());
    await download.saveAs(path);

    await page.getByLabel('Files to import').setInputFiles(path);
    await expect(page.getByText(/^2 exchanges imported from whub-/)).toBeVisible();
    await inspector.filter.fill('is:imported');
    await expect(inspector.count).toContainText('2 of 7');
    await page.keyboard.press('Control+j');
    const jobs = page.getByRole('region', { name: 'Jobs' });
    await expect(jobs.getByRole('row').filter({ hasText: 'Import' })).toContainText('2 imported');
    await expect(jobs.getByRole('row').filter({ hasText: 'Export' })).toContainText('2 of 2 written');
  });
}

test('[IN22] a span that is dragged out on a chart of the Overview leads to its messages', async ({ page, hub }) => {
  const { inspector } = await withTraffic(page, hub);
  await inspector.console.show('Overview');
  const plot = page.getByRole('figure', { name: /^Throughput/ }).locator('.u-over');
  const box = await plot.boundingBox();
  if (box === null) throw new Error('The chart is not there');
  const { x, y, width, height } = box;
  const leads = page.getByRole('button', { name: 'Show these 5 messages in Inspector' });
  // A span ends with the newest figures, and those of the last requests may not be among them yet.
  await expect(async () => {
    await page.mouse.move(x + 2, y + height / 2);
    await page.mouse.down();
    await page.mouse.move(x + width - 1, y + height / 2, { steps: 4 });
    await page.mouse.up();
    await expect(leads).toBeVisible({ timeout: 1_000 });
  }).toPass();
  await leads.click();
  await expect(inspector.filter).toHaveValue(/^after:\S+ before:\S+$/);
  await expect(inspector.count).toContainText('5 of 5');
});
