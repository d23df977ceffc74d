import { randomUUID } from 'node:crypto';
import type { Clock } from '../common/base/clock.ts';
import { Emitter, type Event } from '../common/base/emitter.ts';

export interface JobProgress {
  /** Rows that were looked at or written, of how many. */
  readonly searched: number;
  readonly of: number;
  readonly found: number;
}

export interface JobSnapshot extends JobProgress {
  readonly jobId: string;
  readonly kind: 'search' | 'export' | 'fill';
  readonly label: string;
  readonly state: 'running' | 'done' | 'stopped' | 'failed';
  /** Wall time. */
  readonly startedMs: number;
  /** Why it failed, else ''. */
  readonly message: string;
}

export interface NewJob {
  readonly kind: JobSnapshot['kind'];
  readonly label: string;
  readonly progress: () => JobProgress;
  /** Called once when someone stops it. */
  readonly stop: () => void;
}

/** Jobs that ended are shown for a while. */
const MAX_ENDED = 20;

/** One job of a {@link JobList}, for whoever does it. */
export class Job {
  readonly id: string = randomUUID();
  readonly #job: NewJob;
  readonly #startedMs: number;
  readonly #onChange: () => void;
  #state: JobSnapshot['state'] = 'running';
  #message = '';
  #last: JobProgress | undefined;

  constructor(job: NewJob, startedMs: number, onChange: () => void) {
    this.#job = job;
    this.#startedMs = startedMs;
    this.#onChange = onChange;
  }

  get running(): boolean {
    return this.#state === 'running';
  }

  /** It came further. */
  progressed(): void {
    if (this.running) this.#onChange();
  }

  /** It came to its end; without effect when it was stopped before. */
  end(state: 'done' | 'failed' | 'stopped', message = ''): void {
    if (!this.running) return;
    this.#last = this.#job.progress();
    this.#state = state;
    this.#message = message;
    this.#onChange();
  }

  stop(): void {
    if (!this.running) return;
    this.end('stopped');
    this.#job.stop();
  }

  snapshot(): JobSnapshot {
    const { kind, label, progress } = this.#job;
    const [jobId, state, startedMs, message] = [this.id, this.#state, this.#startedMs, this.#message];
    return { jobId, kind, label, state, startedMs, message, ...(this.#last ?? progress()) };
  }
}

/** What runs in the capture thread beside the recording, for people to see and to stop. */
export class JobList implements Disposable {
  readonly #clock: Clock;
  readonly #changed = new Emitter<void>();
  #jobs: readonly Job[] = [];

  /** Not coalesced. */
  readonly onDidChange: Event<void> = this.#changed.event;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  start(job: NewJob): Job {
    const started = new Job(job, this.#clock.wallMs(), () => this.#changed.emit());
    const ended = this.#jobs.filter((known) => !known.running).slice(-MAX_ENDED);
    this.#jobs = [...this.#jobs.filter((known) => known.running || ended.includes(known)), started];
    this.#changed.emit();
    return started;
  }

  /** @returns false when it does not run */
  stop(id: string): boolean {
    const job = this.#jobs.find((known) => known.id === id);
    if (job?.running !== true) return false;
    job.stop();
    return true;
  }

  snapshot(): readonly JobSnapshot[] {
    return this.#jobs.map((job) => job.snapshot());
  }

  /** Stops what runs. */
  [Symbol.dispose](): void {
    for (const job of this.#jobs) job.stop();
    this.#changed[Symbol.dispose]();
  }
}
