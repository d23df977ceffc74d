import type { Page } from '@playwright/test';
import { HubClient } from '../../hub-core/client/node/index.ts';
import { expect, test } from '../fixtures/desktop.ts';
import { deathsOf, DesktopPage, injectFault, killPages } from '../pages/desktop-page.ts';
import type { Fault } from '../pages/desktop-page.ts';

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

async function expectDraft(console_: DesktopPage, uri: string): Promise<void> {
  await console_.show('Compose');
  await expect(console_.page.getByLabel('URI')).toHaveValue(uri);
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
  for (const [turn, fault] of IN_TURN.entries()) {
    await injectFault(app, 'capture', fault);
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
  for (const [turn, fault] of IN_TURN.entries()) {
    await injectFault(app, 'hub', fault);
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
  const written = (page: Page): Promise<string> => page.evaluate(() => Object.values(localStorage).join());
  await expect.poll(() => written(console_.page)).toContain('/echo/unsent');
  const gone = new Promise<void>((resolve) => {
    console_.page.once('crash', () => resolve());
    console_.page.once('close', () => resolve());
  });
  await killPages(app);
  await gone;
  const again = await DesktopPage.of(app);
  await expect(again.statusBar).toContainText(at);
  await expectDraft(again, '/echo/unsent');
});
