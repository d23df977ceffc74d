import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT, scriptOf } from './project.mjs';
import { StepError, run, step } from './steps.mjs';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome', 'microsoft-edge'];
const USUAL_PLACES = {
  darwin: [
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
  ],
  win32: [
    String.raw`C:\Program Files\Google\Chrome\Application\chrome.exe`,
    String.raw`C:\Program Files (x86)\Google\Chrome\Application\chrome.exe`,
    String.raw`C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe`,
  ],
};
const ADVICE =
  'Install one of: Chromium (Debian, Ubuntu: sudo apt-get install chromium), Google Chrome (https://www.google.com/chrome/),\n' +
  "or Playwright's own (npx playwright install --with-deps chromium); or set WHUB_BROWSER to the path of one.";
const VERSION_MS = 15_000;
const DOWNLOAD_MS = 10 * 60_000;

/** Whether that file is a browser that starts: a package may have left a stub, or a library may be missing. */
async function starts(path) {
  if (!existsSync(path)) return false;
  // Chrome for Windows opens a window instead of printing its version.
  if (process.platform === 'win32') return true;
  try {
    return /\d+\.\d+/.test(await run({ command: path, args: ['--version'], timeoutMs: VERSION_MS }));
  } catch {
    // One that does not start is as good as none: the next candidate is tried.
    return false;
  }
}

async function firstThatStarts(paths) {
  for (const path of paths) if (await starts(path)) return path;
  return undefined;
}

function installedPaths(env = process.env) {
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const folders = (env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  return [
    ...NAMES.flatMap((name) => folders.map((folder) => join(folder, name + suffix))),
    ...(USUAL_PLACES[process.platform] ?? []),
  ];
}

async function playwrightPath() {
  const { chromium } = await import(pathToFileURL(join(ROOT, 'node_modules/playwright/index.mjs')).href);
  return chromium.executablePath();
}

/** @returns {Promise<string | undefined>} a browser that is on this machine already, or undefined */
export async function installedBrowser(env = process.env) {
  if (env.WHUB_BROWSER) return env.WHUB_BROWSER;
  return firstThatStarts([...installedPaths(env), await playwrightPath()]);
}

async function attempt(title, commands) {
  try {
    await step(title, async () => {
      for (const command of commands) await run({ ...command, timeoutMs: DOWNLOAD_MS });
    });
  } catch (error) {
    if (!(error instanceof StepError)) throw error;
    const lines = error.output.split('\n').map((line) => line.trim());
    console.log(`  ${lines.find((line) => /^(error|e):|failed/i.test(line)) ?? error.message}`);
  }
}

/**
 * The browser for the end-to-end tests: an installed one, else Playwright's own, else Debian's (as root).
 * @throws {StepError} that says what to install
 */
export async function findBrowser(env = process.env) {
  if (env.WHUB_BROWSER) {
    if (await starts(env.WHUB_BROWSER)) return env.WHUB_BROWSER;
    throw new StepError(`Cannot use the browser "${env.WHUB_BROWSER}" of WHUB_BROWSER: it does not start`, {
      advice: ADVICE,
    });
  }
  const present = await firstThatStarts([...installedPaths(env), await playwrightPath()]);
  if (present !== undefined) return present;

  await attempt("Fetching Playwright's Chromium", [
    { args: [scriptOf('playwright'), 'install', 'chromium'], env: { PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT: '10000' } },
  ]);
  const fetched = await firstThatStarts([await playwrightPath()]);
  if (fetched !== undefined) return fetched;

  if (process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    await attempt("Installing Debian's chromium (apt-get)", [
      { command: 'apt-get', args: ['update', '-qq'] },
      { command: 'apt-get', args: ['install', '-y', '-qq', '--no-install-recommends', 'chromium'] },
    ]);
  }
  const installed = await firstThatStarts(installedPaths(env));
  if (installed !== undefined) return installed;
  throw new StepError('Cannot run the end-to-end tests: there is no Chromium or Chrome on this machine', {
    advice: ADVICE,
  });
}
