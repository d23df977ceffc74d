import type { MenuItemConstructorOptions } from 'electron';
import { hubLine } from '../hub/hub-words.ts';
import type { HubState } from '../hub/hub-slot.ts';
import { hubItem } from '../menu/menu-template.ts';
import type { ShellActions, ShellState } from '../menu/menu-template.ts';

/** Files in resources/tray: each state has a shape of its own, colours nobody has to tell apart. */
export type TrayShape = 'running' | 'busy' | 'stopped' | 'trouble';

export function trayShape({ kind }: HubState): TrayShape {
  switch (kind) {
    case 'running':
      return 'running';
    case 'starting':
    case 'silent':
    case 'restarting':
      return 'busy';
    case 'stopped':
      return 'stopped';
    case 'crashed':
    case 'failed':
      return 'trouble';
  }
}

export function trayTemplate(state: ShellState, actions: ShellActions): MenuItemConstructorOptions[] {
  return [
    { id: 'tray-state', label: hubLine(state.hub, state.connections), enabled: false },
    { type: 'separator' },
    hubItem(state, actions),
    {
      id: 'tray-recording',
      label: 'Record',
      type: 'checkbox',
      checked: state.recording ?? false,
      enabled: state.recording !== undefined,
      click: () => actions.toggleRecording(),
    },
    { type: 'separator' },
    { id: 'tray-open', label: 'Open console', click: () => actions.openWindow() },
    { id: 'tray-quit', label: 'Quit', click: () => actions.quit() },
  ];
}
