import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, projectNode } from './project.mjs';
import { run, step } from './steps.mjs';

const PACKAGE = join(ROOT, 'node_modules/electron');
const DOWNLOAD_HOST = 'https://github.com';
const PROBE_MS = 4_000;
/** With the zip in its cache the package needs no network: long enough to unpack that, short enough for a machine offline. */
const UNPACK_MS = 20_000;
const DOWNLOAD_MS = 15 * 60_000;

/** Whether a window could be shown at all. */
export function hasDisplay(env = process.env, platform = process.platform) {
  return platform !== 'linux' || Boolean(env.DISPLAY) || Boolean(env.WAYLAND_DISPLAY);
}

/** Electron's executable, or undefined when its package has not fetched it yet. */
export function electronBinary() {
  const pathFile = join(PACKAGE, 'path.txt');
  if (!existsSync(pathFile)) return undefined;
  const binary = join(
    process.env.ELECTRON_OVERRIDE_DIST_PATH ?? join(PACKAGE, 'dist'),
    readFileSync(pathFile, 'utf8').trim(),
  );
  return existsSync(binary) ? binary : undefined;
}

async function isReachable(url) {
  try {
    await fetch(url, { method: 'HEAD', signal: AbortSignal.timeout(PROBE_MS) });
    return true;
  } catch {
    // Whatever the reason, nothing can be downloaded from there now.
    return false;
  }
}

/**
 * Electron's executable, fetched when it is missing, as its package does on first use; a machine without a network is not kept
 * waiting.
 * @returns {Promise<string | undefined>} undefined when it cannot be had
 */
export async function obtainElectron() {
  const present = electronBinary();
  if (present !== undefined) return present;
  const mirror = process.env.ELECTRON_MIRROR ?? process.env.npm_config_electron_mirror ?? DOWNLOAD_HOST;
  const reachable = await isReachable(mirror);
  const fetchIt = () =>
    run({
      args: [join(PACKAGE, 'install.js')],
      command: projectNode(),
      timeoutMs: reachable ? DOWNLOAD_MS : UNPACK_MS,
    });
  try {
    await (reachable ? step("Fetching Electron's binary (once, about 120 MB)", fetchIt) : fetchIt());
  } catch {
    // Said by the caller, in the one line that names what runs instead.
    return undefined;
  }
  return electronBinary();
}

/**
 * What the desktop app can be started with here, or why it cannot.
 * @returns {Promise<{ binary: string } | { reason: string }>}
 */
export async function findDesktop() {
  if (!hasDisplay()) return { reason: 'there is no display' };
  if (process.platform === 'linux' && process.getuid?.() === 0) return { reason: 'Electron does not run as root' };
  const binary = await obtainElectron();
  return binary === undefined ? { reason: "Electron's binary is not here and cannot be fetched" } : { binary };
}
