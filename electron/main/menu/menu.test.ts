import type { MenuItemConstructorOptions } from 'electron';
import { describe, expect, it } from 'vitest';
import { KEY_TABLE } from '../../../hub-core/console/contract/key-table.ts';
import type { HubState } from '../hub/hub-slot.ts';
import { trayShape, trayTemplate } from '../tray/tray-template.ts';
import { acceleratorOf } from './accelerators.ts';
import { menuTemplate } from './menu-template.ts';
import type { ShellActions, ShellState } from './menu-template.ts';

const READY = { host: '127.0.0.1', port: 7410, url: 'ws://127.0.0.1:7410/', consoleUrl: '', tlsUrl: undefined };
const RUNNING: ShellState = {
  hub: { kind: 'running', ready: READY },
  connections: 1,
  recording: true,
  keepHubOnClose: true,
  openAtLogin: false,
  updates: 'notify',
  noUpdates: undefined,
};

const done: string[] = [];
/** Notes what was called. */
const actions = new Proxy({} as ShellActions, {
  get: (_target, name) => (argument: unknown) => done.push(`${String(name)} ${JSON.stringify(argument) ?? ''}`.trim()),
});

function itemsOf(template: readonly MenuItemConstructorOptions[]): MenuItemConstructorOptions[] {
  return template.flatMap((item) => [item, ...(Array.isArray(item.submenu) ? itemsOf(item.submenu) : [])]);
}

function click(template: readonly MenuItemConstructorOptions[], id: string): string | undefined {
  done.length = 0;
  const item = itemsOf(template).find((each) => each.id === id);
  // As Electron calls it; nothing here looks at what it is given.
  (item?.click as (() => void) | undefined)?.();
  return done[0];
}

describe('acceleratorOf()', () => {
  it.each([
    ['$mod+k', 'CommandOrControl+K'],
    ['$mod+Shift+k', 'CommandOrControl+Shift+K'],
    ['$mod+Digit1', 'CommandOrControl+1'],
    ['Alt+KeyN', 'Alt+N'],
    ['$mod+Enter', 'CommandOrControl+Enter'],
    ['F1', 'F1'],
    ['Shift+F6', undefined],
    ['/', undefined],
    ['[Shift]+?', undefined],
    ['j', undefined],
  ])('[DS17] acceleratorOf() makes %s into %s', (key, accelerator) => {
    expect(acceleratorOf(key)).toBe(accelerator);
  });
});

describe('menuTemplate()', () => {
  it('[DS17] every page and command of the menu has its key from the one table, no key stands twice', () => {
    const items = itemsOf(menuTemplate(RUNNING, actions, false));
    const ids = new Set<string>(KEY_TABLE.map(({ id }) => id));
    const keyed = items.filter(({ id }) => id !== undefined && ids.has(id));
    expect(keyed.map(({ id }) => id)).toEqual(expect.arrayContaining(['new-request', 'page-overview', 'page-clients']));
    for (const { id, label, accelerator } of keyed) {
      const entry = KEY_TABLE.find((each) => each.id === id);
      expect(entry?.keys.map(acceleratorOf), label).toContain(accelerator);
    }
    const accelerators = items.flatMap(({ accelerator }) => accelerator ?? []);
    expect(new Set(accelerators).size).toBe(accelerators.length);
  });

  it('[DS17] an item has the console do what its key does', () => {
    expect(click(menuTemplate(RUNNING, actions, false), 'page-services')).toBe('runKey "page-services"');
  });

  it('[DS18] the hub can be stopped while it is up, and started while it is not', () => {
    const up = [RUNNING.hub, { kind: 'crashed', thread: 'capture', reason: 'x' }] satisfies HubState[];
    for (const hub of up) expect(click(menuTemplate({ ...RUNNING, hub }, actions, false), 'hub-stop')).toBe('stopHub');
    const crashed = { kind: 'crashed', thread: 'hub', reason: 'x' } as const;
    for (const hub of [{ kind: 'stopped' }, { kind: 'failed', reason: 'x' }, crashed] satisfies HubState[]) {
      const template = menuTemplate({ ...RUNNING, hub }, actions, false);
      expect(click(template, 'hub-start')).toBe('startHub');
      expect(click(template, 'hub-stop')).toBeUndefined();
    }
  });

  it('[HO18] of a hub that does not answer menu and tray say so, and it can be stopped', () => {
    const state = { ...RUNNING, hub: { kind: 'silent', thread: 'hub' } } as const;
    expect(click(menuTemplate(state, actions, false), 'hub-stop')).toBe('stopHub');
    expect(trayTemplate(state, actions)[0]).toMatchObject({ label: 'Hub does not answer' });
    const store = { ...RUNNING, hub: { kind: 'silent', thread: 'capture' } } as const;
    expect(trayTemplate(store, actions)[0]).toMatchObject({ label: 'Hub runs, its traffic store does not answer' });
  });

  it('[DS32] the data folder can be checked while there is no hub, too', () => {
    const template = menuTemplate({ ...RUNNING, hub: { kind: 'failed', reason: 'x' } }, actions, false);
    expect(click(template, 'check-data')).toBe('checkData');
  });

  it('[DS33] settings can be restored while there is no hub, too', () => {
    const template = menuTemplate({ ...RUNNING, hub: { kind: 'failed', reason: 'x' } }, actions, false);
    expect(click(template, 'restore-settings')).toBe('restoreSettings');
  });

  it('[DS18] what is chosen is checked, and choosing again takes it back', () => {
    const template = menuTemplate(RUNNING, actions, false);
    const checked = itemsOf(template).flatMap((item) => (item.checked === true ? [item.id] : []));
    expect(checked).toEqual(['recording', 'keep-hub', 'updates-notify']);
    expect(click(template, 'keep-hub')).toBe('setKeepHubOnClose false');
    expect(click(template, 'open-at-login')).toBe('setOpenAtLogin true');
    expect(click(template, 'updates-off')).toBe('setUpdates "off"');
  });

  it('[DS18] recording cannot be chosen while there is no hub to ask', () => {
    const items = itemsOf(menuTemplate({ ...RUNNING, recording: undefined }, actions, false));
    expect(items.find(({ id }) => id === 'recording')).toMatchObject({ enabled: false, checked: false });
  });

  it('[DS18] macOS has its own menu first, and Quit in it', () => {
    const [first] = menuTemplate(RUNNING, actions, true);
    expect(first).toEqual({ role: 'appMenu' });
    expect(click(menuTemplate(RUNNING, actions, true), 'quit')).toBeUndefined();
    expect(click(menuTemplate(RUNNING, actions, false), 'quit')).toBe('quit');
  });
});

describe('the tray', () => {
  it('[DS19] what can be done differs from what cannot by shape, not by colour', () => {
    const states: HubState[] = [
      { kind: 'running', ready: READY },
      { kind: 'starting' },
      { kind: 'stopped' },
      { kind: 'crashed', thread: 'hub', reason: 'x' },
      { kind: 'silent', thread: 'hub' },
    ];
    expect(states.map(trayShape)).toEqual(['running', 'busy', 'stopped', 'trouble', 'busy']);
  });

  it('[DS19] it says how the hub is, starts and stops it, records, opens the console and quits', () => {
    const template = trayTemplate(RUNNING, actions);
    expect(template[0]).toMatchObject({ label: 'Hub runs at ws://127.0.0.1:7410/, 1 connection', enabled: false });
    expect(['hub-stop', 'tray-recording', 'tray-open', 'tray-quit'].map((id) => click(template, id))).toEqual([
      'stopHub',
      'toggleRecording',
      'openWindow',
      'quit',
    ]);
  });
});
