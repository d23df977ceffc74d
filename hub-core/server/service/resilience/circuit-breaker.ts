import type { Clock } from '../../../common/base/clock.ts';
import type { Random } from '../../../common/base/random.ts';
import type { BreakerLimits } from './resilience-limits.ts';
import { SlidingCount } from './sliding-count.ts';

export type BreakerState = 'closed' | 'open' | 'half-open';

export interface CircuitBreakerDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly limits: BreakerLimits;
  /** Asked before it opens from closed; it stays closed, and asks again at the next failure, while this says no. */
  readonly mayOpen: () => boolean;
  /** It opened, let a trial through, or closed; from its own timer too. */
  readonly changed: (state: BreakerState) => void;
}

/**
 * Keeps requests away from one channel that fails. Closed it lets all through and counts; open none, for a while; then it is
 * half-open and lets one through at a time, whose outcome closes it or opens it for longer.
 *
 * A request is named by any object. The outcome of one counts while the breaker is closed, and of the trial while it is
 * half-open; requests that were sent before it opened say nothing about it afterwards.
 *
 * @see Nygard, "Release It!", 2nd ed., 2018, section 5.2
 */
export class CircuitBreaker implements Disposable {
  readonly #deps: CircuitBreakerDeps;
  readonly #window: SlidingCount;
  #state: BreakerState = 'closed';
  #consecutive = 0;
  /** Times that it opened without closing by a trial in between. */
  #level = 0;
  #trial: object | undefined;
  #trialsDone = 0;
  #timer: Disposable | undefined;
  #opens = 0;
  #disposed = false;

  constructor(deps: CircuitBreakerDeps) {
    this.#deps = deps;
    this.#window = new SlidingCount(deps.limits.windowMs);
  }

  get state(): BreakerState {
    return this.#state;
  }

  /** Times that it opened, ever. */
  get opens(): number {
    return this.#opens;
  }

  /** True when the next request may go through. */
  get admits(): boolean {
    return this.#state === 'closed' || (this.#state === 'half-open' && this.#trial === undefined);
  }

  /** The request goes through. */
  began(request: object): void {
    if (this.#state === 'half-open') this.#trial = request;
  }

  succeeded(request: object): void {
    if (this.#state === 'closed') {
      this.#consecutive = 0;
      this.#window.add(this.#deps.clock.nowMs(), 1, 0);
    } else if (this.#isTrial(request)) {
      this.#trial = undefined;
      this.#trialsDone += 1;
      if (this.#trialsDone < this.#deps.limits.trials) return;
      this.#close(0);
      this.#deps.changed('closed');
    }
  }

  failed(request: object): void {
    if (this.#disposed) return;
    if (this.#state === 'closed') {
      this.#consecutive += 1;
      this.#window.add(this.#deps.clock.nowMs(), 1, 1);
      if (this.#isOver() && this.#deps.mayOpen()) this.#open();
    } else if (this.#isTrial(request)) {
      this.#open();
    }
  }

  /** The request is over; when its outcome was not told, it says nothing, and the next one is the trial. */
  left(request: object): void {
    if (this.#trial === request) this.#trial = undefined;
  }

  /**
   * Lets everything through again although no trial succeeded, without a word; if it fails again it opens for as long as it
   * would have.
   */
  readmit(): void {
    if (this.#state !== 'closed') this.#close(this.#level);
  }

  /** Its channel is gone: nothing opens it any more. */
  [Symbol.dispose](): void {
    this.#disposed = true;
    this.#stopTimer();
  }

  #stopTimer(): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
  }

  #isTrial(request: object): boolean {
    return this.#state === 'half-open' && this.#trial === request;
  }

  #isOver(): boolean {
    const { consecutiveFailures, failureRatio, minRequests } = this.#deps.limits;
    if (consecutiveFailures > 0 && this.#consecutive >= consecutiveFailures) return true;
    const nowMs = this.#deps.clock.nowMs();
    const all = this.#window.all(nowMs);
    return failureRatio > 0 && all >= minRequests && this.#window.some(nowMs) >= failureRatio * all;
  }

  #open(): void {
    const { clock, random, limits } = this.#deps;
    const { openMs, maxOpenMs, jitter } = limits;
    this.#state = 'open';
    this.#trial = undefined;
    this.#opens += 1;
    const waitMs = Math.min(openMs * 2 ** this.#level, maxOpenMs) * (1 + jitter * random());
    // Beyond 2 ** 30 times the first open time there is nothing more to double.
    this.#level = Math.min(this.#level + 1, 30);
    this.#stopTimer();
    this.#timer = clock.after(waitMs, () => {
      this.#timer = undefined;
      this.#state = 'half-open';
      this.#trialsDone = 0;
      this.#deps.changed('half-open');
    });
    this.#deps.changed('open');
  }

  #close(level: number): void {
    this.#stopTimer();
    this.#state = 'closed';
    this.#level = level;
    this.#trial = undefined;
    this.#consecutive = 0;
    this.#window.clear();
  }
}
