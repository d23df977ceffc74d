// Installs and builds what is missing or stale. Shared by start.mjs and test.mjs; runs on Node 20 without dependencies.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { OWN_NODE, ROOT, isMain } from './support/project.mjs';
import { StepError, run, step } from './support/steps.mjs';

const STAMP = join(ROOT, 'out/.stamp');
const SOURCE_FOLDERS = ['hub-core', 'renderer', 'electron'];
const SOURCE_FILES = [
  'package.json',
  'package-lock.json',
  'electron.vite.config.ts',
  'vite.client.config.ts',
  'tsconfig.base.json',
  'tsconfig.client-types.json',
  'tsconfig.server-types.json',
];
const NOT_BUILT = /\.(test|test-d|prop|contract)\.tsx?$|^hub-core\/test\//;
const OLDEST_NODE = 20;

/** @throws {StepError} when the running Node is too old even to set the project up */
export function checkNode(version = process.versions.node) {
  if (Number.parseInt(version, 10) < OLDEST_NODE) {
    throw new StepError(`Cannot set up with Node ${version}: it needs Node ${OLDEST_NODE} or newer`, {
      advice: 'Install a newer Node from https://nodejs.org and run the command again.',
    });
  }
}

const json = (path) => JSON.parse(readFileSync(path, 'utf8'));

/**
 * Whether node_modules holds what package-lock.json asks for. npm writes its own lockfile into node_modules at the very end of
 * an install, so an interrupted one counts as missing.
 */
export function isInstalled(root = ROOT) {
  const installedFile = join(root, 'node_modules/.package-lock.json');
  if (!existsSync(installedFile)) return false;
  const installed = json(installedFile).packages;
  const { '': _root, ...wanted } = json(join(root, 'package-lock.json')).packages;
  const same = (path) =>
    installed[path]?.version === wanted[path].version && installed[path]?.integrity === wanted[path].integrity;
  return (
    Object.keys(wanted).every(
      (path) => same(path) || (wanted[path].optional === true && installed[path] === undefined),
    ) && Object.keys(installed).every((path) => path in wanted)
  );
}

function npm(...args) {
  const script = process.env.npm_execpath;
  if (script !== undefined && script.endsWith('npm-cli.js'))
    return run({ command: process.execPath, args: [script, ...args] });
  return run({ command: 'npm', args, shell: process.platform === 'win32' });
}

const withAdvice = (message, advice) => (error) => {
  throw new StepError(message, { advice, output: error.output ?? '', cause: error });
};

/** Brings node_modules to what package-lock.json says. */
export async function ensureInstalled() {
  if (!isInstalled()) {
    await step('Installing the dependencies (npm ci)', () =>
      // No install scripts: all native parts come prebuilt, and npm would start node-gyp for one that needs no building.
      npm('ci', '--ignore-scripts', '--loglevel=error').catch(
        withAdvice(
          'Cannot install the dependencies',
          'Check the network (and the proxy, if there is one) and run the command again; what was fetched is kept by npm.',
        ),
      ),
    );
  }
  if (!existsSync(OWN_NODE)) {
    await step("Setting up the project's own Node (npm rebuild node)", () =>
      npm('rebuild', 'node', '--loglevel=error').catch(
        withAdvice("Cannot set up the project's own Node", 'Remove the folder node_modules and run the command again.'),
      ),
    );
  }
}

function* files(folder) {
  const entries = readdirSync(join(ROOT, folder), { withFileTypes: true });
  for (const entry of entries.toSorted((one, other) => (one.name < other.name ? -1 : 1))) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) yield* files(path);
    else if (!NOT_BUILT.test(path)) yield path;
  }
}

/** A hash over everything that goes into out/. */
export function sourceHash() {
  const hash = createHash('sha256');
  const paths = [...SOURCE_FOLDERS.flatMap((folder) => [...files(folder)]), ...SOURCE_FILES];
  for (const path of paths)
    hash
      .update(`${path}\0`)
      .update(readFileSync(join(ROOT, path)))
      .update('\0');
  return hash.digest('hex');
}

export function isBuilt() {
  return existsSync(STAMP) && readFileSync(STAMP, 'utf8') === sourceHash();
}

/** Brings out/ to what the sources say. */
export async function ensureBuilt() {
  if (isBuilt()) return;
  await step('Building the hub, the console and the SDK (npm run build)', () =>
    npm('run', 'build').catch(
      withAdvice('Cannot build', 'Mend what is named above, or fetch the sources again, and run the command again.'),
    ),
  );
}

/** `npm run build` ends with this, so that whoever built, `npm start` knows. */
export function stampBuild() {
  mkdirSync(join(ROOT, 'out'), { recursive: true });
  writeFileSync(STAMP, sourceHash());
}

if (isMain(import.meta.url) && process.argv.includes('--stamp')) stampBuild();
