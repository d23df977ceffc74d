import { networkOf } from '../../address.ts';
import type { Offence } from '../../access/gate.ts';
import { RecentCounts } from '../../access/recent-counts.ts';
import type { BlockListConfig } from './index.ts';

/** Addresses, and clients at loopback, that are remembered at most. */
const MAX_KEYS = 10_000;
/** Failures of a client at loopback after which its delay has grown as far as it grows. */
const MAX_DOUBLINGS = 16;

/** Counts who does what repeatedly leads to a block, or, at loopback, to a delay. */
export class Offenders {
  readonly #config: BlockListConfig;
  readonly #most: Readonly<Record<Offence, number>>;
  readonly #counts: Readonly<Record<Offence, RecentCounts>>;
  /** By the client that was named, or the id in its key. */
  readonly #slowed: Readonly<Record<Offence, RecentCounts>>;

  constructor(config: BlockListConfig) {
    this.#config = config;
    const { windowMs, maxBadCredentials: credential, maxMalformedFrames: frame } = config;
    const counts = (limit: number): RecentCounts =>
      new RecentCounts({ windowMs, limit: Math.max(1, limit), maxKeys: MAX_KEYS });
    this.#most = { credential, frame };
    this.#counts = { credential: counts(credential), frame: counts(frame) };
    this.#slowed = { credential: counts(credential + MAX_DOUBLINGS), frame: counts(frame + MAX_DOUBLINGS) };
  }

  get size(): number {
    return this.#all().reduce((sum, { size }) => sum + size, 0);
  }

  /** @returns true when the address has to be blocked for it now */
  note(address: string, offence: Offence, nowMs: number): boolean {
    const most = this.#most[offence];
    if (most === 0) return false;
    const network = networkOf(address);
    if (this.#counts[offence].note(network, nowMs) < most) return false;
    this.#counts[offence].forget(network);
    return true;
  }

  noteAtLoopback(subject: string, offence: Offence, nowMs: number): void {
    if (this.#most[offence] > 0) this.#slowed[offence].note(subject, nowMs);
  }

  /** From where an address would be blocked on, doubles with each failure. @returns ms, 0 for who did not fail so often */
  delayMs(subject: string, nowMs: number): number {
    const { slowFromMs, slowToMs } = this.#config;
    const beyond = (offence: Offence): number =>
      this.#most[offence] === 0 ? -1 : this.#slowed[offence].count(subject, nowMs) - this.#most[offence];
    const doublings = Math.max(beyond('credential'), beyond('frame'));
    return doublings < 0 ? 0 : Math.min(slowToMs, slowFromMs * 2 ** doublings);
  }

  sweep(nowMs: number): void {
    for (const counts of this.#all()) counts.sweep(nowMs);
  }

  #all(): readonly RecentCounts[] {
    return [...Object.values(this.#counts), ...Object.values(this.#slowed)];
  }
}
