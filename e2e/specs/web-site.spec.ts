import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { CliProcess } from '../fixtures/cli.ts';
import { expect, test, type RunningHub } from '../fixtures/hub.ts';

const file = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const run = promisify(execFile);
const PAGE_HOST = 'apps.localhost';

/** The example's site behind the hub as `/app/`, and a client that may go there. */
async function startSite(hub: RunningHub): Promise<AsyncDisposable & { readonly key: string }> {
  await using owned = new AsyncDisposableStack();
  const site = owned.use(new CliProcess([], {}, file('examples/webapp/server.mjs')));
  const target = (await site.line(/^webapp http/)).replace('webapp ', '');
  const data = ['--data', hub.dataDir];
  const provider = owned.use(new CliProcess(['provide', 'http', '--service', 'app', '--target', target, ...data]));
  await provider.line(/^providing \/app/);
  const add = [file('tools/whub.mjs'), 'client', 'add', 'reader', '--may-call', 'app', ...data];
  const { stdout } = await run(process.execPath, add);
  const moved = owned.move();
  return { key: stdout.trim(), [Symbol.asyncDispose]: () => moved.disposeAsync() };
}

test.use({ serveFlags: ['--page-host', PAGE_HOST] });

test('[HG9, HG11] a site behind the hub works in a browser as it does without', async ({ hub, browser }) => {
  await using site = await startSite(hub);
  await using context = await browser.newContext({ httpCredentials: { username: 'reader', password: site.key } });
  const page = await context.newPage();
  const failed: string[] = [];
  page.on('requestfailed', (request) => failed.push(request.url()));
  page.on('response', (response) => {
    if (response.status() >= 400 && response.status() !== 401)
      failed.push(`${String(response.status())} ${response.url()}`);
  });
  await page.goto(`http://${PAGE_HOST}:${String(hub.port)}/app/`);

  await expect(page.locator('#files')).toHaveText('100 style sheets, 100 modules, 100 pictures');
  await expect(page.locator('#api')).toHaveText('Hello, hub: 6');
  await expect(page.locator('#events')).toHaveText(/^[2-9]$|^\d\d+$/);

  await expect(page.locator('#socket')).toHaveText('open');
  await page.getByLabel('Say').fill('through the hub');
  await page.getByRole('button', { name: 'Send' }).click();
  await expect(page.getByRole('listitem')).toHaveText(['through the hub']);

  const bytes = randomBytes(3_000_000);
  await page.getByLabel('File').setInputFiles({ name: 'bytes', mimeType: 'application/octet-stream', buffer: bytes });
  await expect(page.locator('#upload')).toHaveText(`3000000 ${createHash('sha256').update(bytes).digest('hex')}`);
  expect(failed).toEqual([]);
});

test("[HT9] at the hub's own name its scripts have no origin, and reach nothing", async ({ hub, browser }) => {
  await using site = await startSite(hub);
  await using context = await browser.newContext({ httpCredentials: { username: 'reader', password: site.key } });
  const page = await context.newPage();
  await page.goto(`${hub.httpUrl}/app/`);
  await expect(page.locator('#files')).toHaveText('loading');
  expect(await page.evaluate(() => globalThis.origin)).toBe('null');
  const reached = await page.evaluate(async () => {
    try {
      return (await fetch('/console/')).status;
    } catch {
      return 'nothing';
    }
  });
  expect(reached).toBe('nothing');
});
