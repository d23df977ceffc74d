/**
 * Tells a living connection from a silent one (docs/protocol.md, section 3): Ping after a silence, and its end when the same
 * time passes without an answer.
 */
export class Heartbeat {
  readonly #intervalMs: number;
  #lastReceivedMs: number;
  #pingSentMs = Number.NEGATIVE_INFINITY;
  #suspect = false;

  /** @param intervalMs 0 = silence is never judged */
  constructor(intervalMs: number, nowMs: number) {
    this.#intervalMs = intervalMs;
    this.#lastReceivedMs = nowMs;
  }

  /** Monotonic ms at which anything last arrived. */
  get lastReceivedMs(): number {
    return this.#lastReceivedMs;
  }
  /** A Ping went unanswered for a while: the other side may be gone without a word. */
  get suspect(): boolean {
    return this.#suspect;
  }

  /** Anything arrived. @returns true when it was suspect until now */
  heard(nowMs: number): boolean {
    this.#lastReceivedMs = nowMs;
    const was = this.#suspect;
    this.#suspect = false;
    return was;
  }

  /** Called every so often. @returns what is to be done: send a Ping, or give the connection up */
  check(nowMs: number): 'ping' | 'give up' | undefined {
    if (this.#intervalMs === 0 || nowMs - this.#lastReceivedMs < this.#intervalMs) return undefined;
    if (this.#pingSentMs <= this.#lastReceivedMs) {
      this.#pingSentMs = nowMs;
      return 'ping';
    }
    if (nowMs - this.#pingSentMs >= this.#intervalMs) return 'give up';
    // It had the time from one look to the next to answer, and nothing is known of it until it does.
    this.#suspect = true;
    return undefined;
  }
}
