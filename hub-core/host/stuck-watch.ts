import type { Clock } from '../common/base/clock.ts';
import type { Pulse } from './pulse.ts';
import { StuckMeter } from './stuck-meter.ts';
import type { RunningThread } from './thread-carrier.ts';

/** Between one sample's answer and the next sample, while a ping waits for its own. */
const SAMPLE_EVERY_MS = 50;
/** The part of the limit from which on one prepares for the worst. */
const SUSPECT_RATIO = 1 / 3;

export interface StuckWatchDeps {
  /** What cannot tell its processor time is not watched. */
  readonly thread: Pick<RunningThread, 'cpuMs'>;
  readonly pulse: Pulse;
  readonly clock: Clock;
  /** Processor time of one step that is too much, ms; 0 = none is. */
  readonly limitMs: number;
  /** It may be stuck: the limit is not far. */
  readonly onSuspect: () => void;
  /** Once. */
  readonly onStuck: () => void;
}

/** Tells a thread that is caught in a loop from one that is busy, starved or in native code. */
export class StuckWatch implements Disposable {
  readonly #deps: StuckWatchDeps;
  readonly #meter = new StuckMeter();
  #waiting = false;
  #asking = false;
  #next: Disposable | undefined;
  #over: boolean;

  constructor(deps: StuckWatchDeps) {
    this.#deps = deps;
    this.#over = deps.limitMs <= 0 || deps.thread.cpuMs === undefined;
  }

  /** A ping was sent, whose answer is awaited from here on. */
  pinged(): void {
    if (this.#waiting || this.#over) return;
    this.#waiting = true;
    this.#meter.reset();
    this.#ask();
  }

  /** The thread's loop turned. */
  answered(): void {
    this.#waiting = false;
    this.#next?.[Symbol.dispose]();
  }

  [Symbol.dispose](): void {
    this.#over = true;
    this.answered();
  }

  #ask(): void {
    const sample = this.#asking ? undefined : this.#deps.thread.cpuMs?.();
    if (sample === undefined) return;
    this.#asking = true;
    const askedAtMs = this.#deps.clock.nowMs();
    sample.then(
      (cpuMs) => this.#take(cpuMs, askedAtMs),
      // It has ended, or cannot tell: the pings go on.
      () => (this.#over = true),
    );
  }

  #take(cpuMs: number, askedAtMs: number): void {
    this.#asking = false;
    if (!this.#waiting || this.#over) return;
    const { clock, pulse, limitMs, onSuspect, onStuck } = this.#deps;
    const burntMs = this.#meter.add({ cpuMs, askedAtMs, atMs: clock.nowMs(), beats: Atomics.load(pulse, 0) });
    if (burntMs >= limitMs * SUSPECT_RATIO) onSuspect();
    if (burntMs < limitMs) {
      this.#next = clock.after(SAMPLE_EVERY_MS, () => this.#ask());
      return;
    }
    this[Symbol.dispose]();
    onStuck();
  }
}
