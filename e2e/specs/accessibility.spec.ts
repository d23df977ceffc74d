import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, test } from '../fixtures/hub.ts';
import { typicalTraffic } from '../fixtures/typical-traffic.ts';
import { ConsolePage } from '../pages/console-page.ts';
import { OVERLAYS } from '../pages/overlays.ts';
import { Screens, SCREENS } from '../pages/screens.ts';

/** What a theme changes is colours: all other rules are checked in the first. */
const THEMES = [
  { name: 'light', media: { colorScheme: 'light', contrast: 'no-preference' } },
  { name: 'dark', media: { colorScheme: 'dark', contrast: 'no-preference' } },
  { name: 'high contrast', media: { colorScheme: 'light', contrast: 'more' } },
] as const;

interface Look {
  readonly where: string;
  /** What is new beside what was looked at before, as a selector; absent: the page. */
  readonly part?: string | undefined;
  readonly themes?: readonly (typeof THEMES)[number][];
  /** In every theme the frame around the page, too, which is the same on all. */
  readonly withFrame?: boolean;
}

async function violations(page: Page, { where, part, themes = THEMES, withFrame = false }: Look): Promise<string[]> {
  const found: string[] = [];
  for (const [turn, { name, media }] of themes.entries()) {
    await page.emulateMedia(media);
    const axe = new AxeBuilder({ page });
    if (part !== undefined) axe.include(part);
    else if (turn > 0 && !withFrame) axe.include('main');
    if (turn > 0) axe.withRules(['color-contrast']);
    const result = await axe.analyze();
    found.push(
      ...result.violations.map(
        ({ id, nodes }) => `${where}, ${name}: ${id}: ${nodes.map((node) => node.html).join(' ')}`,
      ),
    );
  }
  return found;
}

test.use({ actionTimeout: 20_000, serveFlags: ['--set', 'capture.frames=true'] });

test('[UI4] axe finds nothing on any screen, with its tabs, menus and dialogs, in any theme', async ({ page, hub }) => {
  test.setTimeout(480_000);
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await using _programs = await typicalTraffic(hub, { live: false });
  const screens = new Screens(page, { empty: false });
  await screens.console.open(hub.consoleUrl);
  for (const screen of SCREENS) {
    await screens.show(screen);
    const withFrame = screen === SCREENS[0];
    expect.soft(await violations(page, { where: screen.name, part: screen.part, withFrame })).toEqual([]);
    for (const overlay of OVERLAYS[screen.name] ?? []) {
      await overlay.open(screens);
      const where = `${screen.name}, ${overlay.name}`;
      expect.soft(await violations(page, { where, part: overlay.part })).toEqual([]);
      await page.keyboard.press('Escape');
    }
  }
});

test('[UI4] axe finds nothing on the pages of an empty hub', async ({ page, hub }) => {
  test.slow();
  const screens = new Screens(page, { empty: true });
  await screens.console.open(hub.consoleUrl);
  for (const screen of SCREENS) {
    if (!(await screens.show(screen))) continue;
    const look = { where: screen.name, part: screen.part, themes: THEMES.slice(0, 1) };
    expect.soft(await violations(page, look)).toEqual([]);
  }
});

test('[UI131] the theme of high contrast is black or white with strong edges, as the system is light or dark', async ({
  page,
  hub,
}) => {
  const console_ = new ConsolePage(page);
  await page.emulateMedia({ colorScheme: 'dark' });
  await console_.open(hub.consoleUrl);
  const look = (): Promise<string[]> =>
    page.evaluate(() => {
      const { backgroundColor, color } = getComputedStyle(document.body);
      return [backgroundColor, color, getComputedStyle(document.documentElement).getPropertyValue('--edge')];
    });
  for (let turn = 0; turn < 3; turn += 1) await page.keyboard.press('Control+Shift+D');
  await expect(page.getByText('Theme: high contrast').first()).toBeVisible();
  await expect.poll(look).toEqual(['rgb(0, 0, 0)', 'rgb(255, 255, 255)', '2px']);
  await page.emulateMedia({ colorScheme: 'light' });
  await expect.poll(look).toEqual(['rgb(255, 255, 255)', 'rgb(0, 0, 0)', '2px']);
  await page.reload();
  await expect.poll(look).toEqual(['rgb(255, 255, 255)', 'rgb(0, 0, 0)', '2px']);
  await page.keyboard.press('Control+Shift+D');
  await expect.poll(async () => (await look())[2]).toBe('1px');
});
