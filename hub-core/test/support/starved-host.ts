/**
 * A program that gives a watched thread work while it is the last to get a processor: `starved-host.ts STEPS CPU_MS LIMIT_MS NICE HOGS`.
 * Prints what came about, as JSON.
 */
import { spawn } from 'node:child_process';
import { setPriority } from 'node:os';
import { watchThread } from './watched-thread.ts';

const [steps = 0, cpuMs = 0, limitMs = 0, nice = 0, hogs = 0] = process.argv.slice(2).map(Number);
using thread = await watchThread(limitMs);
using others = new DisposableStack();
for (let hog = 0; hog < hogs; hog += 1) {
  const child = spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' });
  others.defer(() => child.kill('SIGKILL'));
}
setPriority(nice);
const startedMs = performance.now();
thread.give({ type: 'steps', steps, cpuMs });
await thread.until('done');
const tookMs = Math.round(performance.now() - startedMs);
process.stdout.write(JSON.stringify({ seen: thread.seen, tookMs }));
