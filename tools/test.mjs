// npm test: installs and builds what is missing or stale, finds a browser, then runs the gate and the end-to-end tests. The
// last line says how many passed, failed and were skipped. Plain JavaScript that runs on Node 20 with nothing installed.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { isMain, scriptOf } from './support/project.mjs';
import { findBrowser } from './support/browser.mjs';
import { fail, run, step } from './support/steps.mjs';
import { REPORTS, runGate } from './ok.mjs';
import { checkNode, ensureBuilt, ensureInstalled } from './setup.mjs';

const E2E_REPORT = join(REPORTS, 'e2e.json');

/**
 * @param {object} report what vitest or Playwright wrote with its JSON reporter
 * @returns {{ passed: number, failed: number, skipped: number }}
 */
export function countsOf(report) {
  if (report.stats !== undefined) {
    const { expected, unexpected, flaky, skipped } = report.stats;
    return { passed: expected, failed: unexpected + flaky + (report.errors?.length ?? 0), skipped };
  }
  // A file that could not even be loaded has no failed test of its own.
  const unloaded = report.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.length === 0,
  ).length;
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + unloaded,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

function total() {
  const sum = { passed: 0, failed: 0, skipped: 0 };
  if (!existsSync(REPORTS)) return sum;
  for (const name of readdirSync(REPORTS)) {
    const counts = countsOf(JSON.parse(readFileSync(join(REPORTS, name), 'utf8')));
    for (const key of Object.keys(sum)) sum[key] += counts[key];
  }
  return sum;
}

async function test() {
  checkNode();
  await ensureInstalled();
  await ensureBuilt();
  const browser = await step('Finding a browser', () => findBrowser());
  console.log(`  ${browser}`);
  await runGate();
  console.log('  end-to-end tests …');
  await run({
    args: [scriptOf('@playwright/test', 'playwright'), 'test', '--reporter=list,json'],
    env: { WHUB_BROWSER: browser, PLAYWRIGHT_JSON_OUTPUT_NAME: E2E_REPORT },
    show: true,
  });
}

if (isMain(import.meta.url)) {
  let red = 0;
  try {
    await test();
  } catch (error) {
    fail(error);
    red = 1;
  }
  const { passed, failed, skipped } = total();
  // A red check that is no test counts as one failure: the line never reads as a success when the run was none.
  console.log(`\n${passed} passed, ${Math.max(failed, red)} failed, ${skipped} skipped`);
}
