import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { app } from 'electron';
import { defaultDataDir } from '../../../hub-core/host/data-dir.ts';
import type { Flags } from './flags.ts';

/** Where everything is that the app reads and writes. */
export interface Places {
  readonly preload: string;
  /** The built console. */
  readonly assets: string;
  readonly trayIcons: string;
  /** The hub's data folder. */
  readonly data: string;
  /** The app's own folder: its settings, its logs, Chromium's profile. */
  readonly userData: string;
  readonly logs: string;
}

const OWNER_ONLY_FOLDER = 0o700;

/** Electron takes only folders that are there. */
function setFolder(name: 'userData' | 'logs' | 'crashDumps', path: string): string {
  mkdirSync(path, { recursive: true, mode: OWNER_ONLY_FOLDER });
  app.setPath(name, path);
  return path;
}

/**
 * Finds them, and tells Electron. A data folder that was chosen has the app's own folder within it, so that two workspaces can
 * be open at once: the lock that keeps a second instance away is one an app's folder.
 */
export function findPlaces(flags: Flags, environment: NodeJS.ProcessEnv): Places {
  const chosen = flags.dataDir ?? (environment['WHUB_DATA'] === '' ? undefined : environment['WHUB_DATA']);
  const data = resolve(flags.dataDir ?? defaultDataDir(environment));
  if (chosen !== undefined) setFolder('userData', join(data, 'desktop'));
  const userData = app.getPath('userData');
  const logs = setFolder('logs', join(userData, 'logs'));
  setFolder('crashDumps', join(userData, 'crashes'));
  // The bundle of the main process lies in out/main, beside the others.
  const here = import.meta.dirname;
  return {
    preload: join(here, '../preload/index.cjs'),
    assets: join(here, '../renderer'),
    trayIcons: join(here, '../../resources/tray'),
    data,
    userData,
    logs,
  };
}
