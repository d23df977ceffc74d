import type { Locator } from '@playwright/test';
import { startEcho } from '../fixtures/echo.ts';
import { expect, test } from '../fixtures/hub.ts';
import { ConsolePage } from '../pages/console-page.ts';
import type { PageName } from '../pages/console-page.ts';
import { DetailPane } from '../pages/detail-pane.ts';

const PAGES: readonly PageName[] = ['Overview', 'Inspector', 'Connections', 'Services', 'Compose', 'Clients', 'Access'];

/** Names of the buttons of which a part is not seen. */
const cutButtons = (place: Locator): Promise<string[]> =>
  place.getByRole('button').evaluateAll((buttons) =>
    buttons
      .filter((button) => {
        const isCut = button.scrollWidth > button.clientWidth + 1;
        return isCut || button.getBoundingClientRect().right > document.documentElement.clientWidth;
      })
      .map((button) => button.textContent),
  );

// As small as the desktop app's window may be made.
test.use({ viewport: { width: 960, height: 600 } });

test('[UI139] in the smallest window every tool of a page is seen whole, and has its name', async ({ page, hub }) => {
  const console_ = new ConsolePage(page);
  await console_.open(hub.consoleUrl);
  for (const name of PAGES) {
    await console_.show(name);
    const toolbar = page.getByRole('heading', { level: 1 }).locator('..');
    await expect(toolbar).toBeVisible();
    expect(await cutButtons(toolbar), name).toEqual([]);
  }
  await console_.show('Inspector');
  await console_.button('Export…').click();
  await expect(page.getByRole('dialog', { name: /^Export/ })).toBeVisible();
});

test('[UI139] in the smallest window no tile of the Overview stands alone', async ({ page, hub }) => {
  const console_ = new ConsolePage(page);
  await console_.open(hub.consoleUrl);
  const tops = async (): Promise<number[]> => {
    const tiles = page
      .getByRole('region', { name: 'Overview' })
      .getByRole('button', { name: /^(Hub|Connections|Providers|Requests|Latency|Errors|In flight)/ });
    return tiles.evaluateAll((all) => all.map((tile) => tile.getBoundingClientRect().top));
  };
  const inRows = async (): Promise<number[]> => {
    const all = await tops();
    return [...new Set(all)].map((top) => all.filter((other) => other === top).length);
  };
  await expect.poll(inRows).toEqual([4, 3]);
  await page.setViewportSize({ width: 1440, height: 900 });
  await expect.poll(inRows).toEqual([7]);
});

test('[UI145] a window that becomes narrower or wider keeps what its detail shows, and both sizes', async ({
  page,
  hub,
}) => {
  await page.setViewportSize({ width: 1440, height: 900 });
  await using stage = await startEcho(page, hub);
  await stage.ask('{}', 'application/json', '/echo/one');
  const { pane } = await DetailPane.open(stage.console_, '/echo/one');
  const separator = page.getByRole('separator', { name: 'Resize Exchange detail' });
  const below = async (): Promise<boolean> => {
    const [list, detail] = [await stage.console_.grid('Exchanges').boundingBox(), await pane.boundingBox()];
    return (list?.y ?? 0) + (list?.height ?? 0) <= (detail?.y ?? 0);
  };
  const share = async (): Promise<number> => Number(await separator.getAttribute('aria-valuenow'));
  await pane.getByRole('tab', { name: 'Timing' }).click();
  await separator.press('ArrowLeft');
  const wide = await share();

  await page.setViewportSize({ width: 1100, height: 900 });
  await expect.poll(below).toBe(true);
  await expect(pane.getByRole('tab', { name: 'Timing' })).toHaveAttribute('aria-selected', 'true');
  await separator.press('ArrowDown');
  await expect.poll(share).not.toBe(wide);
  const narrow = await share();

  await page.setViewportSize({ width: 1440, height: 900 });
  await expect.poll(below).toBe(false);
  await expect.poll(share).toBe(wide);
  await expect(pane.getByRole('tab', { name: 'Timing' })).toHaveAttribute('aria-selected', 'true');
  await page.setViewportSize({ width: 1100, height: 900 });
  await expect.poll(share).toBe(narrow);
});
