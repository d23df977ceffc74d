import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { _electron, expect, test } from '@playwright/test';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Where Electron's binary lies, when the package has fetched it. */
function electronBinary(): string | undefined {
  const folder = dirname(createRequire(import.meta.url).resolve('electron/package.json'));
  const pathFile = join(folder, 'path.txt');
  if (!existsSync(pathFile)) return undefined;
  const binary = join(folder, 'dist', readFileSync(pathFile, 'utf8').trim());
  return existsSync(binary) ? binary : undefined;
}

const binary = electronBinary();

test('[EL1] the desktop app opens the console of its own hub and quits', async () => {
  test.skip(
    binary === undefined,
    "Electron's binary is not on this machine: its package downloads it on first use, which needs a network",
  );
  const dataDir = await mkdtemp(join(tmpdir(), 'whub-electron-'));
  try {
    const app = await _electron.launch({
      executablePath: binary ?? '',
      args: [ROOT, ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])],
      env: { ...process.env, WHUB_DATA: dataDir },
    });
    const window = await app.firstWindow();
    await expect(window.getByRole('navigation', { name: 'Pages' })).toBeVisible();
    await expect(window.getByRole('contentinfo')).toContainText('Running');
    await app.close();
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
});
