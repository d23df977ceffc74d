import { createHash, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import { startEcho } from '../fixtures/echo.ts';
import { expect, test } from '../fixtures/hub.ts';
import { DetailPane } from '../pages/detail-pane.ts';

const MB = 1_000_000;
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** `[{"id":4634343214213523454,"name":"…"},…]` of at least that many bytes. */
function largeJson(bytes: number): string {
  const items: string[] = [];
  for (let length = 0, at = 0; length < bytes; at += 1) {
    const item = `{"id":${String(4634343214213523454n + BigInt(at))},"name":"${'n'.repeat(80)}","ok":true}`;
    items.push(item);
    length += item.length + 1;
  }
  return `[${items.join(',')}]`;
}

/** Counts what the page's content security policy refuses, and whether anything of a body ran. */
async function watchPolicy(page: Page): Promise<() => Promise<{ violations: string[]; ran: boolean }>> {
  await page.addInitScript(() => {
    const seen: string[] = [];
    Object.assign(window, { policyViolations: seen });
    document.addEventListener('securitypolicyviolation', (event) =>
      seen.push(`${event.violatedDirective} ${event.blockedURI}`),
    );
  });
  return () =>
    page.evaluate(() => {
      const known = window as unknown as { policyViolations: string[]; hostile?: boolean };
      return { violations: known.policyViolations, ran: known.hostile === true };
    });
}

const HOSTILE = `<html><body onload="window.hostile=true"><script>window.hostile=true</script>
<img src="x" onerror="window.hostile=true"><iframe srcdoc="<script>parent.hostile=true</script>"></iframe></body></html>`;
const HOSTILE_SVG = `<svg xmlns="http://www.w3.org/2000/svg" onload="window.hostile=true"><script>window.hostile=true</script></svg>`;

test.describe('with a hub that keeps large bodies', () => {
  const large = String(64 << 20);
  test.use({
    serveFlags: [
      ...['limits.maxFrameBytes', 'limits.maxOutgoingBytes', 'capture.maxBodyBytes'].flatMap((name) => [
        '--set',
        `${name}=${large}`,
      ]),
      ...['limits.maxHeldRequestBytes', 'capture.budgetBytes'].flatMap((name) => [
        '--set',
        `${name}=${String(256 << 20)}`,
      ]),
    ],
  });

  test('[UI90, UI92, UI138] 20 MB of JSON: the first 256 KB are laid out, then all of it to its end, in a tree and as hex; Save as gives every byte', async ({
    page,
    hub,
  }) => {
    test.slow();
    await using stage = await startEcho(page, hub);
    const body = Buffer.from(largeJson(20 * MB));
    await stage.ask(body, 'application/json', '/echo/large');
    const detail = await DetailPane.open(stage.console_, '/echo/large');
    await detail.tab('Reply');
    const strip = detail.pane.getByRole('note', { name: 'About the reply body' });
    await expect(strip).toContainText('First 256 KB of 20.0 MB');
    await expect(detail.text('Reply')).toContainText('"id": 4634343214213523454');

    await detail.button('Load all').click();
    await expect(strip).toHaveCount(0);
    await expect(detail.text('Reply')).toContainText('"id": 4634343214213523454');
    const lastId = /"id":(\d+)[^{]*$/.exec(body.toString())?.[1] ?? '';
    // What is behind the first lines comes while it is scrolled.
    await expect(async () => {
      await detail.text('Reply').evaluate((text) => {
        const scroller = text.closest('.cm-scroller');
        scroller?.scrollTo(0, scroller.scrollHeight);
      });
      await expect(detail.text('Reply')).toContainText(lastId, { timeout: 500 });
    }).toPass();

    await detail.format('Tree').click();
    const tree = detail.pane.getByRole('tree', { name: 'Reply body as a tree' });
    await tree.focus();
    await page.keyboard.press('End');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await expect(tree.getByRole('treeitem', { selected: true })).toContainText(lastId);
    await detail.button('Copy path').click();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toMatch(/^\$\[\d+\]\.id$/);

    await detail.format('Hex').click();
    const hex = detail.pane.getByRole('region', { name: 'Reply body as hex' });
    const marked = async (): Promise<string> =>
      (await hex.locator('[data-hex] mark').allInnerTexts()).join(' ').replaceAll('  ', ' ');
    await expect.poll(marked).toBe((Buffer.from(lastId).toString('hex').match(/../g) ?? []).join(' '));
    const saved = page.waitForEvent('download');
    await detail.button('Save the reply body as…').click();
    expect(sha256(await readFile(await (await saved).path()))).toBe(sha256(body));
  });

  test('[UI96] more than 50 MB are looked at by ranges, from the first byte to the last', async ({ page, hub }) => {
    test.slow();
    await using stage = await startEcho(page, hub);
    const body = randomBytes(55 * MB);
    await stage.ask(body, 'application/octet-stream', '/echo/huge');
    const read: string[] = [];
    page.on('request', (request) => {
      if (request.url().includes('/console/body/')) read.push(request.headers()['range'] ?? 'all');
    });
    const detail = await DetailPane.open(stage.console_, '/echo/huge');
    await detail.tab('Request');
    const line = (offset: number): string =>
      (
        body
          .subarray(offset, offset + 8)
          .toString('hex')
          .match(/../g) ?? []
      ).join(' ');
    const hex = detail.pane.getByRole('region', { name: 'Request body as hex' });
    await expect(hex).toContainText(line(0));
    await hex.focus();
    await page.keyboard.press('End');
    await expect(hex).toContainText(line(body.length - 16 - (body.length % 16)));
    await expect(detail.pane.getByRole('status', { name: 'Place in the request body as hex' })).toContainText(
      `Byte ${String(body.length - 1)}`,
    );
    expect(read.length).toBeGreaterThan(0);
    expect(read.filter((range) => !/^bytes=\d+-\d+$/.test(range))).toEqual([]);
    const lengths = read.map((range) => {
      const [, from, to] = /(\d+)-(\d+)/.exec(range) ?? [];
      return Number(to) - Number(from) + 1;
    });
    expect(Math.max(...lengths)).toBeLessThanOrEqual(1 << 16);
    await expect(detail.format('Pretty')).toBeDisabled();
  });

  test('[UI90, UI91, UI13] one line of 3.5 MB, integers above 2^53, 500 KB of binary, invalid UTF-8, HTML and SVG: shown as they are, and nothing runs', async ({
    page,
    hub,
  }) => {
    test.slow();
    const policy = await watchPolicy(page);
    await using stage = await startEcho(page, hub);
    const { ask, console_ } = stage;

    await ask('x'.repeat(3_499_990) + 'the end', 'text/plain', '/echo/line');
    let detail = await DetailPane.open(console_, '/echo/line');
    await detail.tab('Reply');
    await expect(detail.text('Reply')).toContainText('xxxxxxxx');
    await detail.text('Reply').press('ControlOrMeta+End');

    await ask('{"big":[9007199254740993,-18446744073709551616,1.10,1e400]}', 'application/json', '/echo/numbers');
    detail = await DetailPane.open(console_, '/echo/numbers');
    await detail.tab('Reply');
    await expect(detail.text('Reply')).toContainText(/9007199254740993,\s*-18446744073709551616,\s*1\.10,\s*1e400/);

    const binary = randomBytes(500_000);
    binary.writeUInt32BE(0x00ff_00fe);
    await ask(binary, 'application/octet-stream', '/echo/binary');
    detail = await DetailPane.open(console_, '/echo/binary');
    await detail.tab('Reply');
    await expect(detail.pane.getByRole('region', { name: 'Reply body as hex' })).toContainText('00 ff 00 fe');

    const invalid = Buffer.concat([
      Buffer.from('{"name":"'),
      Buffer.from([0xff]),
      Buffer.from(`","pad":"${'p'.repeat(5_000)}"}`),
    ]);
    await ask(invalid, 'application/json', '/echo/invalid');
    detail = await DetailPane.open(console_, '/echo/invalid');
    await detail.tab('Reply');
    await detail.format('Text').click();
    await expect(detail.pane).toContainText('Bytes that are no UTF-8 are shown as \ufffd');
    await detail.format('Hex').click();
    await expect(detail.pane.getByRole('region', { name: 'Reply body as hex' })).toContainText('22 ff 22');

    for (const [body, type, path] of [
      [HOSTILE, 'text/html', '/echo/html'],
      [HOSTILE_SVG, 'image/svg+xml', '/echo/svg'],
    ] as const) {
      await ask(body, type, path);
      detail = await DetailPane.open(console_, path);
      await detail.tab('Reply');
      await detail.format('Text').click();
      await expect(detail.text('Reply')).toContainText('<script>window.hostile=true</script>');
      await detail.format('Decoded').click();
      await detail.pane.getByLabel('Read as').selectOption('Image');
      await expect(detail.pane).toContainText('SVG is shown as text only');
      await expect(detail.pane.locator('img, svg image, iframe, object, embed')).toHaveCount(0);
    }
    expect(await policy()).toEqual({ violations: [], ran: false });
  });
});

test.describe('with a hub that keeps 100 KB of a body', () => {
  test.use({ serveFlags: ['--set', 'capture.maxBodyBytes=100000'] });

  test('[UI33, UI92] a body over the capture limit says what was stored, is laid out as far as it goes, and cannot be sent again', async ({
    page,
    hub,
  }) => {
    await using stage = await startEcho(page, hub);
    await stage.ask(largeJson(1_200_000), 'application/json', '/echo/cut');
    const detail = await DetailPane.open(stage.console_, '/echo/cut');
    await detail.tab('Request');
    await expect(detail.pane.getByRole('note', { name: 'About the request body' })).toContainText(
      'Stored 100 KB of 1.20 MB: the capture limit',
    );
    await expect(detail.text('Request')).toContainText('"id": 4634343214213523454');
    await expect(detail.button('Resend')).toBeDisabled();
    await expect(detail.button('Resend')).toHaveAttribute(
      'title',
      /^Only 100000 of \d+ bytes of the body were stored$/,
    );
  });
});
