import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDesktopSettings } from './desktop-settings.ts';
import { autostartEntry, systemLoginItem } from './open-at-login.ts';
import { recordStart } from './start-record.ts';

let folder = '';
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'whub-settings-'))));
afterEach(() => rmSync(folder, { recursive: true }));

describe('openDesktopSettings()', () => {
  it('[DS11] what is set is there at the next start, for this user alone', () => {
    openDesktopSettings(folder).set({ keepHubOnClose: false, updates: 'off' });
    expect(openDesktopSettings(folder).value).toEqual({
      keepHubOnClose: false,
      updates: 'off',
      toldAboutKeeping: false,
    });
    if (process.platform !== 'win32') {
      expect(statSync(join(folder, 'desktop-settings.json')).mode & 0o777).toBe(0o600);
    }
  });

  it.each(['', '{', 'null', '[]', '{"updates":"always"}', '{"keepHubOnClose":"yes"}'])(
    '[DS11] a file that holds %j counts as empty',
    (text) => {
      writeFileSync(join(folder, 'desktop-settings.json'), text);
      expect(openDesktopSettings(folder).value).toMatchObject({ keepHubOnClose: true, updates: 'notify' });
    },
  );
});

describe('recordStart()', () => {
  it('[DS12] two starts in a row that never came up ask for a safe start, and one that does ends that', () => {
    expect(recordStart(folder)).toMatchObject({ endedBadly: false, needsSafeStart: false });
    expect(recordStart(folder)).toMatchObject({ endedBadly: true, needsSafeStart: false });
    const third = recordStart(folder);
    expect(third.needsSafeStart).toBe(true);
    third.cameUp();
    expect(recordStart(folder)).toMatchObject({ endedBadly: true, needsSafeStart: false });
  });

  it('[DS12] an app that ended as it should is not said to have crashed', () => {
    recordStart(folder).ended();
    expect(recordStart(folder)).toMatchObject({ endedBadly: false, needsSafeStart: false });
  });
});

describe('open at login', () => {
  it('[DS13] on Linux it is an entry in the autostart folder, with the program quoted', () => {
    const entry = autostartEntry(folder, ['/opt/My "Apps"/whub', '100%']);
    expect(entry.enabled).toBe(false);
    entry.set(true);
    expect(entry.enabled).toBe(true);
    const text = readFileSync(join(folder, 'autostart/dev.whub.console.desktop'), 'utf8');
    expect(text).toContain(String.raw`Exec="/opt/My \"Apps\"/whub" "100%%" "--hidden"`);
    entry.set(false);
    expect(entry.enabled).toBe(false);
  });

  it('[DS13] an entry that cannot be written whole leaves the one before', () => {
    const path = join(folder, 'autostart/dev.whub.console.desktop');
    autostartEntry(folder, ['/opt/whub']).set(true);
    const before = readFileSync(path, 'utf8');
    // Instead of a full disk: what is written beside the file cannot be.
    mkdirSync(`${path}.new`);
    expect(() => autostartEntry(folder, ['/opt/other/whub']).set(true)).toThrow('EISDIR');
    expect(readFileSync(path, 'utf8')).toBe(before);
  });

  it('[DS13] elsewhere the system keeps it, and starts the app without a window', () => {
    let kept = { openAtLogin: false, args: [] as string[] };
    const item = systemLoginItem({
      getLoginItemSettings: () => kept,
      setLoginItemSettings: (settings) => (kept = settings),
    });
    expect(item.enabled).toBe(false);
    item.set(true);
    expect([item.enabled, kept.args]).toEqual([true, ['--hidden']]);
  });
});
