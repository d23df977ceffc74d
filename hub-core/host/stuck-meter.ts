/** Of a thread whose loop has not turned. */
export interface LoopSample {
  /** Processor time that the thread has used since its start, ms. */
  readonly cpuMs: number;
  /** When the sample was asked for, and when it came. */
  readonly askedAtMs: number;
  readonly atMs: number;
  /** How often the thread began something new, by its pulse. */
  readonly beats: number;
}

/**
 * A sample is taken by an interrupt, which JavaScript answers at once and native code at its end. What lies before a late answer was
 * a statement of SQLite, a collection of garbage or a wait for a processor, and counts for nothing.
 */
const MAX_ANSWER_MS = 150;
/** Samples further apart than this tell nothing of what lay between, however fast each came: who asks was late himself. */
const MAX_GAP_MS = 500;

/**
 * Adds up the processor time that a thread has used, in JavaScript, for one step of its work: between two turns of its loop and two
 * beats of its pulse. Time that passes while the machine is busy, or sleeps, is none.
 */
export class StuckMeter {
  #last: LoopSample | undefined;
  #burntMs = 0;

  /** The thread's loop turned: what follows is another step. */
  reset(): void {
    this.#last = undefined;
    this.#burntMs = 0;
  }

  /** @returns processor time of the step so far, ms; 0 for its first sample */
  add(sample: LoopSample): number {
    const last = this.#last;
    this.#last = sample;
    if (last === undefined || last.beats !== sample.beats) {
      this.#burntMs = 0;
      return 0;
    }
    const gapMs = sample.atMs - last.atMs;
    if (sample.atMs - sample.askedAtMs <= MAX_ANSWER_MS && gapMs <= MAX_GAP_MS)
      this.#burntMs += Math.min(sample.cpuMs - last.cpuMs, gapMs);
    return this.#burntMs;
  }
}
