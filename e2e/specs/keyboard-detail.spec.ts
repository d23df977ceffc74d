import { expect, test } from '../fixtures/hub.ts';
import { typicalTraffic } from '../fixtures/typical-traffic.ts';
import { DetailPane } from '../pages/detail-pane.ts';
import { HeldAnswers } from '../pages/held-answers.ts';
import { InspectorPage } from '../pages/inspector-page.ts';
import { Keyboard } from '../pages/keyboard.ts';

test.use({ actionTimeout: 15_000 });

test('[UI132] an exchange is read, compared, copied and sent again by keyboard alone', async ({ page, hub }) => {
  test.slow();
  await using _programs = await typicalTraffic(hub, { live: false });
  const keyboard = await Keyboard.on(page);
  const inspector = new InspectorPage(page);
  await inspector.console.open(hub.consoleUrl);
  await keyboard.press('Control+2');
  await inspector.filter.waitFor();
  await keyboard.press('/');
  await keyboard.type('route:/orders/create status:ok');
  await keyboard.press('Enter');
  await expect(inspector.count).toContainText(/^\D*16 of/);
  await keyboard.pane(inspector.grid);
  await keyboard.press('End', 'Enter');
  const detail = new DetailPane(page);
  const tab = (name: string) => detail.pane.getByRole('tab', { name, exact: true });
  await expect(tab('Summary')).toBeFocused();

  await keyboard.press('ArrowRight', 'Enter');
  await expect(detail.text('Request')).toContainText('"quantity"');
  await keyboard.push('Tree', { within: detail.pane });
  const tree = detail.pane.getByRole('tree', { name: /^Request/ });
  await keyboard.tabTo(tree);
  await keyboard.press('ArrowDown', 'ArrowDown');
  await expect(tree.getByRole('treeitem', { selected: true })).toContainText('sku');
  await keyboard.push('Pretty', { within: detail.pane, back: true });
  for (const name of ['Reply', 'Timing', 'Route', 'Bytes']) {
    await keyboard.tabTo(detail.pane.getByRole('tab', { selected: true }), { back: true });
    await keyboard.press('ArrowRight', 'Enter');
    await expect(tab(name)).toHaveAttribute('aria-selected', 'true');
  }

  await keyboard.push('Compare', { within: detail.pane, back: true });
  await keyboard.pick('With the previous of this method');
  await expect(page.getByRole('dialog')).toContainText(/#\d+/);
  await keyboard.press('Escape');
  await keyboard.push('Copy as', { within: detail.pane, back: true });
  await keyboard.pick('curl');
  await expect(page.getByText('Copied as curl')).toBeVisible();

  await keyboard.push('Resend N…', { within: detail.pane, back: true });
  const series = page.getByRole('dialog', { name: /^Resend #/ });
  await keyboard.tabTo(series.getByLabel('Times'));
  await keyboard.press('Control+a');
  await keyboard.type('3');
  await keyboard.push('Send', { within: series });
  await expect(series.getByRole('status', { name: 'State of the resends' })).toHaveText(/^Done: 3 of 3/);
  await keyboard.press('Escape');
  await expect(inspector.count).toContainText(/^\D*19 of/);

  await keyboard.pane(inspector.grid);
  await keyboard.press('r');
  await expect(inspector.count).toContainText(/^\D*20 of/);
  await keyboard.press('Control+Shift+C');
  await keyboard.pick('JSON');
  await expect(page.getByText('Copied as JSON')).toBeVisible();
  await keyboard.pane(inspector.grid);
  await keyboard.press('e');
  await expect(page.getByLabel('URI')).toHaveValue('/orders/create');
  await keyboard.press('Control+Enter');
  await expect(page.getByText('Status 201')).toBeVisible();
  await keyboard.push('Open in Inspector');
  await expect(detail.pane).toContainText('/orders/create');
  await keyboard.expectNoPointer();
});

test('[UI137] Enter leads into the detail as soon as it is read, and not when the focus left the list before', async ({
  page,
  hub,
}) => {
  await using _programs = await typicalTraffic(hub, { live: false });
  const answers = await HeldAnswers.of(page);
  const keyboard = await Keyboard.on(page);
  const inspector = new InspectorPage(page);
  await inspector.console.open(hub.consoleUrl);
  await keyboard.press('Control+2');
  await keyboard.pane(inspector.grid);
  const { pane } = new DetailPane(page);
  const summary = pane.getByRole('tab', { name: 'Summary', exact: true });
  const seq = (): Promise<string> => inspector.selected().locator('[data-column="seq"]').innerText();
  // The rows are here, and no detail is open.
  await keyboard.press('End');
  await expect(inspector.selected()).toHaveCount(1);
  await expect(summary).toBeVisible();
  await keyboard.press('Escape');
  await expect(pane).toHaveCount(0);

  answers.hold();
  await keyboard.press('ArrowUp', 'Enter');
  await expect(pane).toBeVisible();
  await expect(inspector.grid).toBeFocused();
  await expect(summary).toBeHidden();
  answers.release();
  await expect(summary).toBeFocused();

  await keyboard.press('Escape');
  await keyboard.pane(inspector.grid);
  answers.hold();
  await keyboard.press('ArrowUp', 'Enter', '/');
  const left = await seq();
  answers.release();
  await expect(pane).toContainText(new RegExp(`#${left} [A-Z]+ /`));
  await expect(summary).toBeVisible();
  await expect(inspector.filter).toBeFocused();

  await keyboard.press('Escape');
  await keyboard.pane(inspector.grid);
  answers.hold();
  // The row is not here yet.
  await keyboard.press('Home', 'm', 'Enter', '/');
  await keyboard.pane(inspector.grid);
  answers.release();
  await expect.poll(seq).toBe('1');
  await expect(pane).toContainText(/#1 [A-Z]+ \//);
  await expect(inspector.grid.getByRole('img', { name: 'Mark 1' })).toHaveCount(1);
  await expect(inspector.grid).toBeFocused();
});
