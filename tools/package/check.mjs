// npm run package:check [-- --here]: packs the app for every system and architecture around a dummy Electron, opens each, and starts this
// system's own on the stand-in, from its archive, with its native module. Needs out/ (npm run build).
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { extractAll } from '@electron/asar';
import { ROOT, isMain } from '../support/project.mjs';
import { StepError, fail, run, step } from '../support/steps.mjs';
import { folderOf, layoutOf } from './artefact.mjs';
import { checkArtefact } from './check-artefact.mjs';
import { writeDummyElectron } from './dummy-electron.mjs';
import { pack } from './pack.mjs';

const ALL = ['linux', 'win32', 'darwin'].flatMap((platform) => ['x64', 'arm64'].map((arch) => ({ platform, arch })));
const SELFTEST_MS = 120_000;

const json = (path) => JSON.parse(readFileSync(join(ROOT, path), 'utf8'));

/**
 * Packs one artefact around a dummy Electron.
 * @returns {Promise<string>} its unpacked folder, below `work`
 */
export async function packAround(work, { platform, arch }) {
  const electronDist = join(work, `electron-${platform}-${arch}`);
  const output = join(work, `${platform}-${arch}`);
  mkdirSync(output, { recursive: true });
  writeDummyElectron(electronDist, { platform, arch, version: json('node_modules/electron/package.json').version });
  await pack({ platform, archs: [arch], dir: true, electronDist, output });
  return join(output, folderOf(platform, arch));
}

/**
 * Unpacks an artefact's archive, its native module with it, and runs its self-test on the stand-in.
 * @returns {Promise<string>} what it printed
 */
export async function startOnStandIn(work, folder, platform) {
  const app = join(work, 'app');
  extractAll(join(layoutOf(platform, folder).resources, 'app.asar'), app);
  return run({
    args: [join(ROOT, 'tools/electron-stand-in/main.mjs'), app, '--selftest'],
    env: { ELECTRON_STAND_IN_PACKAGED: '1', NODE_PATH: '' },
    timeoutMs: SELFTEST_MS,
  });
}

async function checkOne(work, target) {
  const { platform, arch } = target;
  const folder = await packAround(work, target);
  const { problems, files, native } = await checkArtefact(folder, { ...target, manifest: json('package.json') });
  if (problems.length > 0) {
    throw new StepError(`The artefact for ${platform}-${arch} is not as it shall be`, { output: problems.join('\n') });
  }
  return { folder, summary: `${files} files in the archive, ${native[0]}` };
}

/** @param {boolean} [hereOnly] only the artefact for this system */
async function checkAll(hereOnly = false) {
  const work = mkdtempSync(join(tmpdir(), 'whub-package-'));
  try {
    for (const target of ALL) {
      const { platform, arch } = target;
      if (hereOnly && (platform !== process.platform || arch !== process.arch)) continue;
      const { folder, summary } = await step(`${platform}-${arch}`, () => checkOne(work, target));
      console.log(`  ${summary}`);
      if (platform !== process.platform || arch !== process.arch) continue;
      const output = await step('its self-test, from its archive, on the stand-in', () =>
        startOnStandIn(work, folder, platform),
      );
      for (const line of output.split('\n').filter((each) => each.startsWith('selftest: '))) console.log(`  ${line}`);
    }
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

if (isMain(import.meta.url)) {
  try {
    await checkAll(process.argv.includes('--here'));
    console.log('✓ all artefacts are as they shall be');
  } catch (error) {
    fail(error);
  }
}
