// npm run package -- [--linux] [--win] [--mac] [--x64] [--arm64] [--dir]: packs the desktop app for this system, or for those named.
import { join } from 'node:path';
import { Arch, build, Platform } from 'electron-builder';
import { ROOT, isMain } from '../support/project.mjs';
import { fail } from '../support/steps.mjs';
import { builderConfig, signingFor } from './builder-config.mjs';
import { writeChecksums } from './checksums.mjs';

const PLATFORMS = { linux: Platform.LINUX, win32: Platform.WINDOWS, darwin: Platform.MAC };
const FLAGS = { '--linux': 'linux', '--win': 'win32', '--mac': 'darwin' };

/**
 * @param {{ platform: string, archs: readonly string[], dir?: boolean, electronDist?: string, output?: string }} what `dir`: only
 *   the unpacked app
 */
export async function pack({ platform, archs, dir = false, electronDist, output }) {
  const target = PLATFORMS[platform].createTarget(dir ? 'dir' : null, ...archs.map((arch) => Arch[arch]));
  await build({
    projectDir: ROOT,
    targets: target,
    publish: 'never',
    config: builderConfig({ platform, electronDist, output }),
  });
}

async function packAll(flags) {
  const named = Object.entries(FLAGS).flatMap(([flag, platform]) => (flags.includes(flag) ? [platform] : []));
  const archs = ['x64', 'arm64'].filter((arch) => flags.includes(`--${arch}`));
  for (const platform of named.length > 0 ? named : [process.platform]) {
    for (const warning of signingFor(platform, process.env).warnings) console.warn(`! ${warning}`);
    await pack({ platform, archs: archs.length > 0 ? archs : ['x64', 'arm64'], dir: flags.includes('--dir') });
  }
  const count = await writeChecksums(join(ROOT, 'dist'));
  console.log(`✓ ${count} artefacts in dist/, checksums in dist/SHA256SUMS`);
}

if (isMain(import.meta.url)) {
  try {
    await packAll(process.argv.slice(2));
  } catch (error) {
    fail(error);
  }
}
