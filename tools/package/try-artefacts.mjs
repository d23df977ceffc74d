// Runs every artefact in dist/ that this system can run with --selftest: as a release workflow does, on the system it is for.
// node tools/package/try-artefacts.mjs --arch x64
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT, isMain } from '../support/project.mjs';
import { StepError, fail, run, step } from '../support/steps.mjs';
import { folderOf, layoutOf } from './artefact.mjs';

const DIST = join(ROOT, 'dist');
const UNPACK_MS = 300_000;
const SELFTEST_MS = 180_000;

/** The program within an app's folder. */
function programOf(folder) {
  const { executable } = layoutOf(process.platform, folder);
  return process.platform === 'darwin' ? join(executable, 'Contents/MacOS/WHub') : executable;
}

async function selfTest(title, program, env = {}) {
  await step(title, async () => {
    const headless = process.platform === 'linux' && !process.env.DISPLAY;
    const [command, ...args] = headless ? ['xvfb-run', '-a', program] : [program];
    const output = await run({ command, args: [...args, '--selftest'], timeoutMs: SELFTEST_MS, env });
    // A program for Windows' desktop has no standard output of its own; its exit code says all.
    if (process.platform !== 'win32' && !output.includes('selftest: passed')) {
      throw new StepError('Cannot pass the self-test: it ended well without saying so', { output });
    }
  });
}

/** How a kind of artefact is unpacked into a folder; those that need an installer are covered by the same unpacked app. */
const UNPACK = {
  'tar.gz': (file, folder) => ({ command: 'tar', args: ['-xzf', file, '-C', folder, '--strip-components=1'] }),
  deb: (file, folder) => ({ command: 'dpkg-deb', args: ['-x', file, folder] }),
  zip: (file, folder) =>
    process.platform === 'darwin'
      ? { command: 'ditto', args: ['-xk', file, folder] }
      : { command: 'tar', args: ['-xf', file, '-C', folder] },
};

async function tryPacked(name, work) {
  const kind = Object.keys(UNPACK).find((ending) => name.endsWith(`.${ending}`));
  const file = join(DIST, name);
  if (name.endsWith('.AppImage')) {
    await run({ command: 'chmod', args: ['+x', file] });
    await selfTest(name, file, { APPIMAGE_EXTRACT_AND_RUN: '1' });
    return true;
  }
  if (kind === undefined) return false;
  const folder = mkdtempSync(join(work, 'unpacked-'));
  await run({ ...UNPACK[kind](file, folder), timeoutMs: UNPACK_MS });
  await selfTest(name, programOf(kind === 'deb' ? join(folder, 'opt/WHub') : folder));
  return true;
}

async function tryAll(arch) {
  const work = mkdtempSync(join(tmpdir(), 'whub-try-'));
  try {
    const unpacked = join(DIST, folderOf(process.platform, arch));
    if (existsSync(unpacked)) await selfTest('the unpacked app', programOf(unpacked));
    const skipped = [];
    for (const name of readdirSync(DIST).filter((each) => each.startsWith('WHub-') && each.includes(`-${arch}.`))) {
      if (!(await tryPacked(name, work))) skipped.push(name);
    }
    for (const name of skipped) console.log(`  not run by itself, its content is the unpacked app's: ${name}`);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

if (isMain(import.meta.url)) {
  const at = process.argv.indexOf('--arch');
  try {
    await tryAll(at === -1 ? process.arch : process.argv[at + 1]);
  } catch (error) {
    fail(error);
  }
}
