import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { decodeClone, encodeClone } from './clone-codec.ts';
import * as electron from './electron.ts';
import { strict } from './strict.ts';
import { usedMembers } from './used-members.mjs';
import { WebContents } from './web-contents.ts';

/** Electron's name of a type → what stands in for it. */
const STAND_INS: Readonly<Record<string, object>> = {
  App: electron.app,
  BrowserWindow: electron.BrowserWindow.prototype,
  Clipboard: electron.clipboard,
  CrashReporter: electron.crashReporter,
  Dialog: electron.dialog,
  IpcMain: electron.ipcMain,
  Menu: new electron.Menu(),
  MessageChannelMain: new electron.MessageChannelMain(),
  Notification: electron.Notification.prototype,
  Protocol: electron.protocol,
  Screen: electron.screen,
  Session: electron.session.defaultSession,
  Shell: electron.shell,
  Tray: electron.Tray.prototype,
  WebContents: WebContents.prototype,
};

/** Statics are on the class, not on what it makes. */
const STATICS: Readonly<Record<string, object>> = {
  BrowserWindow: electron.BrowserWindow,
  Menu: electron.Menu,
  Notification: electron.Notification,
  Session: electron.session,
};

function isThere(member: string): boolean {
  const [type = '', name = ''] = member.split('.');
  return name in (STAND_INS[type] ?? {}) || name in (STATICS[type] ?? {});
}

describe('the stand-in', () => {
  const { exports, members } = usedMembers();

  it('[DS2] it has every export of Electron that the main process imports', () => {
    expect(exports).toContain('app');
    expect(exports.filter((name) => !(name in electron))).toEqual([]);
  });

  it('[DS2] it has every member of these objects that the main process uses', () => {
    const known = members.filter((member) => (member.split('.')[0] ?? '') in STAND_INS);
    expect(known).toContain('App.requestSingleInstanceLock');
    expect(known.filter((member) => !isThere(member))).toEqual([]);
  });

  it('[DS2] a member that is used and is not there is found', () => {
    const folder = mkdtempSync(join(tmpdir(), 'whub-members-'));
    const file = join(folder, 'planted.ts');
    writeFileSync(file, "import { app, powerMonitor } from 'electron';\napp.showEmojiPanel();\nvoid powerMonitor;\n");
    const planted = usedMembers([file]);
    rmSync(folder, { recursive: true });
    expect(planted.exports.filter((name: string) => !(name in electron))).toEqual(['powerMonitor']);
  });
});

describe('WebContents.startDrag()', () => {
  it('[DS2, DS34] startDrag() takes a file and an icon that are there, and no other', () => {
    const contents = new WebContents({ preload: undefined, width: 100, height: 100 });
    const [file, icon] = [import.meta.filename, import.meta.filename];
    contents.startDrag({ file, icon });
    expect(() => contents.startDrag({ file: 'stand-in.test.ts', icon })).toThrow('Cannot drag "stand-in.test.ts"');
    expect(() => contents.startDrag({ file, icon: `${icon}.png` })).toThrow('its icon');
  });
});

describe('strict()', () => {
  it('[DS2] strict() throws for what is not there, read or written, and names it', () => {
    const object = strict('app', { name: 'x', run: () => 1 });
    expect(object.run()).toBe(1);
    expect(() => (object as unknown as { quit: unknown }).quit).toThrow(
      'Cannot use app.quit: the stand-in for Electron does not have it',
    );
    expect(() => Object.assign(object, { extra: 1 })).toThrow('Cannot use app.extra');
  });
});

describe('encodeClone() and decodeClone()', () => {
  it('[DS2] what a structured clone can hold arrives as it was', () => {
    const value = {
      text: 'grüße \u2028',
      list: [undefined, null, -0.5, Number.POSITIVE_INFINITY, 12n],
      at: new Date(5),
      bytes: Uint8Array.from({ length: 20_000 }, (_, index) => index % 256),
      map: new Map<unknown, unknown>([[{ a: 1 }, new Set(['x'])]]),
      looksEncoded: ['bigint', '1'],
      error: new Error('no'),
    };
    expect(decodeClone(encodeClone(value))).toEqual(value);
  });
});
