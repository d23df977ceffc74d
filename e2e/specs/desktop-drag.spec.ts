import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { HubClient } from '../../hub-core/client/node/index.ts';
import { expect, test } from '../fixtures/desktop.ts';
import type { DesktopApp } from '../fixtures/desktop.ts';
import { DesktopPage } from '../pages/desktop-page.ts';
import { beginDrag } from '../pages/drag.ts';

/** From now on what the app hands to the pointer is noted; it is handed over as well, so that a wrong one fails. */
async function noteDrags(app: DesktopApp): Promise<void> {
  await app.evaluate(({ BrowserWindow }) => {
    const files: string[] = [];
    Object.assign(globalThis, { draggedFiles: files });
    const contents = BrowserWindow.getAllWindows()[0]?.webContents;
    if (contents === undefined) throw new Error('There is no window');
    contents.startDrag = ({ file, icon }) => {
      files.push(typeof icon === 'string' && icon !== '' ? file : 'without an icon');
    };
  }, undefined);
}

const draggedFiles = (app: DesktopApp): Promise<string[]> =>
  app.evaluate(() => (globalThis as unknown as { draggedFiles: string[] }).draggedFiles, undefined);

test('[DS34] a row that is dragged out of the window becomes a masked file, which ends with the app', async ({
  desktop,
}) => {
  const app = await desktop.launch();
  const console_ = await DesktopPage.of(app);
  const key = await console_.registerClient('program', '*', '*');
  const url = /ws:\S+/.exec(await console_.statusBar.innerText())?.[0] ?? '';
  await using client = await HubClient.connect({ url, key });
  await client.request({ uri: '/status/info', headers: { 'x-api-key': 'very-secret' } });
  await console_.show('Inspector');
  const row = console_.grid('Exchanges').getByRole('row').filter({ hasText: '/status/info' }).first();
  await expect(row).toBeVisible();
  await noteDrags(app);
  await beginDrag(console_.page, row);
  await expect.poll(() => draggedFiles(app)).toHaveLength(1);
  await console_.page.mouse.up();
  const [path = ''] = await draggedFiles(app);
  const [header = '', record = ''] = gunzipSync(await readFile(path))
    .toString()
    .split('\n');
  expect(JSON.parse(header)).toMatchObject({ whub: 'capture', masked: true });
  expect(JSON.parse(record)).toMatchObject({ uri: '/status/info' });
  expect(record).not.toContain('very-secret');
  await client.close();
  await app.evaluate(({ app: self }) => self.quit(), undefined);
  await app.exited;
  expect(existsSync(path)).toBe(false);
});
