import { accessSync, constants, readdirSync, statSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { acquireHubLock } from '../../server/storage/hub-lock.ts';
import { FolderInUseError } from '../../server/storage/storage-error.ts';
import type { Finding, Repair } from './finding.ts';

const PRIVATE_FILE = 0o600;
const PRIVATE_FOLDER = 0o700;
const OTHERS = 0o077;

function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    // A part of the path that cannot be entered: as good as not there, and told of as not writable.
    return undefined;
  }
}

function mayUse(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}

/** Besides, whether there is anything in it that can be looked at. */
type FolderFinding = Finding & { readonly isOpen: boolean };

/** The data folder itself: there, this user's to write, nobody else's to read. */
export function checkFolder(dataDir: string): FolderFinding {
  const check = 'folder';
  const stat = statOf(dataDir);
  if (stat === undefined) {
    return { check, level: 'warn', text: `${dataDir} is not there`, advice: '"whub serve" makes it', isOpen: false };
  }
  if (!stat.isDirectory()) {
    return {
      check,
      level: 'fail',
      text: `${dataDir} is no folder`,
      advice: 'move it away, or choose another with --data',
      isOpen: false,
    };
  }
  if (!mayUse(dataDir, constants.R_OK | constants.W_OK | constants.X_OK)) {
    const advice = 'change its owner or mode, or choose another with --data';
    return { check, level: 'fail', text: `${dataDir} is not writable for this user`, advice, isOpen: false };
  }
  if (process.platform === 'win32' || (stat.mode & OTHERS) === 0)
    return { check, level: 'ok', text: dataDir, isOpen: true };
  return {
    check,
    level: 'warn',
    text: `${dataDir} is open to other users (mode ${(stat.mode & 0o777).toString(8)})`,
    advice: `"whub doctor --repair" makes it ${PRIVATE_FOLDER.toString(8)}`,
    repairs: [{ kind: 'mode', path: dataDir, mode: PRIVATE_FOLDER }],
    isOpen: true,
  };
}

/** What is secret in the folder: the database with its copies, the key of the command line, what the control line takes. */
const SECRET = /^(hub\.db.*|cli\.key|hub\.json|hub\.lock.*)$/;

/** Files in the folder that others could read. */
export function checkModes(dataDir: string): Finding {
  const check = 'file modes';
  const names = readdirSync(dataDir).filter((name) => SECRET.test(name));
  const open = process.platform === 'win32' ? [] : names.filter((name) => isReadable(join(dataDir, name)));
  if (open.length === 0) return { check, level: 'ok', text: `${String(names.length)} files, for this user alone` };
  const repairs: Repair[] = open.map((name) => ({ kind: 'mode', path: join(dataDir, name), mode: PRIVATE_FILE }));
  return {
    check,
    level: 'warn',
    text: `other users may read ${open.join(', ')}`,
    advice: `"whub doctor --repair" makes them ${PRIVATE_FILE.toString(8)}; if others had a look, give out new keys`,
    repairs,
  };
}

function isReadable(path: string): boolean {
  const stat = statOf(path);
  return stat?.isFile() === true && (stat.mode & OTHERS) !== 0;
}

/** Whether a hub runs on the folder, by its lock. */
export function checkHub(dataDir: string): Finding & { readonly isRunning: boolean } {
  const check = 'hub';
  const free = { check, level: 'ok', text: 'none runs on it', isRunning: false } as const;
  if (statOf(join(dataDir, 'hub.lock')) === undefined) return free;
  try {
    acquireHubLock(dataDir)[Symbol.dispose]();
    return free;
  } catch (error) {
    if (error instanceof FolderInUseError) {
      const process = error.pid === undefined ? '' : ` (process ${error.pid})`;
      return { check, level: 'ok', text: `runs on it${process}`, isRunning: true };
    }
    const text = error instanceof Error ? error.message : String(error);
    return { check, level: 'fail', text, advice: 'move hub.lock away when no hub runs', isRunning: false };
  }
}

/** The key that the command line uses on this machine. */
export function checkCommandKey(dataDir: string): Finding {
  const check = 'cli.key';
  const path = join(dataDir, 'cli.key');
  if (statOf(path) === undefined) {
    return { check, level: 'warn', text: 'is not there', advice: '"whub serve" makes it when it starts' };
  }
  if (mayUse(path, constants.R_OK)) return { check, level: 'ok', text: 'is readable' };
  return { check, level: 'fail', text: 'is not readable for this user', advice: 'change its owner' };
}

/** The traffic store: segments that can be read and a folder that can be written. */
export function checkCapture(dataDir: string): Finding {
  const check = 'capture';
  const dir = join(dataDir, 'capture');
  if (statOf(dir) === undefined) return { check, level: 'ok', text: 'nothing captured yet' };
  if (!mayUse(dir, constants.R_OK | constants.W_OK | constants.X_OK)) {
    return { check, level: 'fail', text: `${dir} is not writable for this user`, advice: 'change its owner or mode' };
  }
  const segments = readdirSync(dir).filter((name) => /^segment-\d+\.db$/.test(name));
  const bad = segments.filter((name) => !mayUse(join(dir, name), constants.R_OK | constants.W_OK));
  if (bad.length === 0) return { check, level: 'ok', text: `${String(segments.length)} segments` };
  return { check, level: 'warn', text: `cannot read ${bad.join(', ')}`, advice: 'change their owner, or delete them' };
}
