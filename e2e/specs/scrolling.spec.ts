import type { Locator, Page } from '@playwright/test';
import { startEcho } from '../fixtures/echo.ts';
import { expect, test } from '../fixtures/hub.ts';
import { ConsolePage } from '../pages/console-page.ts';
import { DetailPane } from '../pages/detail-pane.ts';

const ROWS = 60;

/** Elements that the browser scrolls as layers of their own, without painting anew what they show. */
async function scrolledAsLayers(page: Page): Promise<ReadonlySet<number>> {
  const devTools = await page.context().newCDPSession(page);
  const { promise, resolve } = Promise.withResolvers<readonly { layerId: string; backendNodeId?: number }[]>();
  devTools.on('LayerTree.layerTreeDidChange', ({ layers }) => layers !== undefined && resolve(layers));
  await devTools.send('DOM.enable');
  await devTools.send('LayerTree.enable');
  // It tells of them with the next frame that is painted, which a page at rest does not have.
  await page.evaluate(() => document.body.append(document.createElement('hr')));
  const nodes = new Set<number>();
  for (const { layerId, backendNodeId } of await promise) {
    if (backendNodeId === undefined) continue;
    const { compositingReasonIds } = await devTools.send('LayerTree.compositingReasons', { layerId });
    if (compositingReasonIds.includes('OverflowScrolling')) nodes.add(backendNodeId);
  }
  await page.evaluate(() => document.querySelector('body > hr')?.remove());
  await devTools.detach();
  return nodes;
}

async function nodeOf(page: Page, element: Locator): Promise<number> {
  const devTools = await page.context().newCDPSession(page);
  await element.evaluate((found) => Object.assign(window, { soughtByTest: found }));
  const { result } = await devTools.send('Runtime.evaluate', { expression: 'soughtByTest' });
  const { node } = await devTools.send('DOM.describeNode', { objectId: result.objectId ?? '' });
  await devTools.detach();
  return node.backendNodeId;
}

async function expectOwnLayer(page: Page, element: Locator): Promise<void> {
  await expect(element).toBeVisible();
  await expect(async () => expect(await scrolledAsLayers(page)).toContain(await nodeOf(page, element))).toPass();
}

test('[UI136] lists and bodies are scrolled by the browser without painting them anew', async ({ page, hub }) => {
  await using stage = await startEcho(page, hub);
  const body = JSON.stringify(Object.fromEntries(Array.from({ length: 500 }, (_, at) => [`key-${String(at)}`, at])));
  for (let row = 0; row < ROWS; row += 1) await stage.ask(body, 'application/json', `/echo/${String(row)}`);
  const detail = await DetailPane.open(stage.console_, '/echo/');
  await expectOwnLayer(page, stage.console_.grid('Exchanges'));

  await detail.tab('Reply');
  await expectOwnLayer(page, detail.text('Reply').locator('..'));
  await detail.format('Tree').click();
  await expectOwnLayer(page, detail.pane.getByRole('tree', { name: 'Reply body as a tree' }));
  await detail.format('Hex').click();
  await expectOwnLayer(page, detail.pane.getByRole('region', { name: 'Reply body as hex' }));
});

test('[UI136] a table is scrolled by the browser without painting it anew', async ({ page, hub }) => {
  const console_ = new ConsolePage(page);
  await console_.open(hub.consoleUrl);
  for (let client = 0; client < 5; client += 1) await console_.registerClient(`client-${String(client)}`, '*', '');
  await page.setViewportSize({ width: 960, height: 320 });
  await console_.show('Clients');
  await expectOwnLayer(page, console_.grid('Clients'));
});
