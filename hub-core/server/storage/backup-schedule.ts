import type { Clock } from '../../common/base/clock.ts';
import { listBackups } from './backups.ts';
import { writeBackupBeside, type BackupSource } from './write-backup.ts';

/** After the start, so that a hub that is started and stopped at once does nothing of it. */
const FIRST_LOOK_MS = 10_000;
const LOOK_EVERY_MS = 3_600_000;
const DAY_MS = 86_400_000;

export interface BackupScheduleDeps {
  readonly clock: Clock;
  readonly source: BackupSource;
  /** Told of each backup that was due, and why it failed if it did. */
  readonly done: (error: unknown) => void;
}

/** Sees to it that there is a backup that is not older than a day. */
export class BackupSchedule implements AsyncDisposable {
  readonly #deps: BackupScheduleDeps;
  readonly #timers = new DisposableStack();
  readonly #stopping = new AbortController();
  #running: Promise<void> | undefined;
  /** Made by this schedule. */
  backups = 0;
  failures = 0;

  constructor(deps: BackupScheduleDeps) {
    this.#deps = deps;
    this.#timers.use(deps.clock.after(FIRST_LOOK_MS, () => this.look()));
    this.#timers.use(deps.clock.every(LOOK_EVERY_MS, () => this.look()));
  }

  /** The backup that is being made; undefined when none is. */
  get running(): Promise<void> | undefined {
    return this.#running;
  }

  /** Makes a backup when one is due and none is being made. */
  look(): void {
    const { clock, source } = this.#deps;
    const [last] = listBackups(source.path);
    const ageMs = clock.wallMs() - (last?.atMs ?? -Infinity);
    // One from the future was made before the clock was set back.
    if (this.#running !== undefined || (ageMs >= 0 && ageMs < DAY_MS)) return;
    this.#running = this.#make();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#timers.dispose();
    this.#stopping.abort();
    await this.#running;
  }

  async #make(): Promise<void> {
    const { clock, source, done } = this.#deps;
    try {
      await writeBackupBeside(source, clock.wallMs(), this.#stopping.signal);
      this.backups += 1;
      done(undefined);
    } catch (error) {
      if (this.#stopping.signal.aborted) return;
      this.failures += 1;
      done(error);
    } finally {
      this.#running = undefined;
    }
  }
}
