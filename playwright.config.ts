import { defineConfig } from '@playwright/test';

const browser = process.env['WHUB_BROWSER'];
const isRoot = process.getuid?.() === 0;

/** The console in a real browser against a real hub; `npm test` finds the browser and sets WHUB_BROWSER. */
export default defineConfig({
  testDir: 'e2e/specs',
  outputDir: 'test-results',
  fullyParallel: false,
  workers: 1,
  retries: 0,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  forbidOnly: process.env['CI'] !== undefined,
  reporter: [['list']],
  use: {
    viewport: { width: 1440, height: 900 },
    screenshot: 'only-on-failure',
    trace: 'retain-on-failure',
    permissions: ['clipboard-read', 'clipboard-write'],
    launchOptions: {
      ...(browser === undefined || browser === '' ? {} : { executablePath: browser }),
      // Chromium refuses its sandbox as root; background networking only delays a machine without a network.
      args: ['--disable-background-networking', '--disable-component-update', ...(isRoot ? ['--no-sandbox'] : [])],
    },
  },
});
