import type { Clock } from '../../../common/base/clock.ts';
import type { Random } from '../../../common/base/random.ts';
import { CircuitBreaker, type BreakerState } from './circuit-breaker.ts';
import type { BreakerLimits } from './resilience-limits.ts';

/** `ejected`: it gets nothing; `half-open`: one request at a time, as a trial. */
export type Standing = 'admitted' | 'half-open' | 'ejected';

export interface ChannelStandingDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly limits: BreakerLimits;
  /** False while the pool cannot do without the channel. */
  readonly mayEject: () => boolean;
  /** It is not what it was. @param reason for people */
  readonly changed: (standing: Standing, reason: string) => void;
}

/**
 * Whether one channel is given requests, for three reasons that each can keep it out: its circuit breaker, its health as the
 * hub's questions find it, and a person's ejection. Each of them ends by itself or by `readmit`.
 */
export class ChannelStanding implements Disposable {
  readonly #deps: ChannelStandingDeps;
  readonly #breaker: CircuitBreaker;
  #unhealthy = false;
  /** Ends a person's ejection; undefined when there is none. */
  #ejection: Disposable | undefined;
  #told: Standing = 'admitted';

  constructor(deps: ChannelStandingDeps) {
    this.#deps = deps;
    this.#breaker = new CircuitBreaker({
      ...deps,
      // It is out already when it is unhealthy: the pool loses nothing more.
      mayOpen: () => this.isEjected || deps.mayEject(),
      changed: (state) => this.#tell(`its circuit breaker is ${state}`),
    });
  }

  get standing(): Standing {
    if (this.#unhealthy || this.#ejection !== undefined) return 'ejected';
    return STANDING_OF[this.#breaker.state];
  }

  get isEjected(): boolean {
    return this.standing === 'ejected';
  }

  get admits(): boolean {
    return !this.#unhealthy && this.#ejection === undefined && this.#breaker.admits;
  }

  /** Times that its circuit breaker opened. */
  get opens(): number {
    return this.#breaker.opens;
  }

  began(request: object): void {
    this.#breaker.began(request);
  }

  succeeded(request: object): void {
    this.#breaker.succeeded(request);
  }

  failed(request: object): void {
    this.#breaker.failed(request);
  }

  left(request: object): void {
    this.#breaker.left(request);
  }

  /** What the hub's questions after its health found. @returns false when the pool cannot do without it */
  setHealthy(healthy: boolean): boolean {
    if (healthy === !this.#unhealthy) return true;
    if (!healthy && !this.isEjected && !this.#deps.mayEject()) return false;
    this.#unhealthy = !healthy;
    this.#tell(healthy ? 'its health is good again' : 'its health is bad');
    return true;
  }

  /** Keeps requests from it for a while. @returns false when the pool cannot do without it */
  eject(forMs: number): boolean {
    if (!this.isEjected && !this.#deps.mayEject()) return false;
    this.#ejection?.[Symbol.dispose]();
    this.#ejection = this.#deps.clock.after(forMs, () => {
      this.#ejection = undefined;
      this.#tell('the time of its ejection is over');
    });
    this.#tell('it was ejected by hand');
    return true;
  }

  /** Lets everything through again, whatever kept it out. */
  readmit(reason: string): void {
    this.#unhealthy = false;
    this.#endEjection();
    this.#breaker.readmit();
    this.#tell(reason);
  }

  [Symbol.dispose](): void {
    this.#endEjection();
    this.#breaker[Symbol.dispose]();
  }

  #endEjection(): void {
    this.#ejection?.[Symbol.dispose]();
    this.#ejection = undefined;
  }

  #tell(reason: string): void {
    const { standing } = this;
    if (standing === this.#told) return;
    this.#told = standing;
    this.#deps.changed(standing, reason);
  }
}

const STANDING_OF: Readonly<Record<BreakerState, Standing>> = {
  closed: 'admitted',
  open: 'ejected',
  'half-open': 'half-open',
};
