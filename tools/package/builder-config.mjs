import { join } from 'node:path';
import { ROOT } from '../support/project.mjs';

/** What is set where a release is built and signed; each part is left out where it is not. */
const SIGNING = {
  mac: { needs: ['CSC_LINK', 'CSC_KEY_PASSWORD'], title: 'macOS signing' },
  notarisation: { needs: ['APPLE_API_KEY', 'APPLE_API_KEY_ID', 'APPLE_API_ISSUER'], title: 'macOS notarisation' },
  win: { needs: ['WIN_CSC_LINK', 'WIN_CSC_KEY_PASSWORD'], title: 'Windows signing' },
};

const has = (env, part) => SIGNING[part].needs.every((name) => (env[name] ?? '') !== '');

/**
 * @param {string} platform as in process.platform
 * @returns {{ signed: boolean, notarised: boolean, warnings: string[] }} what will be signed, and what is skipped for want of what
 */
export function signingFor(platform, env) {
  const parts = platform === 'darwin' ? ['mac', 'notarisation'] : platform === 'win32' ? ['win'] : [];
  const missing = parts.filter((part) => !has(env, part));
  return {
    // Linux packages are vouched for by the list of checksums and its provenance.
    signed: platform === 'linux' ? false : has(env, platform === 'darwin' ? 'mac' : 'win'),
    notarised: platform === 'darwin' && missing.length === 0,
    warnings: missing.map((part) => `${SIGNING[part].title} is skipped: set ${SIGNING[part].needs.join(', ')}`),
  };
}

const FILES = [
  'out/main/**',
  'out/preload/**',
  'out/renderer/**',
  'resources/tray/*.png',
  'package.json',
  // The command line and the server to embed are the npm package's.
  '!out/main/{cli,server}.js',
  '!**/*.map',
  // What packages bring for building and reading them.
  '!node_modules/**/*.{md,markdown,ts,mts,cts,flow,txt,yml,yaml,tsbuildinfo}',
  '!node_modules/**/*.{test,spec}.{js,cjs,mjs}',
  '!node_modules/**/{test,tests,__tests__,spec,specs,docs,doc,example,examples,benchmark,benchmarks,coverage}/**',
  '!node_modules/.bin/**',
  '!node_modules/node-addon-api/**',
  '!node_modules/better-sqlite3/{deps,src,build}/**',
  '!node_modules/better-sqlite3/binding.gyp',
  // Of the eight native modules in its package, the one that is for this artefact.
  '!node_modules/better-sqlite3/prebuilds/**',
];

/** electron-builder's own word for the platform is that of the machine that packs, not of what is packed. */
const nativeModule = (platform) => `node_modules/better-sqlite3/prebuilds/${platform}-\${arch}.node`;

/**
 * What electron-builder is given.
 *
 * @param {{ platform: string, env?: object, electronDist?: string, output?: string }} options `electronDist`: an unpacked Electron
 *   instead of the one that would be fetched
 */
export function builderConfig({ platform, env = process.env, electronDist, output = 'dist' }) {
  const { signed, notarised } = signingFor(platform, env);
  const feed = env.WHUB_UPDATE_URL ?? '';
  return {
    appId: 'dev.whub.console',
    productName: 'WHub',
    copyright: 'Apache-2.0',
    directories: { output, buildResources: 'resources' },
    // A copy: electron-builder writes into what it is given.
    files: [...FILES, nativeModule(platform)],
    asar: true,
    // A native library must be a file of its own to be loaded.
    asarUnpack: ['node_modules/better-sqlite3/prebuilds/**'],
    // better-sqlite3 brings Node-API binaries for every platform in its package: nothing is rebuilt.
    npmRebuild: false,
    ...(electronDist === undefined ? {} : { electronDist }),
    afterPack: join(ROOT, 'tools/package/after-pack.mjs'),
    artifactName: '${productName}-${version}-${os}-${arch}.${ext}',
    extraMetadata: {
      name: 'whub-desktop',
      // Main asks for it before it updates itself.
      whubBuild: { signed },
      desktopName: 'dev.whub.console.desktop',
    },
    protocols: [{ name: 'WHub link', schemes: ['whub'], role: 'Viewer' }],
    fileAssociations: [
      {
        ext: 'whub',
        name: 'WHub workspace',
        description: 'WHub workspace',
        icon: 'document',
        role: 'Editor',
        mimeType: 'application/x-whub',
      },
    ],
    publish: feed === '' ? null : [{ provider: 'generic', url: feed, channel: 'latest' }],
    ...linux(),
    ...mac({ signed, notarised }),
    ...windows({ signed }),
  };
}

const bothArchs = (...targets) => targets.map((target) => ({ target, arch: ['x64', 'arm64'] }));

function linux() {
  return {
    linux: {
      category: 'Development',
      executableName: 'whub',
      icon: 'icons',
      synopsis: 'A hub for programs, with a console',
      maintainer: 'WHub <whub@localhost>',
      syncDesktopName: true,
      target: bothArchs('deb', 'rpm', 'AppImage', 'tar.gz'),
    },
  };
}

function mac({ signed, notarised }) {
  return {
    mac: {
      category: 'public.app-category.developer-tools',
      icon: 'icon.icns',
      hardenedRuntime: true,
      notarize: notarised,
      // Unsigned bundles are for trying out; macOS on Apple silicon at least wants an ad-hoc signature.
      ...(signed ? {} : { identity: null }),
      target: bothArchs('dmg', 'zip'),
    },
  };
}

function windows({ signed }) {
  return {
    win: { icon: 'icon.ico', verifyUpdateCodeSignature: signed, target: bothArchs('nsis', 'zip') },
    // For one user, without rights that others lack.
    nsis: { oneClick: false, perMachine: false, allowElevation: false, deleteAppDataOnUninstall: false },
  };
}
