import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from '../../../hub-core/test/support/fake-clock.ts';
import { openDesktopSettings } from './desktop-settings.ts';
import { describeBackup, SettingsBackups } from './settings-backups.ts';

let userData = '';
let clock: FakeClock;
beforeEach(() => {
  userData = mkdtempSync(join(tmpdir(), 'whub-backups-'));
  clock = new FakeClock(Date.UTC(2026, 10, 28));
});
afterEach(() => rmSync(userData, { recursive: true }));

const open = (): SettingsBackups => new SettingsBackups(userData, clock);
const path = (name: string): string => join(userData, name);

/** Settings as an app has them that ran for a while. */
function settings(mark: string): void {
  openDesktopSettings(userData).set({ updates: mark === 'new' ? 'off' : 'notify' });
  for (const folder of ['kept', 'Local Storage/leveldb']) mkdirSync(path(folder), { recursive: true });
  writeFileSync(path('kept/draft.json'), JSON.stringify(mark));
  writeFileSync(path('Local Storage/leveldb/000003.log'), mark);
}

const read = (): unknown[] => [
  openDesktopSettings(userData).value.updates,
  readFileSync(path('kept/draft.json'), 'utf8'),
  readFileSync(path('Local Storage/leveldb/000003.log'), 'utf8'),
];

describe('SettingsBackups', () => {
  it('[DS33] the first start of another version backs up what the last one left, whatever brought it', () => {
    expect(open().begin('1.0.0')).toBeUndefined();
    settings('old');
    expect(open().begin('1.0.0')).toBeUndefined();
    expect(open().list()).toEqual([]);
    expect(open().begin('1.1.0')).toBeUndefined();
    expect(open().list()).toMatchObject([{ version: '1.0.0', why: 'update', atMs: clock.wallMs() }]);
    open().begin('1.1.0');
    expect(open().list()).toHaveLength(1);
  });

  it('[DS33] settings of an app that noted no version are backed up, too; what cannot be is told of', () => {
    settings('old');
    expect(open().begin('1.1.0')).toBeUndefined();
    const [backup] = open().list();
    expect(backup).toMatchObject({ version: null, why: 'update' });
    expect(backup === undefined ? '' : describeBackup(backup)).toMatch(/^An earlier WHub, /);
    rmSync(path('settings-backups'), { recursive: true });
    writeFileSync(path('settings-backups'), 'no folder');
    expect(open().begin('1.2.0')).toMatchObject({ title: 'The settings could not be backed up' });
  });

  it('[DS33] where there are no settings there is nothing to back up', () => {
    open().make('1.0.0', 'update');
    expect(existsSync(path('settings-backups'))).toBe(false);
  });

  it('[DS33] the six newest are kept, for this user alone', () => {
    settings('old');
    for (let day = 0; day < 9; day += 1) {
      open().make(`1.${String(day)}.0`, 'update');
      clock.advance(day < 4 ? 86_400_000 : 0);
    }
    const versions = open()
      .list()
      .map(({ version }) => version);
    expect(versions).toEqual(['1.8.0', '1.7.0', '1.6.0', '1.5.0', '1.4.0', '1.3.0']);
    expect(readdirSync(path('settings-backups'))).toHaveLength(6);
    if (process.platform !== 'win32') {
      const [newest] = open().list();
      expect(statSync(path(`settings-backups/${newest?.name ?? ''}`)).mode & 0o777).toBe(0o700);
    }
  });

  it('[DS33] the next start brings a chosen one back, whole, and backs up what was there', () => {
    settings('old');
    open().make('1.0.0', 'update');
    const [backup] = open().list();
    if (backup === undefined) throw new Error('There is no back-up');
    clock.advance(60_000);
    settings('new');
    writeFileSync(path('window-state.json'), '{"maximized":true}');
    open().want(backup.name);
    expect(read()[0]).toBe('off');
    expect(open().begin('1.1.0')).toEqual({
      title: 'Settings restored',
      text: `They are those of ${describeBackup(backup)}`,
    });
    expect(read()).toEqual(['notify', '"old"', 'old']);
    expect(existsSync(path('window-state.json'))).toBe(false);
    expect(open().list()[0]).toMatchObject({ version: '1.1.0', why: 'restore' });
    expect(open().begin('1.1.0')).toBeUndefined();
  });

  it('[DS33] one with a file that cannot be read is refused with that file, and nothing is changed', () => {
    settings('old');
    open().make('1.0.0', 'update');
    const name = open().list()[0]?.name ?? '';
    settings('new');
    const before = read();
    open().want(name);
    writeFileSync(path(`settings-backups/${name}/kept/draft.json`), '{"torn');
    const words = /^Cannot restore the settings of WHub 1\.0\.0, .*: its file "kept\/draft\.json" cannot be read/;
    expect(() => open().want(name)).toThrow(words);
    expect(open().begin('1.0.0')).toMatchObject({
      title: 'The settings could not be restored',
      text: expect.stringMatching(words) as string,
    });
    expect(read()).toEqual(before);
    expect(() => open().want('gone')).toThrow('Cannot restore the back-up "gone": it is not there any more');
  });

  it('[DS33] one that broke off is none, and goes when the next is made', () => {
    settings('old');
    mkdirSync(path('settings-backups/20260101.new'), { recursive: true });
    writeFileSync(path('settings-backups/20260101.new/backup.json'), '{"version":"1.0.0","atMs":1,"why":"update"}');
    expect(open().list()).toEqual([]);
    open().make('1.1.0', 'update');
    expect(readdirSync(path('settings-backups'))).toEqual([open().list()[0]?.name]);
  });

  it.skipIf(process.platform === 'win32')(
    '[DS33] what cannot be copied leaves nothing behind (Windows has no sockets in folders)',
    async () => {
      settings('old');
      rmSync(path('kept/draft.json'));
      await using server = createServer().listen(path('kept/draft.json'));
      await once(server, 'listening');
      expect(open().begin('1.1.0')).toMatchObject({ title: 'The settings could not be backed up' });
      expect(readdirSync(path('settings-backups'))).toEqual([]);
    },
  );

  it.each(['{', '[]', '{"version":1}'])('[DS33] a folder with the label %j is no back-up', (label) => {
    mkdirSync(path('settings-backups/20260101'), { recursive: true });
    writeFileSync(path('settings-backups/20260101/backup.json'), label);
    expect(open().list()).toEqual([]);
  });
});
