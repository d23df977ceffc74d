import { networkOf } from '../../access/address.ts';
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
  readonly #counts: Readonly<Record<Offence, RecentCounts>>;
  /** By the client that was named, or the id in its key. */
  readonly #slowed: RecentCounts;

  constructor(config: BlockListConfig) {
    this.#config = config;
    const { windowMs } = config;
    const counts = (limit: number): RecentCounts =>
      new RecentCounts({ windowMs, limit: Math.max(1, limit), maxKeys: MAX_KEYS });
    this.#counts = { credential: counts(config.maxBadCredentials), frame: counts(config.maxMalformedFrames) };
    this.#slowed = counts(MAX_DOUBLINGS);
  }

  get size(): number {
    return this.#counts.credential.size + this.#counts.frame.size + this.#slowed.size;
  }

  /** @returns true when the address has to be blocked for it now */
  note(address: string, offence: Offence, nowMs: number): boolean {
    const { maxBadCredentials, maxMalformedFrames } = this.#config;
    const most = offence === 'credential' ? maxBadCredentials : maxMalformedFrames;
    if (most === 0) return false;
    const network = networkOf(address);
    if (this.#counts[offence].note(network, nowMs) < most) return false;
    this.#counts[offence].forget(network);
    return true;
  }

  noteSlowed(subject: string, nowMs: number): void {
    this.#slowed.note(subject, nowMs);
  }

  /** Doubles with each failure. @returns ms, 0 for who did not fail lately */
  delayMs(subject: string, nowMs: number): number {
    const { slowFromMs, slowToMs } = this.#config;
    const failures = this.#slowed.count(subject, nowMs);
    return failures === 0 || slowFromMs === 0 ? 0 : Math.min(slowToMs, slowFromMs * 2 ** (failures - 1));
  }

  sweep(nowMs: number): void {
    this.#counts.credential.sweep(nowMs);
    this.#counts.frame.sweep(nowMs);
    this.#slowed.sweep(nowMs);
  }
}
