import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, watch, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const LOCK = 'stand-in.lock';
const KNOCK = /^stand-in-knock-\d+\.json$/;

interface Knock {
  readonly argv: string[];
  readonly cwd: string;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    // No such process: whoever held the lock was killed.
    return false;
  }
}

function holder(lock: string): number | undefined {
  try {
    return Number(readFileSync(lock, 'utf8'));
  } catch {
    // Nobody holds it.
    return undefined;
  }
}

function listen(folder: string, onSecond: (knock: Knock) => void): void {
  const answerAll = (): void => {
    for (const name of readdirSync(folder).filter((each) => KNOCK.test(each))) {
      const knock = JSON.parse(readFileSync(join(folder, name), 'utf8')) as Knock;
      rmSync(join(folder, name));
      onSecond(knock);
    }
  };
  watch(folder, { persistent: false }, answerAll);
}

/**
 * One instance a folder. The one that comes second leaves a note for the first and is told no.
 * @returns whether this process is the first
 */
export function acquireInstanceLock(folder: string, onSecond: (knock: Knock) => void): boolean {
  mkdirSync(folder, { recursive: true });
  const lock = join(folder, LOCK);
  const pid = holder(lock);
  if (pid !== undefined && pid !== process.pid && isAlive(pid)) {
    const note = join(folder, `stand-in-knock-${String(process.pid)}.json`);
    // Renamed into its name, so that nobody reads half of it.
    writeFileSync(`${note}.new`, JSON.stringify({ argv: process.argv, cwd: process.cwd() } satisfies Knock));
    renameSync(`${note}.new`, note);
    return false;
  }
  writeFileSync(lock, String(process.pid));
  process.once('exit', () => rmSync(lock, { force: true }));
  listen(folder, onSecond);
  return true;
}
