import AxeBuilder from '@axe-core/playwright';
import { expect, test } from '../fixtures/hub.ts';
import { ConsolePage } from '../pages/console-page.ts';

const PAGES = ['Overview', 'Inspector', 'Connections', 'Services', 'Compose', 'Clients', 'Access'] as const;

for (const colorScheme of ['light', 'dark'] as const) {
  test(`[UI4] axe finds nothing on any page in the ${colorScheme} theme`, async ({ page, hub }) => {
    // Six analyses of a whole page each.
    test.slow();
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    const console_ = new ConsolePage(page);
    await console_.open(hub.consoleUrl);
    await console_.button('Create a sample client and service').click();
    await expect(console_.grid('Exchanges').getByRole('row').nth(2)).toBeVisible();
    for (const name of PAGES) {
      await console_.show(name);
      await expect(console_.rail.getByRole('link', { name })).toHaveAttribute('aria-current', 'page');
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect(
        violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`),
        name,
      ).toEqual([]);
    }
  });
}
