import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder that holds package.json. */
export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Whether the module with that `import.meta.url` is what `node` was started with. */
export function isMain(url) {
  return process.argv[1] !== undefined && fileURLToPath(url) === realpathSync(process.argv[1]);
}

/** The project's own Node 24 (the `node` package). */
export const OWN_NODE = join(ROOT, 'node_modules/node/bin', process.platform === 'win32' ? 'node.exe' : 'node');

/** The project's own Node 24, or the running one where that has no binary. */
export function projectNode() {
  return existsSync(OWN_NODE) ? OWN_NODE : process.execPath;
}

/**
 * The environment in which the project's own tools run: its Node 24 comes first on the PATH, so that everything works on a
 * machine whose own Node is older.
 */
export function toolEnvironment(extra = {}) {
  const separator = process.platform === 'win32' ? ';' : ':';
  const name = Object.keys(process.env).find((key) => key.toUpperCase() === 'PATH') ?? 'PATH';
  const path = [join(ROOT, 'node_modules/.bin'), process.env[name]].filter(Boolean).join(separator);
  return { ...process.env, ...extra, [name]: path };
}

/**
 * The script behind a command of an installed package, to be run by `projectNode()`: unlike node_modules/.bin it is the same
 * file on every platform.
 */
export function scriptOf(packageName, command = packageName) {
  const folder = join(ROOT, 'node_modules', packageName);
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return join(folder, typeof bin === 'string' ? bin : bin[command]);
}
