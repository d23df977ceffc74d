import { BrowserWindow } from 'electron';
import { START_URL } from '../scheme/origin.ts';
import { windowOptions } from './window-options.ts';

/** Opens the console's window. */
export async function openMainWindow(preload: string): Promise<BrowserWindow> {
  const window = new BrowserWindow(windowOptions(preload));
  window.once('ready-to-show', () => window.show());
  await window.loadURL(START_URL);
  return window;
}
