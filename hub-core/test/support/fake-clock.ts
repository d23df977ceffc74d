import type { Clock } from '../../common/base/clock.ts';

interface Timer {
  readonly order: number;
  dueMs: number;
  readonly intervalMs: number | undefined;
  readonly fn: () => void;
}

/** A clock that only moves when a test says so. Timers run inside `advance`, in the order in which they are due. */
export class FakeClock implements Clock {
  #nowMs = 0;
  #wallOffsetMs: number;
  #lastOrder = 0;
  readonly #timers = new Set<Timer>();

  /** @param wallMs what `wallMs()` says at the start */
  constructor(wallMs = Date.UTC(2026, 0, 1)) {
    this.#wallOffsetMs = wallMs;
  }

  /** Timers not yet run or cancelled; leak tests expect 0 at the end. */
  get pendingTimers(): number {
    return this.#timers.size;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  wallMs(): number {
    return this.#wallOffsetMs + this.#nowMs;
  }

  after(delayMs: number, fn: () => void): Disposable {
    return this.#add(delayMs, undefined, fn);
  }

  every(intervalMs: number, fn: () => void): Disposable {
    if (!(intervalMs > 0)) throw new RangeError(`Cannot repeat every "${String(intervalMs)}" ms: it must be above 0`);
    return this.#add(intervalMs, intervalMs, fn);
  }

  /** Moves time on, running what becomes due on the way at its own time, also what those timers start. */
  advance(ms: number): void {
    if (!(ms >= 0)) throw new RangeError(`Cannot advance by "${String(ms)}" ms: time does not go back`);
    const endMs = this.#nowMs + ms;
    for (let timer = this.#nextDue(endMs); timer !== undefined; timer = this.#nextDue(endMs)) {
      this.#nowMs = Math.max(this.#nowMs, timer.dueMs);
      if (timer.intervalMs === undefined) this.#timers.delete(timer);
      else timer.dueMs += timer.intervalMs;
      timer.fn();
    }
    this.#nowMs = endMs;
  }

  /** Moves time on, letting promises settle before and after each timer that becomes due. */
  async advanceAsync(ms: number): Promise<void> {
    const endMs = this.#nowMs + ms;
    await settle();
    for (let timer = this.#nextDue(endMs); timer !== undefined; timer = this.#nextDue(endMs)) {
      this.advance(Math.max(0, timer.dueMs - this.#nowMs));
      await settle();
    }
    this.advance(endMs - this.#nowMs);
    await settle();
  }

  /** Moves only the wall clock, as a person or NTP does. */
  jumpWall(ms: number): void {
    this.#wallOffsetMs += ms;
  }

  #add(delayMs: number, intervalMs: number | undefined, fn: () => void): Disposable {
    this.#lastOrder += 1;
    const timer: Timer = { order: this.#lastOrder, dueMs: this.#nowMs + Math.max(0, delayMs), intervalMs, fn };
    this.#timers.add(timer);
    return { [Symbol.dispose]: () => void this.#timers.delete(timer) };
  }

  #nextDue(endMs: number): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of this.#timers) {
      if (timer.dueMs > endMs) continue;
      const earlier = next === undefined || timer.dueMs < next.dueMs;
      if (earlier || (timer.dueMs === next?.dueMs && timer.order < next.order)) next = timer;
    }
    return next;
  }
}

/** Lets every promise that is already settled run its continuations, a few levels deep. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
}
