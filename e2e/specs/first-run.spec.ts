import { expect, test } from '../fixtures/hub.ts';
import { ConsolePage } from '../pages/console-page.ts';

test.describe('first run', () => {
  test('[CO1] the printed URL opens the Overview of a running hub, and its token leaves the address bar', async ({
    page,
    hub,
  }) => {
    const violations: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error') violations.push(message.text());
    });
    const console_ = new ConsolePage(page);
    await console_.open(hub.consoleUrl);
    await expect(page.getByRole('heading', { name: 'Overview' })).toBeVisible();
    await expect(console_.statusBar).toContainText('Running');
    await expect(console_.statusBar).toContainText(hub.url);
    expect(page.url()).not.toContain('token');
    expect(violations).toEqual([]);
  });

  test('[UI1] one click makes a sample client and service, and their rows show in the Inspector', async ({
    page,
    hub,
  }) => {
    const console_ = new ConsolePage(page);
    await console_.open(hub.consoleUrl);
    await console_.button('Create a sample client and service').click();
    await expect(console_.grid('Exchanges').getByRole('row').filter({ hasText: '/sample/' }).first()).toBeVisible();
    await console_.show('Services');
    await expect(page.getByRole('treeitem', { name: /sample/ }).first()).toBeVisible();
  });

  test('[UI2] the theme changes between light and dark and stays', async ({ page, hub }) => {
    const console_ = new ConsolePage(page);
    await console_.open(hub.consoleUrl);
    const background = (): Promise<string> => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const seen = new Set<string>([await background()]);
    for (let press = 0; press < 2; press += 1) {
      await page.keyboard.press('Control+Shift+D');
      seen.add(await background());
    }
    expect([...seen].toSorted()).toEqual(['rgb(22, 24, 29)', 'rgb(255, 255, 255)']);
    const before = await background();
    await page.reload();
    await console_.rail.waitFor();
    expect(await background()).toBe(before);
  });
});
