import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Locator } from '@playwright/test';
import { HubClient } from '../../hub-core/client/node/index.ts';
import { expect, test } from '../fixtures/desktop.ts';
import type { Desktop } from '../fixtures/desktop.ts';
import { deathsOf, DesktopPage, injectFault, killPages } from '../pages/desktop-page.ts';
import type { Fault } from '../pages/desktop-page.ts';
import { figure, recoveryLine, recoveryOf, report, watchPage } from '../pages/recovery.ts';
import type { Struck } from '../pages/recovery.ts';

const IN_TURN: readonly Fault[] = ['throws an error', 'exits', 'hangs'];
/** A thread that hangs is found by the pings that it does not answer. */
const FOUND_MS = 30_000;

async function address(console_: DesktopPage): Promise<string> {
  await expect(console_.statusBar).toContainText(/ws:\S+/);
  return /ws:\S+/.exec(await console_.statusBar.innerText())?.[0] ?? '';
}

/** A program with the service `echo`, which calls it. */
async function connectProgram(console_: DesktopPage): Promise<HubClient> {
  const key = await console_.registerClient('program', '*', '*');
  const client = await HubClient.connect({
    url: await address(console_),
    key,
    reconnect: { baseDelayMs: 50, maxDelayMs: 500 },
  });
  await client.provide({ id: 'echo', routes: [{ pattern: '/*rest', handler: ({ uri }) => ({ json: uri }) }] });
  return client;
}

/** Types a request and sends nothing. */
async function draft(console_: DesktopPage, uri: string): Promise<void> {
  await console_.show('Compose');
  await console_.page.getByLabel('URI').fill(uri);
  await console_.page.keyboard.press('Escape');
}

/** What the app has in a file of the request in the editor; '' before there is one. */
function keptDraft({ dataDir }: Pick<Desktop, 'dataDir'>): Promise<string> {
  return readFile(join(dataDir, 'desktop/kept/draft.json'), 'utf8').catch(() => '');
}

async function expectDraft(console_: DesktopPage, uri: string): Promise<void> {
  await console_.show('Compose');
  await expect(console_.page.getByLabel('URI')).toHaveValue(uri);
}

/** Prints how long it took until the console was live again. */
async function reportRecovery(struck: Struck, fault: Fault): Promise<void> {
  await expect(async () => {
    const recovery = await recoveryOf(struck);
    if (recovery === undefined) throw new Error('The console has not recovered');
    report(test.info(), recoveryLine(struck.thread, fault, recovery));
    if (fault === 'hangs') expect(recovery.saidAfterMs).toBeDefined();
  }).toPass({ timeout: FOUND_MS });
}

const recorded = (console_: DesktopPage, path: string) =>
  console_.grid('Exchanges').getByRole('row').filter({ hasText: path });

test('[DS29] while the store’s thread throws, exits or hangs, programs call on, and what follows is recorded again', async ({
  desktop,
}) => {
  test.slow();
  const app = await desktop.launch();
  const console_ = await DesktopPage.of(app);
  await using client = await connectProgram(console_);
  await draft(console_, '/echo/unsent');
  await client.request({ uri: '/echo/first' });
  await watchPage(console_);
  for (const [turn, fault] of IN_TURN.entries()) {
    const faultAtMs = await injectFault(app, 'capture', fault);
    await expect(async () => {
      expect((await client.request({ uri: `/echo/during-${String(turn)}` })).status, fault).toBe(200);
      expect(deathsOf(app, 'capture')).toBe(turn + 1);
    }).toPass({ timeout: FOUND_MS });
    await console_.show('Inspector');
    await expect(async () => {
      await client.request({ uri: `/echo/after-${String(turn)}` });
      await expect(recorded(console_, `/echo/after-${String(turn)}`).first()).toBeVisible({ timeout: 2_000 });
    }).toPass({ timeout: FOUND_MS });
    await expect(recorded(console_, '/echo/first').first()).toBeVisible();
    await expect(console_.statusBar).toContainText('Running');
    await reportRecovery({ app, console_, thread: 'capture', nth: turn + 1, faultAtMs }, fault);
  }
  await expectDraft(console_, '/echo/unsent');
});

test('[DS29] while the hub’s thread throws, exits or hangs, the console shows what was recorded, and programs come back', async ({
  desktop,
}) => {
  test.slow();
  const app = await desktop.launch();
  const console_ = await DesktopPage.of(app);
  await using client = await connectProgram(console_);
  const at = await address(console_);
  await draft(console_, '/echo/unsent');
  await client.request({ uri: '/echo/first' });
  await watchPage(console_);
  for (const [turn, fault] of IN_TURN.entries()) {
    const faultAtMs = await injectFault(app, 'hub', fault);
    await console_.show('Inspector');
    await recorded(console_, '/echo/first').first().click();
    await expect(console_.page.getByRole('region', { name: 'Exchange detail' })).toContainText('/echo/first');
    await expect.poll(() => deathsOf(app, 'hub'), { timeout: FOUND_MS }).toBe(turn + 1);
    await expect(async () => {
      const { status } = await client.request({ uri: `/echo/after-${String(turn)}`, idempotent: true });
      expect(status).toBe(200);
    }).toPass({ timeout: FOUND_MS });
    await expect(console_.statusBar).toContainText(at);
    await expect(console_.statusBar).toContainText('Running');
    await expect(recorded(console_, `/echo/after-${String(turn)}`).first()).toBeVisible();
    await reportRecovery({ app, console_, thread: 'hub', nth: turn + 1, faultAtMs }, fault);
  }
  await expectDraft(console_, '/echo/unsent');
});

test('[DS22, DS28] the console comes back after its process was killed, with the request in the editor', async ({
  desktop,
}) => {
  const app = await desktop.launch();
  const console_ = await DesktopPage.of(app);
  const at = await address(console_);
  await draft(console_, '/echo/unsent');
  await expect.poll(() => keptDraft(desktop)).toContain('/echo/unsent');
  const gone = new Promise<void>((resolve) => {
    console_.page.once('crash', () => resolve());
    console_.page.once('close', () => resolve());
  });
  const killedAtMs = Date.now();
  await killPages(app);
  await gone;
  const again = await DesktopPage.of(app);
  await expect(again.statusBar).toContainText(at);
  report(test.info(), `console’s process killed: live again after ${figure(Date.now() - killedAtMs)}`);
  await expectDraft(again, '/echo/unsent');
});

test('[DS12, DS28] an app that is killed while somebody types comes back with page, filter, row and what was typed', async ({
  desktop,
}) => {
  const app = await desktop.launch();
  const console_ = await DesktopPage.of(app);
  await using client = await connectProgram(console_);
  await client.request({ uri: '/echo/seen' });
  await console_.show('Inspector');
  const filter = (page: DesktopPage): Locator => page.page.locator('[data-page-filter]');
  await filter(console_).fill('service:echo');
  await filter(console_).press('Enter');
  await recorded(console_, '/echo/seen').first().click();
  await console_.show('Compose');
  const uri = (page: DesktopPage): Locator => page.page.getByLabel('URI');
  await uri(console_).fill('/echo/');
  await uri(console_).focus();
  const typed: { readonly key: string; readonly atMs: number }[] = [];
  for (const key of 'a-request-that-somebody-types-until-the-app-is-killed') {
    await console_.page.keyboard.press(key);
    typed.push({ key, atMs: Date.now() });
  }
  const killedAtMs = Date.now();
  app.process.kill('SIGKILL');
  await app.exited;

  const again = await DesktopPage.of(await desktop.launch());
  await expect(again.page.getByText('WHub did not end by itself the last time')).toBeVisible();
  await expect(again.page.getByRole('heading', { level: 1 })).toHaveText('Compose');
  const back = (await uri(again).inputValue()).replace('/echo/', '');
  const whole = typed.map(({ key }) => key).join('');
  expect(whole.startsWith(back)).toBe(true);
  const lostMs = back === whole ? 0 : killedAtMs - (typed[back.length]?.atMs ?? killedAtMs);
  const keys = whole.length - back.length;
  report(test.info(), `app killed while typing: ${String(keys)} keys lost, ${String(lostMs)} ms of typing (limit 250)`);
  expect(back.length).toBeGreaterThan(0);
  await again.show('Inspector');
  await expect(filter(again)).toHaveValue('service:echo');
  await expect(again.page.getByRole('region', { name: 'Exchange detail' })).toContainText('/echo/seen');
});
