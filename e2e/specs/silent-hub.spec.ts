import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from '../fixtures/hub.ts';
import { ConsolePage } from '../pages/console-page.ts';
import { figure, report } from '../pages/recovery.ts';

const WAITING = fileURLToPath(new URL('../fixtures/waiting-middleware.mjs', import.meta.url));
const BANNER = 'The hub does not answer: what you see is as it was';

test.describe('a hub whose thread does not answer', () => {
  test.use({ serveFlags: ['--middleware', WAITING] });

  test('[UI25] is told of in the browser, and that it answers again', async ({ page, hub }) => {
    const console_ = new ConsolePage(page);
    await console_.open(hub.consoleUrl);
    await expect(console_.statusBar).toContainText('Running');
    const key = await console_.registerClient('caller', '*', '');
    const askedAtMs = performance.now();
    const goOn = test.info().outputPath('go-on');
    const answer = fetch(`${hub.httpUrl}/wait/?${encodeURIComponent(goOn)}`, {
      headers: { authorization: `Bearer ${key}` },
    });
    const banner = page.getByRole('status').filter({ hasText: BANNER });
    await expect(banner).toBeVisible();
    report(
      test.info(),
      `a silent hub: told of in the browser after ${figure(Math.round(performance.now() - askedAtMs))}`,
    );
    await expect(console_.statusBar).toContainText('Not answering');
    await writeFile(goOn, '');
    expect((await answer).status).toBe(200);
    await expect(banner).toBeHidden();
    await expect(console_.statusBar).toContainText('Running');
  });
});
