import { BrowserWindow, screen } from 'electron';
import { START_URL } from '../scheme/origin.ts';
import { keepRenderer } from './keep-renderer.ts';
import { windowOptions } from './window-options.ts';
import type { WindowPlace } from './window-state.ts';

export interface MainWindowDeps {
  readonly preload: string;
  readonly place: WindowPlace;
  readonly onRendererGone: (reason: string, comesBack: boolean) => void;
}

/** Opens the console's window where it last was. */
export async function openMainWindow({ preload, place, onRendererGone }: MainWindowDeps): Promise<BrowserWindow> {
  const primary = screen.getPrimaryDisplay();
  const others = screen.getAllDisplays().filter(({ id }) => id !== primary.id);
  const bounds = place.boundsOn([primary, ...others].map(({ workArea }) => workArea));
  const window = new BrowserWindow({ ...windowOptions(preload), ...bounds });
  place.follow(window);
  keepRenderer(window.webContents, { nowMs: () => performance.now(), onGone: onRendererGone });
  window.once('ready-to-show', () => {
    if (place.maximized) window.maximize();
    window.show();
  });
  await window.loadURL(START_URL);
  return window;
}
