import { existsSync, openSync, readSync, closeSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { extractFile, listPackage, statFile } from '@electron/asar';
import { architectureOf, layoutOf } from './artefact.mjs';
import { wrongFuses } from './fuses.mjs';

/** What the app cannot do without. */
const NEEDED = [
  'package.json',
  'out/main/index.js',
  'out/main/hub-thread.js',
  'out/main/capture-thread.js',
  'out/main/rtc-thread.js',
  'out/preload/index.cjs',
  'out/renderer/index.html',
  'resources/tray/running.png',
  'node_modules/better-sqlite3/lib/index.js',
  'node_modules/ws/lib/websocket.js',
];

/** What nobody needs to run it; each would be a mistake in the list of files. */
const UNWANTED = [
  [/\.map$/, 'a source map'],
  [/\.tsx?$|\.mts$|\.cts$/, 'a source in TypeScript'],
  [/\.(test|spec)\.[cm]?js$|(^|\/)(__tests__|tests?)\//, 'a test'],
  [/^(hub-core|renderer|electron|e2e|bench|docs|tools|schemas|examples)\//, 'a source of ours'],
  [/^node_modules\/better-sqlite3\/(deps|src|build)\//, 'what a native module is built from'],
  [/\.(c|cc|cpp|h|hpp|gyp)$/, 'what a native module is built from'],
  [/(^|\/)\.env|\.pem$|\.key$/, 'what may be a secret'],
];

/** @returns {string[]} packages of a package.json that are for development only */
function developmentPackages(manifest) {
  return Object.keys(manifest.devDependencies ?? {}).map((name) => `node_modules/${name}/`);
}

/**
 * @param {readonly string[]} files of an app's archive, with `/` between folders
 * @param {object} manifest the project's package.json
 * @returns {string[]} what is missing or should not be there
 */
export function contentProblems(files, manifest) {
  const there = new Set(files);
  const development = developmentPackages(manifest);
  const production = new Set(Object.keys(manifest.dependencies ?? {}).map((name) => `node_modules/${name}/`));
  return [
    ...NEEDED.filter((name) => !there.has(name)).map((name) => `${name} is missing`),
    ...[...production]
      .filter((folder) => !files.some((name) => name.startsWith(folder)))
      .map((name) => `${name} is missing`),
    ...files.flatMap((name) => {
      const what = UNWANTED.find(([pattern]) => pattern.test(name))?.[1];
      if (what !== undefined) return [`${name} is ${what}`];
      return development.some((folder) => name.startsWith(folder)) ? [`${name} is for development only`] : [];
    }),
  ];
}

function head(path) {
  const bytes = Buffer.alloc(1024);
  const descriptor = openSync(path, 'r');
  const length = readSync(descriptor, bytes, 0, bytes.length, 0);
  closeSync(descriptor);
  return bytes.subarray(0, length);
}

function nativeFiles(folder, prefix = '') {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => prefix + name.replaceAll('\\', '/'))
    .filter((name) => name.endsWith('.node'));
}

/** Files in an archive, without its folders. */
export function filesInArchive(archive) {
  return listPackage(archive, { isPack: false })
    .map((name) => name.replaceAll('\\', '/').replace(/^\//, ''))
    .filter((name) => statFile(archive, name).files === undefined);
}

/**
 * @param {string} folder an unpacked artefact
 * @param {{ platform: string, arch: string, manifest: object }} wanted
 * @returns {Promise<{ problems: string[], files: number, native: string[] }>}
 */
export async function checkArtefact(folder, { platform, arch, manifest }) {
  const { executable, resources } = layoutOf(platform, folder);
  const archive = join(resources, 'app.asar');
  const files = filesInArchive(archive);
  const unpacked = join(resources, 'app.asar.unpacked');
  const native = nativeFiles(unpacked);
  const wrong = native
    .map((name) => [name, architectureOf(head(join(unpacked, name)))])
    .filter(([, found]) => found !== `${platform}-${arch}`)
    .map(([name, found]) => `${name} is for ${found}, not for ${platform}-${arch}`);
  const packed = JSON.parse(extractFile(archive, 'package.json').toString('utf8'));
  return {
    files: files.length,
    native,
    problems: [
      ...contentProblems(files, manifest),
      ...(native.length === 1 ? [] : [`there are ${native.length} native modules, not one: ${native.join(', ')}`]),
      ...wrong,
      ...(await wrongFuses(executable, platform)),
      ...(existsSync(join(resources, 'app')) ? ['there is an app beside the archive'] : []),
      ...(packed.main === './out/main/index.js' ? [] : [`package.json names "${packed.main}" as main`]),
      ...(packed.devDependencies === undefined ? [] : ['package.json lists what is for development only']),
    ],
  };
}
