import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { acquireHubLock } from '../server/storage/hub-lock.ts';
import { createTempFolder } from '../test/support/temp-folder.ts';
import { setCaptureAside } from './set-capture-aside.ts';

it('[DS12] setCaptureAside() gives the store another name beside it, and refuses while a hub uses the folder', async () => {
  await using folder = await createTempFolder();
  expect(setCaptureAside(folder.path, '1')).toBeUndefined();
  mkdirSync(join(folder.path, 'capture'));
  writeFileSync(join(folder.path, 'capture/segment'), 'rows');
  {
    using _running = acquireHubLock(folder.path);
    expect(() => setCaptureAside(folder.path, '1')).toThrow('another hub runs on it');
  }
  const path = setCaptureAside(folder.path, '20260101');
  expect(path).toBe(join(folder.path, 'capture.set-aside-20260101'));
  expect(readFileSync(join(path ?? '', 'segment'), 'utf8')).toBe('rows');
});
