// npm run screenshots (after npm run build): takes the pictures of docs/screenshots anew, of real hubs with real programs. With
// pngquant on the PATH they take a third of the place.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { findBrowser } from './support/browser.mjs';
import { ROOT, isMain, scriptOf } from './support/project.mjs';
import { StepError, fail, run, step } from './support/steps.mjs';

const FOLDER = join(ROOT, 'docs/screenshots');

async function takeScreenshots() {
  const browser = await step('Finding a browser', () => findBrowser());
  await run({
    args: [scriptOf('@playwright/test', 'playwright'), 'test', 'e2e/specs/screenshots.spec.ts'],
    env: { WHUB_BROWSER: browser, WHUB_SCREENSHOTS: FOLDER },
    show: true,
  });
  const files = readdirSync(FOLDER).map((name) => join(FOLDER, name));
  try {
    await run({ command: 'pngquant', args: ['--ext', '.png', '--force', '--skip-if-larger', '--strip', ...files] });
  } catch (error) {
    if (!(error instanceof StepError)) throw error;
    console.log('pngquant did not make the pictures smaller:', error.message);
  }
}

if (isMain(import.meta.url)) {
  try {
    await takeScreenshots();
  } catch (error) {
    fail(error);
  }
}
