import type { MenuItemConstructorOptions } from 'electron';
import { PAGE_KEYS } from '../../../hub-core/console/contract/desktop-contract.ts';
import type { KeyId } from '../../../hub-core/console/contract/key-table.ts';
import { isUp } from '../hub/hub-words.ts';
import type { HubState } from '../hub/hub-slot.ts';
import { UPDATE_MODES } from '../settings/desktop-settings.ts';
import type { UpdateMode } from '../settings/desktop-settings.ts';
import { acceleratorFor, titleOf } from './accelerators.ts';

/** What menu and tray show. */
export interface ShellState {
  readonly hub: HubState;
  readonly connections: number;
  readonly recording: boolean | undefined;
  readonly keepHubOnClose: boolean;
  readonly openAtLogin: boolean;
  readonly updates: UpdateMode;
  /** Why the app does not update itself; undefined = it can. */
  readonly noUpdates: string | undefined;
}

/** What menu and tray do. */
export interface ShellActions {
  /** Has the console do what that key does. */
  runKey(key: KeyId): void;
  openWorkspace(): void;
  startHub(): void;
  stopHub(): void;
  restartHub(): void;
  toggleRecording(): void;
  copyDiagnostics(): void;
  showLogs(): void;
  /** Looks for what is wrong with the hub's data, and offers to repair it. */
  checkData(): void;
  /** Offers the back-ups of the app's own settings. */
  restoreSettings(): void;
  setKeepHubOnClose(keep: boolean): void;
  setOpenAtLogin(open: boolean): void;
  setUpdates(mode: UpdateMode): void;
  checkForUpdates(): void;
  openWindow(): void;
  quit(): void;
}

const SEPARATOR: MenuItemConstructorOptions = { type: 'separator' };
const UPDATE_WORDS = { off: 'Off', notify: 'Tell me', automatic: 'Automatic' } as const satisfies Record<
  UpdateMode,
  string
>;

/** An item that has the console do what a key does. The console's own handler takes the key where a window has the focus. */
function keyItem(id: KeyId, actions: ShellActions, label = titleOf(id)): MenuItemConstructorOptions {
  const accelerator = acceleratorFor(id);
  return {
    id,
    label,
    ...(accelerator === undefined ? {} : { accelerator, registerAccelerator: false }),
    click: () => actions.runKey(id),
  };
}

/** Starts or stops, whatever makes sense now. */
export function hubItem(state: ShellState, actions: ShellActions): MenuItemConstructorOptions {
  return isUp(state.hub)
    ? { id: 'hub-stop', label: 'Stop hub', click: () => actions.stopHub() }
    : { id: 'hub-start', label: 'Start hub', click: () => actions.startHub() };
}

function hubMenu(state: ShellState, actions: ShellActions): MenuItemConstructorOptions[] {
  const accelerator = acceleratorFor('toggle-recording');
  return [
    hubItem(state, actions),
    { id: 'hub-restart', label: 'Restart hub', click: () => actions.restartHub() },
    SEPARATOR,
    {
      id: 'recording',
      label: 'Record',
      type: 'checkbox',
      checked: state.recording ?? false,
      enabled: state.recording !== undefined,
      ...(accelerator === undefined ? {} : { accelerator, registerAccelerator: false }),
      click: () => actions.toggleRecording(),
    },
    keyItem('clear-capture', actions, 'Clear capture…'),
    SEPARATOR,
    {
      id: 'keep-hub',
      label: 'Keep the hub running when the window is closed',
      type: 'checkbox',
      checked: state.keepHubOnClose,
      click: () => actions.setKeepHubOnClose(!state.keepHubOnClose),
    },
    {
      id: 'open-at-login',
      label: 'Open at login',
      type: 'checkbox',
      checked: state.openAtLogin,
      click: () => actions.setOpenAtLogin(!state.openAtLogin),
    },
  ];
}

function helpMenu(state: ShellState, actions: ShellActions): MenuItemConstructorOptions[] {
  return [
    keyItem('help', actions),
    SEPARATOR,
    { id: 'diagnostics', label: 'Copy diagnostics', click: () => actions.copyDiagnostics() },
    { id: 'logs', label: 'Show logs', click: () => actions.showLogs() },
    { id: 'check-data', label: 'Check data folder…', click: () => actions.checkData() },
    { id: 'restore-settings', label: 'Restore settings…', click: () => actions.restoreSettings() },
    SEPARATOR,
    {
      id: 'updates',
      label: 'Updates',
      submenu: UPDATE_MODES.map((mode) => ({
        id: `updates-${mode}`,
        label: UPDATE_WORDS[mode],
        type: 'radio' as const,
        checked: state.updates === mode,
        enabled: state.noUpdates === undefined,
        click: () => actions.setUpdates(mode),
      })),
    },
    {
      id: 'check-updates',
      label: state.noUpdates ?? 'Check for updates…',
      enabled: state.noUpdates === undefined,
      click: () => actions.checkForUpdates(),
    },
  ];
}

/**
 * The application's menu. Without an Edit menu macOS has no copy and paste keys.
 *
 * @param isMac puts the app's own menu first and Quit into it
 */
export function menuTemplate(state: ShellState, actions: ShellActions, isMac: boolean): MenuItemConstructorOptions[] {
  return [
    ...(isMac ? [{ role: 'appMenu' } as const] : []),
    {
      label: '&File',
      submenu: [
        keyItem('new-request', actions),
        { id: 'open-workspace', label: 'Open workspace…', click: () => actions.openWorkspace() },
        SEPARATOR,
        { role: 'close' },
        ...(isMac
          ? []
          : [{ id: 'quit', label: 'Quit', accelerator: 'CommandOrControl+Q', click: () => actions.quit() }]),
      ],
    },
    { role: 'editMenu' },
    {
      label: '&View',
      submenu: [
        ...PAGE_KEYS.map((id) => keyItem(id, actions)),
        SEPARATOR,
        keyItem('palette', actions),
        keyItem('focus-filter', actions),
        keyItem('theme', actions),
        SEPARATOR,
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { role: 'togglefullscreen' },
      ],
    },
    { label: '&Hub', submenu: hubMenu(state, actions) },
    { role: 'windowMenu' },
    { label: '&Help', role: 'help', submenu: helpMenu(state, actions) },
  ];
}
