// npm start: installs and builds what is missing or stale, then opens the desktop app, or, where that cannot be, runs the same
// hub headless with the console in the browser. Plain JavaScript that runs on Node 20 with nothing installed.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { ROOT, isMain, projectNode, toolEnvironment } from './support/project.mjs';
import { fail } from './support/steps.mjs';
import { findDesktop, hasDisplay } from './support/desktop.mjs';
import { checkNode, ensureBuilt, ensureInstalled } from './setup.mjs';

const HEADLESS = '--headless';
const CONSOLE_LINK = /https?:\/\/[^\s"]+\/console\/\?token=[^\s"]+/;
/** An app that ends with an error sooner than this never came up. */
const CAME_UP_AFTER_MS = 5_000;
const LOOK_FOR_PARENT_MS = 500;
const SIGNAL_NUMBERS = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 };

/**
 * Runs a program in the foreground: a Ctrl-C reaches it from the terminal, SIGTERM and SIGHUP are passed on. npm dies of a
 * SIGTERM without telling its script, so losing the parent counts as one.
 * @param {(text: string) => void} [onOutput] sees what the program prints, which is passed on all the same
 * @returns {Promise<number>} its exit code, or 128 + the number of the signal that ended it
 */
function foreground(command, args, onOutput) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: ROOT,
      env: toolEnvironment(),
      stdio: ['inherit', onOutput === undefined ? 'inherit' : 'pipe', onOutput === undefined ? 'inherit' : 'pipe'],
    });
    for (const [from, to] of [
      [child.stdout, process.stdout],
      [child.stderr, process.stderr],
    ]) {
      from?.setEncoding('utf8').on('data', (text) => {
        to.write(text);
        onOutput?.(text);
      });
    }
    const pass = (signal) => child.kill(signal);
    const wait = () => {};
    const parent = process.ppid;
    const orphaned = setInterval(() => {
      if (process.ppid === parent) return;
      clearInterval(orphaned);
      pass('SIGTERM');
    }, LOOK_FOR_PARENT_MS);
    process.on('SIGTERM', pass).on('SIGHUP', pass).on('SIGINT', wait);
    child.once('error', reject);
    child.once('close', (code, signal) => {
      clearInterval(orphaned);
      process.off('SIGTERM', pass).off('SIGHUP', pass).off('SIGINT', wait);
      resolve(code ?? 128 + (SIGNAL_NUMBERS[signal] ?? 0));
    });
  });
}

/** Opens the first console link that the hub prints. */
function browserOpener() {
  let seen = '';
  return (text) => {
    if (seen === undefined) return;
    seen += text;
    // A link is complete when something follows it.
    const link = CONSOLE_LINK.exec(seen);
    if (link === null || link.index + link[0].length === seen.length) return;
    seen = undefined;
    void import('open')
      .then(({ default: open }) => open(link[0]))
      .catch((error) => console.error(`Cannot open the browser: ${error.message}; open the link above by hand`));
  };
}

function serve(flags) {
  const args = [join(ROOT, 'tools/whub.mjs'), 'serve', ...flags];
  return foreground(projectNode(), args, hasDisplay() ? browserOpener() : undefined);
}

async function start(flags) {
  checkNode();
  await ensureInstalled();
  await ensureBuilt();
  const rest = flags.filter((flag) => flag !== HEADLESS);
  if (rest.length < flags.length) return serve(rest);

  const desktop = await findDesktop();
  if (desktop.reason !== undefined) {
    console.log(`Running headless, with the console in the browser: ${desktop.reason}`);
    return serve(rest);
  }
  const startedMs = Date.now();
  const code = await foreground(desktop.binary, [ROOT, ...rest]);
  if (code === 0 || code > 128 || Date.now() - startedMs > CAME_UP_AFTER_MS) return code;
  console.log(`Running headless, with the console in the browser: Electron could not start (code ${code}, see above)`);
  return serve(rest);
}

if (isMain(import.meta.url)) {
  try {
    process.exitCode = await start(process.argv.slice(2));
  } catch (error) {
    fail(error);
  }
}
