import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Menu, nativeImage, Tray } from 'electron';
import type { NativeImage } from 'electron';
import { hubLine } from '../hub/hub-words.ts';
import type { ShellActions, ShellState } from '../menu/menu-template.ts';
import { trayShape, trayTemplate } from './tray-template.ts';
import type { TrayShape } from './tray-template.ts';

function image(folder: string, shape: TrayShape): NativeImage {
  // On macOS the system draws a template in whatever colour the menu bar needs.
  const isMac = process.platform === 'darwin';
  const name = isMac ? `${shape}-template` : shape;
  const icon = nativeImage.createFromBuffer(readFileSync(join(folder, `${name}.png`)));
  icon.addRepresentation({ scaleFactor: 2, buffer: readFileSync(join(folder, `${name}@2x.png`)) });
  icon.setTemplateImage(isMac);
  return icon;
}

export interface ShellTray {
  show(state: ShellState): void;
}

/**
 * The icon in the system's tray. Where a desktop shows none, nothing is lost: a second start of the app opens its window.
 *
 * @param folder resources/tray
 */
export function createTray(folder: string, actions: ShellActions): ShellTray {
  let shape: TrayShape = 'busy';
  const tray = new Tray(image(folder, shape));
  tray.on('click', () => actions.openWindow());
  return {
    show(state) {
      const next = trayShape(state.hub);
      if (next !== shape) tray.setImage(image(folder, next));
      shape = next;
      tray.setToolTip(`WHub: ${hubLine(state.hub, state.connections)}`);
      tray.setContextMenu(Menu.buildFromTemplate(trayTemplate(state, actions)));
    },
  };
}
