import { createHash, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import AxeBuilder from '@axe-core/playwright';
import { CliProcess } from '../fixtures/cli.ts';
import { startEcho } from '../fixtures/echo.ts';
import { expect, test } from '../fixtures/hub.ts';
import { DetailPane } from '../pages/detail-pane.ts';

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

test('[UI93, UI95] a value and its bytes are linked both ways, and a value becomes a filter', async ({ page, hub }) => {
  await using stage = await startEcho(page, hub);
  await stage.ask('{"order":{"id":4634343214213523454,"name":"grüße"}}', 'application/json', '/echo/linked');
  await stage.ask('{"order":{"id":1}}', 'application/json', '/echo/other');
  const detail = await DetailPane.open(stage.console_, '/echo/linked');
  await detail.tab('Bytes');
  const tree = detail.pane.getByRole('tree', { name: 'Request values' });
  const hex = detail.pane.getByRole('region', { name: 'Request bytes' });
  const marked = async (): Promise<string> =>
    (await hex.locator('[data-text] mark').allInnerTexts()).join('').replaceAll('\n', '');

  await tree.getByRole('treeitem').filter({ hasText: 'id' }).last().click();
  await expect.poll(marked).toBe('4634343214213523454');

  await hex.focus();
  for (let step = 0; step < 24; step += 1) await page.keyboard.press('ArrowRight');
  await expect(tree.getByRole('treeitem', { selected: true })).toContainText('name');
  await expect.poll(marked).toBe('"gr....e"');

  await tree.getByRole('treeitem').filter({ hasText: 'id' }).last().click();
  await detail.button('Apply as filter').click();
  const rows = stage.console_.grid('Exchanges').getByRole('row');
  await expect(rows.filter({ hasText: '/echo/linked' })).toHaveCount(1);
  await expect(rows.filter({ hasText: '/echo/other' })).toHaveCount(0);
  await expect(page.getByRole('combobox', { name: 'Filter exchanges' })).toHaveValue(
    'json:$.order.id=4634343214213523454',
  );
});

test('[UI32, UI104] resends reach the provider byte for byte, text and binary, once and many times', async ({
  page,
  hub,
}) => {
  const got: string[] = [];
  const server = createServer((request, response) => {
    const hash = createHash('sha256');
    request.on('data', (piece: Buffer) => hash.update(piece));
    request.on('end', () => {
      got.push(hash.digest('hex'));
      response.end('thanks');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    await using stage = await startEcho(page, hub);
    const { port } = server.address() as AddressInfo;
    const target = `http://127.0.0.1:${String(port)}`;
    const env = { WHUB_URL: hub.url, WHUB_KEY: stage.key, WHUB_CLIENT: 'demo' };
    await using provider = new CliProcess(['provide', 'http', '--target', target, '--service', 'echo-http'], env);
    await provider.line(/^providing \/echo-http/);

    const bodies = [
      [randomBytes(300_000), 'application/octet-stream', '/echo-http/binary'],
      [Buffer.from('{ "id" : 4634343214213523454, "id": 1.10 }\n'), 'application/json', '/echo-http/json'],
      [Buffer.from('  \n'), 'text/plain; charset=utf-8', '/echo-http/space'],
    ] as const;
    for (const [body, type, path] of bodies) {
      got.length = 0;
      await stage.ask(body, type, path);
      const detail = await DetailPane.open(stage.console_, path);
      await detail.button('Resend').click();
      await expect.poll(() => got.length).toBe(2);
      await detail.button('Resend N…').click();
      const dialog = page.getByRole('dialog', { name: /^Resend #/ });
      await dialog.getByLabel('Times').fill('5');
      await dialog.getByRole('button', { name: 'Send', exact: true }).click();
      await expect(dialog.getByRole('status', { name: 'State of the resends' })).toHaveText(
        'Done: 5 of 5 sends. 200 × 5',
      );
      await dialog.getByRole('button', { name: 'Close', exact: true }).click();
      expect(got).toEqual(Array.from({ length: 7 }, () => sha256(body)));
    }

    const detail = await DetailPane.open(stage.console_, '/echo-http/json');
    await detail.button('Resend N…').click();
    const dialog = page.getByRole('dialog', { name: /^Resend #/ });
    await dialog.getByLabel('Times').fill('1000');
    await dialog.getByLabel('Pause, ms').fill('100');
    await dialog.getByRole('button', { name: 'Send', exact: true }).click();
    await expect(dialog.getByRole('status', { name: 'State of the resends' })).toContainText(/Sending: [1-9]/);
    await dialog.getByRole('button', { name: 'Stop', exact: true }).click();
    await expect(dialog.getByRole('status', { name: 'State of the resends' })).toContainText(
      /Stopped: \d+ of 1,000 sends/,
    );
  } finally {
    server.close();
  }
});

test('[UI103, UI105, UI106, UI107, UI108] by keys alone: tabs, copy as curl, compare with the previous one, the steps, the time', async ({
  page,
  hub,
}) => {
  await using stage = await startEcho(page, hub);
  await stage.ask('{"id":4634343214213523454,"state":"new"}', 'application/json', '/echo/keys');
  await stage.ask('{"id":4634343214213523454,"state":"paid"}', 'application/json', '/echo/keys');
  await stage.console_.show('Inspector');
  const grid = stage.console_.grid('Exchanges');
  await expect(grid.getByRole('row').filter({ hasText: '/echo/keys' })).toHaveCount(2);
  await grid.focus();
  await page.keyboard.press('End');
  await page.keyboard.press('Enter');
  const detail = new DetailPane(page);
  await expect(detail.pane.getByRole('tab', { name: 'Summary' })).toBeFocused();
  for (const name of ['Request', 'Reply', 'Timing'] as const) {
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await expect(detail.pane.getByRole('tab', { name })).toHaveAttribute('aria-selected', 'true');
  }
  await expect(detail.pane.getByRole('note', { name: 'Compared with its method' })).toContainText(
    'of POST on echo in the 5 minutes before',
  );
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  await expect(detail.pane.getByRole('list', { name: 'Steps of the request' })).toContainText(
    'Handed to demo on echo@',
  );
  await expect(detail.pane.getByRole('table', { name: 'Providers now' })).toContainText('answered this one');

  await detail.button('Copy as').focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('menuitem', { name: 'curl' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByText('Copied as curl')).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toContain(
    `--data-binary '{"id":4634343214213523454,"state":"paid"}'`,
  );

  await detail.button('Compare').focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('menuitem').first()).toBeFocused();
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: /^#\d+ and #\d+$/ });
  await expect(dialog.getByRole('status', { name: 'Result' })).toContainText('They differ');
  await expect(dialog.getByRole('textbox', { name: /^Request of #/ }).first()).toContainText('"state": "new"');
  await expect(dialog.getByRole('textbox', { name: /^Request of #/ }).last()).toContainText('"state": "paid"');
  await page.keyboard.press('Escape');
  await expect(dialog).toHaveCount(0);
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`[UI4, UI108] axe finds nothing in any tab and format of the detail in the ${colorScheme} theme, narrow and wide`, async ({
    page,
    hub,
  }) => {
    test.slow();
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await using stage = await startEcho(page, hub);
    await stage.ask('{"order":{"id":4634343214213523454,"tags":["a",null,true]}}', 'application/json', '/echo/axe');
    const check = async (what: string): Promise<void> => {
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect(
        violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`),
        what,
      ).toEqual([]);
      const folder = process.env['WHUB_SCREENSHOTS'];
      if (folder !== undefined) await page.screenshot({ path: `${folder}/detail-${what}-${colorScheme}.png` });
    };
    const detail = await DetailPane.open(stage.console_, '/echo/axe');
    for (const tab of ['Summary', 'Request', 'Timing', 'Route', 'Bytes'] as const) {
      await detail.tab(tab);
      await check(tab);
    }
    await detail.tab('Reply');
    for (const format of ['Pretty', 'Tree', 'Text', 'Hex', 'Decoded'] as const) {
      await detail.format(format).click();
      await check(`Reply-${format}`);
    }
    await page.setViewportSize({ width: 2560, height: 1200 });
    await detail.format('Tree').click();
    await expect(detail.pane.getByRole('region', { name: 'Request', exact: true })).toBeVisible();
    await expect(detail.pane.getByRole('region', { name: 'Reply', exact: true })).toBeVisible();
    await check('wide');
    await detail.tab('Bytes');
    await check('wide-bytes');
  });
}

test('[UI43, UI108] a request that waits shows a running bar and that it waits, and its answer when it comes', async ({
  page,
  hub,
}) => {
  const waiting = Promise.withResolvers<() => void>();
  const server = createServer((request, response) => {
    request.resume();
    waiting.resolve(() => response.end('{"late":true}'));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    await using stage = await startEcho(page, hub);
    const { port } = server.address() as AddressInfo;
    const args = ['provide', 'http', '--target', `http://127.0.0.1:${String(port)}`, '--service', 'echo-slow'];
    const env = { WHUB_URL: hub.url, WHUB_KEY: stage.key, WHUB_CLIENT: 'demo' };
    await using provider = new CliProcess(args, env);
    await provider.line(/^providing \/echo-slow/);
    const asked = stage.ask('{}', 'application/json', '/echo-slow/wait');
    const answer = await waiting.promise;
    const detail = await DetailPane.open(stage.console_, '/echo-slow/wait');
    await detail.tab('Timing');
    const timing = detail.pane.getByRole('table', { name: 'Timing' });
    await expect(timing.getByRole('row').filter({ hasText: 'On its way' })).toContainText('still waiting');
    await detail.tab('Reply');
    await expect(detail.pane).toContainText('Still waiting for the reply.');
    await detail.tab('Route');
    await expect(detail.pane.getByRole('list', { name: 'Steps of the request' })).toContainText('Still on its way');
    answer();
    await asked;
    await detail.tab('Reply');
    await expect(detail.text('Reply')).toContainText('"late": true');
    await detail.tab('Timing');
    await expect(timing).not.toContainText('still waiting');
  } finally {
    server.close();
  }
});
