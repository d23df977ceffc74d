import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { expect, test } from '../fixtures/hub.ts';
import type { RunningHub } from '../fixtures/hub.ts';
import { heavyTraffic } from '../fixtures/heavy-traffic.ts';
import { typicalTraffic } from '../fixtures/typical-traffic.ts';
import type { Programs } from '../fixtures/programs.ts';
import { Screens, SCREENS } from '../pages/screens.ts';

type State = 'empty' | 'typical' | 'stressed';

/** Where the pictures go that are kept; otherwise there is one quick pass whose pictures are thrown away. */
const KEPT = process.env['WHUB_SCREENSHOTS'];
const THEMES = KEPT === undefined ? (['light'] as const) : (['light', 'dark'] as const);
const STATES: readonly State[] = KEPT === undefined ? ['typical'] : ['empty', 'typical', 'stressed'];
const TRAFFIC: Readonly<Record<State, (hub: RunningHub) => Promise<Programs | undefined>>> = {
  empty: () => Promise.resolve(undefined),
  typical: typicalTraffic,
  stressed: heavyTraffic,
};

const folder = (): string => KEPT ?? test.info().outputPath();

/** The page scrolls nowhere: whatever is too much scrolls within its pane. */
async function expectNoOverflow(page: Page, screen: string): Promise<void> {
  const size = await page.evaluate(() => {
    const { scrollWidth, clientWidth, scrollHeight, clientHeight } = document.documentElement;
    return [scrollWidth - clientWidth, scrollHeight - clientHeight];
  });
  expect(size, screen).toEqual([0, 0]);
}

// Ejected for as long as the pictures take; frames are recorded from the start.
test.use({
  actionTimeout: 20_000,
  serveFlags: [
    '--set',
    'capture.frames=true',
    '--set',
    'resilience.breaker.openMs=300000',
    '--set',
    'resilience.breaker.maxOpenMs=600000',
  ],
});

for (const state of STATES) {
  test(`[UI130] every screen of a hub that is ${state} can be shown, and nothing of it leaves the window`, async ({
    page,
    hub,
  }) => {
    test.setTimeout(480_000);
    const failures: string[] = [];
    page.on('pageerror', (error) => failures.push(error.message));
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await using programs = await TRAFFIC[state](hub);
    const screens = new Screens(page, { empty: programs === undefined });
    await screens.console.open(hub.consoleUrl);
    for (const screen of SCREENS) {
      if (!(await screens.show(screen))) continue;
      for (const theme of THEMES) {
        await page.emulateMedia({ colorScheme: theme });
        await expectNoOverflow(page, screen.name);
        await page.screenshot({ path: join(folder(), `${screen.name}-${state}-${theme}.png`) });
      }
    }
    expect(failures).toEqual([]);
  });
}
