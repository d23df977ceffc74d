import type { Locator } from '@playwright/test';
import { CliProcess } from '../fixtures/cli.ts';
import { expect, test } from '../fixtures/hub.ts';
import { ConsolePage } from '../pages/console-page.ts';

const BODY = '{"order":{"id":4634343214213523454,"name":"grüße"}}';

test('[UI3] register a client, connect a provider with its key, call it, look at it, resend it, close it', async ({
  page,
  hub,
}) => {
  const console_ = new ConsolePage(page);
  await console_.open(hub.consoleUrl);

  const key = await console_.registerClient('demo', '*', 'demo');
  expect(key).toMatch(/^whub_[A-Za-z0-9._-]+_[A-Za-z0-9_-]{43}$/);
  await expect(console_.grid('Clients').getByRole('row').filter({ hasText: 'demo' })).toBeVisible();
  await expect(page.getByText(key)).toHaveCount(0);

  await using provider = new CliProcess(['provide', 'echo', '--service', 'demo'], {
    WHUB_URL: hub.url,
    WHUB_KEY: key,
    WHUB_CLIENT: 'demo',
  });
  await provider.line(/^providing \/demo on 1 connection/);

  await console_.show('Services');
  await page.getByRole('treeitem', { name: /demo/ }).first().click();
  await expect(console_.grid('Providers of demo').getByRole('row').filter({ hasText: 'ready' })).toBeVisible();

  await console_.show('Inspector');
  await console_.button('New request').click();
  await console_.send({ method: 'POST', uri: '/demo/anything', body: BODY });
  const reply = page.getByRole('region', { name: 'Reply' });
  await expect(reply).toContainText('200');
  await expect(reply).toContainText('4634343214213523454');

  await console_.button('Open in Inspector').click();
  const detail = page.getByRole('region', { name: 'Exchange detail' });
  await expect(detail).toBeVisible();
  await detail.getByRole('tab', { name: 'Request' }).click();
  await expect(detail).toContainText('4634343214213523454');
  await detail.getByRole('tab', { name: 'Reply' }).click();
  await expect(detail).toContainText('4634343214213523454');
  await detail.getByRole('tab', { name: 'Bytes' }).click();
  await expect(detail).toContainText('7b 22 6f 72 64 65 72');

  await detail.getByRole('tab', { name: 'Timing' }).click();
  const { parts, total } = await timings(detail);
  expect(parts.length).toBeGreaterThanOrEqual(3);
  expect(Math.abs(parts.reduce((sum, part) => sum + part, 0) - total)).toBeLessThanOrEqual(
    0.002 * parts.length + 0.001,
  );

  await detail.getByRole('tab', { name: 'Summary' }).click();
  await detail.getByRole('button', { name: /Edit & resend/ }).click();
  await expect(page.getByRole('heading', { name: 'Compose' })).toBeVisible();
  await expect(page.getByLabel('URI')).toHaveValue('/demo/anything');
  await expect(page.getByRole('textbox', { name: 'Request body' })).toContainText('4634343214213523454');
  await console_.send({ method: 'PUT', uri: '/demo/edited' });
  await expect(reply).toContainText('200');
  await console_.show('Inspector');
  await expect(console_.grid('Exchanges').getByRole('row').filter({ hasText: '/demo/edited' })).toBeVisible();

  await console_.show('Connections');
  const rows = console_.grid('Connections').getByRole('row').filter({ hasText: 'demo' });
  await rows.filter({ hasText: 'open' }).first().click();
  await console_.button('Close connection…').click();
  await page.getByRole('dialog').getByRole('button', { name: 'Close connection', exact: true }).click();
  await expect(rows.filter({ hasText: 'closed' })).toHaveCount(1);
  await expect(rows.filter({ hasText: 'open' })).toHaveCount(1);
  await expect.poll(() => provider.stdout.match(/providing \/demo/g)?.length ?? 0).toBe(2);
});

/** The milliseconds of the timing tab's parts, and their total, as shown. */
async function timings(detail: Locator): Promise<{ parts: number[]; total: number }> {
  const rows = await detail.getByRole('row').allInnerTexts();
  const numbers = rows.flatMap((text) => {
    const match = /([\d.,]+)\s*(µs|ms|s)\s*$/.exec(text.trim());
    if (match === null) return [];
    const unit = match[2] === 's' ? 1000 : match[2] === 'ms' ? 1 : 0.001;
    return [{ total: /total/i.test(text), ms: Number(match[1]?.replace(',', '')) * unit }];
  });
  return {
    parts: numbers.filter((entry) => !entry.total).map((entry) => entry.ms),
    total: numbers.find((entry) => entry.total)?.ms ?? Number.NaN,
  };
}
