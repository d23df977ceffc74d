/** Loaded into the hub's process by `--import`: what a run needs of it and `whub serve` has no option for. */
import { isMainThread } from 'node:worker_threads';

// Its threads load this too, and have no standard input.
if (isMainThread) {
  // Collects all garbage when told to, so that memory is compared, not its waste.
  process.on('SIGUSR2', () => globalThis.gc?.());
  // A run that is killed leaves no hub behind: its end of the pipe closes.
  process.stdin.resume().once('close', () => process.exit(1));
}
