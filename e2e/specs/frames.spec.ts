import AxeBuilder from '@axe-core/playwright';
import { CliProcess } from '../fixtures/cli.ts';
import { expect, test } from '../fixtures/hub.ts';
import { ConsolePage } from '../pages/console-page.ts';

test('[UI122] frames are switched on, listed in wire order, filtered, and lead to their exchange, by keys too', async ({
  page,
  hub,
}) => {
  const console_ = new ConsolePage(page);
  await console_.open(hub.consoleUrl);
  const key = await console_.registerClient('demo', '*', 'demo');
  await console_.show('Inspector');
  await console_.button('Frames').click();
  await expect(page.getByText('Frames are not recorded')).toBeVisible();
  await console_.button('Record frames').last().click();
  await expect(page.getByText('No frames yet')).toBeVisible();

  const env = { WHUB_URL: hub.url, WHUB_KEY: key, WHUB_CLIENT: 'demo' };
  await using provider = new CliProcess(['provide', 'echo', '--service', 'demo'], env);
  await provider.line(/^providing \/demo on 1 connection/);
  await using caller = new CliProcess(['call', 'POST', '/demo/hello', '--body', '"hi"'], env);
  await caller.line(/hi/);

  const frames = console_.grid('Frames');
  const rows = frames.getByRole('row');
  await expect(rows.filter({ hasText: 'goodbye' })).toHaveCount(1);
  await expect(frames.locator('[data-column=frame] b').last()).toHaveText('close');
  const kinds = await frames.locator('[data-column=frame] b').allInnerTexts();
  expect(kinds.slice(0, 3)).toEqual(['open', 'hello', 'welcome']);
  expect(kinds.slice(-2)).toEqual(['goodbye', 'close']);
  const numbers = (await frames.locator('[data-column=number]').allInnerTexts()).map(Number);
  expect(numbers).toEqual(numbers.map((_, place) => place + 1));

  const filter = page.getByRole('searchbox');
  await filter.fill('service:demo');
  await expect(page.getByRole('alert')).toContainText('Frames cannot be filtered by "service"');
  await filter.fill('frame:request,response conn:c2');
  await expect(page.getByRole('status', { name: 'Frames shown' })).toHaveText(/^2 of \d+$/);
  await expect(frames.locator('[data-column=frame]')).toHaveText(['request POST', 'response']);
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);

  await frames.focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('Enter');
  const detail = page.getByRole('region', { name: 'Exchange detail' });
  await expect(detail).toContainText('/demo/hello');
  await console_.button('Frames').click();
  await console_.button('Leave frames out').click();
  await expect(console_.button('Record frames')).toBeVisible();
});
