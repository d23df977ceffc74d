import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from '@playwright/test';

const run = promisify(execFile);
const CHECK = fileURLToPath(new URL('../../tools/package/check.mjs', import.meta.url));
const PACK_MS = 300_000;

test('[PK4] the app that is packed for this system holds what it needs, and passes its self-test out of its archive', async () => {
  test.setTimeout(PACK_MS);
  const { stdout } = await run(process.execPath, [CHECK, '--here'], { maxBuffer: 16 << 20 });
  expect(stdout).toContain('selftest: a window: its page is loaded and talks to the app');
  expect(stdout).toContain('selftest: passed');
  expect(stdout).toContain('✓ all artefacts are as they shall be');
});
