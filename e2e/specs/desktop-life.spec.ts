import { once } from 'node:events';
import { chmod, copyFile, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { backupPath } from '../../hub-core/server/storage/backups.ts';
import { MIGRATIONS } from '../../hub-core/server/storage/migrations.ts';
import { expect, test } from '../fixtures/desktop.ts';
import type { DesktopApp } from '../fixtures/desktop.ts';
import { answerDialogs, clickMenu, deathsOf, dialogs, DesktopPage, injectFault } from '../pages/desktop-page.ts';

/** With the last of them within a minute a thread is left alone. */
const DEATHS = 4;

const quit = (app: DesktopApp): Promise<void> => app.evaluate(({ app: electron }) => electron.quit(), undefined);
const closeWindow = (app: DesktopApp): Promise<void> =>
  app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close(), undefined);
const windows = (app: DesktopApp): Promise<number> =>
  app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length, undefined);

test('[EL1] the desktop app opens the console of its own hub and quits', async ({ desktop }) => {
  const app = await desktop.launch();
  const console_ = await DesktopPage.of(app);
  await expect(console_.statusBar).toContainText('Running');
  await expect(console_.statusBar).toContainText(/ws:\/\/127\.0\.0\.1:\d+/);
  await quit(app);
  expect(await app.exited).toBe(0);
});

test('[DS3] a second start shows the window of the first and ends', async ({ desktop }) => {
  const first = await desktop.launch();
  await DesktopPage.of(first);
  await first.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.hide(), undefined);
  const second = await desktop.launch();
  expect(await second.exited).toBe(0);
  await expect
    .poll(() => first.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.isVisible(), undefined))
    .toBe(true);
  expect(await windows(first)).toBe(1);
});

test('[DS4] closing the window leaves the hub running, and a second start opens it again', async ({ desktop }) => {
  const app = await desktop.launch();
  const console_ = await DesktopPage.of(app);
  await expect(console_.statusBar).toContainText(/ws:\S+/);
  const address = /ws:\S+/.exec(await console_.statusBar.innerText())?.[0] ?? '';
  await closeWindow(app);
  await expect.poll(() => windows(app)).toBe(0);
  const alive = await fetch(address.replace('ws:', 'http:') + 'healthz');
  expect(alive.status).toBe(200);
  const second = await desktop.launch();
  await second.exited;
  const again = await DesktopPage.of(app);
  await expect(again.statusBar).toContainText(address);
});

test('[DS4] where the setting says so, closing the window ends the app and its hub', async ({ desktop }) => {
  test.skip(process.platform === 'darwin', 'on macOS an app outlives its windows');
  const app = await desktop.launch();
  await DesktopPage.of(app);
  await clickMenu(app, 'keep-hub');
  await closeWindow(app);
  expect(await app.exited).toBe(0);
});

test('[DS14] a window comes back where it was', async ({ desktop }) => {
  const bounds = { x: 40, y: 60, width: 1100, height: 700 };
  const app = await desktop.launch();
  await DesktopPage.of(app);
  await app.evaluate(({ BrowserWindow }, place) => BrowserWindow.getAllWindows()[0]?.setBounds(place), bounds);
  await quit(app);
  await app.exited;
  const next = await desktop.launch();
  await DesktopPage.of(next);
  const found = await next.evaluate(
    ({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.getNormalBounds(),
    undefined,
  );
  expect(found).toEqual(bounds);
});

test('[DS17] a menu item has the console do what its key does, in a new window where there is none', async ({
  desktop,
}) => {
  const app = await desktop.launch();
  const console_ = await DesktopPage.of(app);
  await clickMenu(app, 'page-services');
  await expect(console_.page.getByRole('heading', { level: 1, name: 'Services' })).toBeVisible();
  await closeWindow(app);
  await expect.poll(() => windows(app)).toBe(0);
  await clickMenu(app, 'page-connections');
  const again = await DesktopPage.of(app);
  await expect(again.page.getByRole('heading', { level: 1, name: 'Connections' })).toBeVisible();
});

test('[DS18] the menu stops and starts the hub and its recording, and the console shows it', async ({ desktop }) => {
  const app = await desktop.launch();
  const console_ = await DesktopPage.of(app);
  await expect(console_.statusBar).toContainText('Recording');
  await clickMenu(app, 'recording');
  await expect(console_.statusBar).toContainText('Paused');
  await clickMenu(app, 'hub-stop');
  await expect(console_.page.getByText('The hub is stopped')).toBeVisible();
  await expect(console_.statusBar).toContainText('Stopped');
  await console_.button('Start hub').click();
  await expect(console_.statusBar).toContainText('Running');
});

test('[DS15] a link is opened only after the user agreed, and a broken one not at all', async ({ desktop }) => {
  const app = await desktop.launch();
  const console_ = await DesktopPage.of(app);
  const heading = console_.page.getByRole('heading', { level: 1 });
  const open = async (link: string): Promise<void> => {
    const second = await desktop.launch({ args: [link] });
    await second.exited;
  };
  await answerDialogs(app, 1);
  await open('whub://open?page=services');
  await expect.poll(() => dialogs(app)).toEqual([expect.stringContaining('wants to show Services')]);
  await expect(heading).toHaveText('Overview');
  await answerDialogs(app, 0);
  await open('whub://open?page=services&run=everything');
  await expect.poll(() => dialogs(app)).toEqual([expect.stringContaining('This link cannot be opened')]);
  await expect(heading).toHaveText('Overview');
  await open('whub://open?page=inspector&filter=service%3Amath');
  await expect(heading).toHaveText('Inspector');
  await expect(console_.page.locator('[data-page-filter]')).toHaveValue('service:math');
});

test('[DS20] quitting asks while a program is connected, and goes on when told so', async ({ desktop }) => {
  const app = await desktop.launch();
  const console_ = await DesktopPage.of(app);
  await console_.button('Create a sample client and service').click();
  await expect(console_.statusBar).toContainText(/[1-9]\d* connection/);
  await answerDialogs(app, 1);
  await quit(app);
  await expect.poll(() => dialogs(app)).toEqual([expect.stringContaining('Stop the hub and quit?')]);
  await expect(console_.statusBar).toContainText('Running');
  await answerDialogs(app, 0);
  await quit(app);
  expect(await app.exited).toBe(0);
});

test('[DS12] after a kill the next start says so, and what was there is there', async ({ desktop }) => {
  const app = await desktop.launch();
  const console_ = await DesktopPage.of(app);
  const key = await console_.registerClient('kept', '*', 'kept');
  expect(key).toContain('whub_');
  app.process.kill('SIGKILL');
  await app.exited;
  const next = await desktop.launch();
  const again = await DesktopPage.of(next);
  await expect(again.page.getByText('WHub did not end by itself the last time')).toBeVisible();
  await again.show('Clients');
  await expect(again.grid('Clients').getByRole('row').filter({ hasText: 'kept' })).toBeVisible();
});

test('[DS32] a damaged database is put right out of the menu, by its last backup', async ({ desktop }) => {
  const app = await desktop.launch();
  await (await DesktopPage.of(app)).registerClient('kept', '*', 'kept');
  await quit(app);
  await app.exited;
  const database = join(desktop.dataDir, 'hub.db');
  const backup = backupPath(database, MIGRATIONS.at(-1)?.version ?? 0, Date.now());
  await copyFile(database, backup);
  await chmod(backup, 0o600);
  const bytes = await readFile(database);
  await writeFile(database, bytes.fill(0x5a, 4_200, bytes.length - 100));
  const next = await desktop.launch();
  const console_ = await DesktopPage.of(next);
  await expect(console_.page.getByText('The hub could not be started')).toBeVisible();
  await answerDialogs(next, 0);
  await clickMenu(next, 'check-data');
  await expect(console_.statusBar).toContainText('Running');
  expect(await dialogs(next)).toEqual([
    expect.stringContaining('Repair the data folder?'),
    expect.stringContaining('The data folder was repaired'),
  ]);
  await console_.show('Clients');
  await expect(console_.grid('Clients').getByRole('row').filter({ hasText: 'kept' })).toBeVisible();
});

test('[DS33] another version backs up the settings of the one before, and the menu brings them back', async ({
  desktop,
}) => {
  const folder = join(desktop.dataDir, 'desktop');
  const settings = (): Promise<string> => readFile(join(folder, 'desktop-settings.json'), 'utf8');
  const first = await desktop.launch();
  await DesktopPage.of(first);
  await clickMenu(first, 'keep-hub');
  await expect.poll(settings).toContain('"keepHubOnClose": false');
  await quit(first);
  await first.exited;
  await writeFile(join(folder, 'settings-state.json'), '{"version":"0.0.1"}');

  const second = await desktop.launch();
  await DesktopPage.of(second);
  await clickMenu(second, 'keep-hub');
  await expect.poll(settings).toContain('"keepHubOnClose": true');
  await answerDialogs(second, 0);
  // The test starts it again itself.
  await second.evaluate(({ app }) => void Object.assign(app, { relaunch: () => {} }), undefined);
  await clickMenu(second, 'restore-settings');
  await second.exited;
  expect(second.output).not.toContain('could not');

  const third = await DesktopPage.of(await desktop.launch());
  await expect(third.page.getByText('They are those of WHub 0.0.1')).toBeVisible();
  expect(await settings()).toContain('"keepHubOnClose": false');
});

test('[DS24] a hub that cannot start shows why, with Restart and Copy diagnostics', async ({ desktop }) => {
  const squatter = createServer();
  squatter.listen(0, '127.0.0.1');
  await once(squatter, 'listening');
  const { port } = squatter.address() as AddressInfo;
  const app = await desktop.launch({ args: ['--port', String(port)] });
  const { page, statusBar, button } = await DesktopPage.of(app).then((it) => ({
    page: it.page,
    statusBar: it.statusBar,
    button: (name: string) => it.button(name),
  }));
  await expect(page.getByText('The hub could not be started')).toBeVisible();
  await expect(page.getByText(String(port))).toBeVisible();
  await button('Copy diagnostics').click();
  await expect(page.getByText('Diagnostics copied')).toBeVisible();
  squatter.close();
  await once(squatter, 'close');
  await button('Restart').click();
  await expect(statusBar).toContainText('Running');
});

test('[DS24] a hub that dies again and again is left alone and shown as crashed, and can be restarted', async ({
  desktop,
}) => {
  test.slow();
  const app = await desktop.launch();
  const console_ = await DesktopPage.of(app);
  // The page's line to the app does not break with the hub's, or the order to start it again could be lost with it.
  const asked = await console_.page.evaluateHandle(() => {
    const asks: unknown[] = [];
    window.addEventListener('message', ({ data }: MessageEvent<{ of?: unknown }>) => asks.push(data.of));
    return asks;
  });
  for (let death = 1; death <= DEATHS; death += 1) {
    await expect(console_.statusBar).toContainText('Running');
    await injectFault(app, 'hub', 'throws an error');
    await expect.poll(() => deathsOf(app, 'hub'), { timeout: 30_000 }).toBe(death);
  }
  await expect(console_.page.getByText('The hub crashed')).toBeVisible();
  await expect(console_.statusBar).toContainText('Crashed');
  expect(
    await app.evaluate(({ Menu }) => Menu.getApplicationMenu()?.getMenuItemById('hub-start')?.label, undefined),
  ).toBe('Start hub');
  await console_.button('Restart').click();
  await expect(console_.statusBar).toContainText('Running');
  const kinds = await asked.evaluate((asks) => [...new Set(asks)]);
  expect(kinds).toEqual(['hub']);
});

test('[DS26] the self-test makes a call over every transport, opens a window and ends', async ({ desktop }) => {
  const app = await desktop.launch({ args: ['--selftest'] });
  expect(await app.exited).toBe(0);
  const lines = app.output.split('\n').filter((line) => line.startsWith('selftest: '));
  expect(lines.slice(1)).toEqual([
    'selftest: ws whub.v1.fbs: answered',
    'selftest: ws whub.v1.json: answered',
    ...['http', 'tcp', 'udp', 'rtc+http'].map((scheme) => `selftest: ${scheme}: answered`),
    'selftest: a window: its page is loaded and talks to the app',
    'selftest: passed',
  ]);
});
