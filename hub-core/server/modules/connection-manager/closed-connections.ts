import type { Clock } from '../../../common/base/clock.ts';
import type { ConnectionSnapshot } from './connection-snapshot.ts';

/** How long a closed connection is listed among the open ones. */
const LISTED_MS = 60_000;

/** What connections were like when they closed: the newest of them, however many come and go. */
export class ClosedConnections {
  readonly #clock: Pick<Clock, 'nowMs'>;
  readonly #capacity: number;
  /** Oldest first. */
  #kept: { readonly closedMs: number; readonly snapshot: ConnectionSnapshot }[] = [];

  constructor(clock: Pick<Clock, 'nowMs'>, capacity: number) {
    this.#clock = clock;
    this.#capacity = capacity;
  }

  add(snapshot: ConnectionSnapshot): void {
    this.#kept.push({ closedMs: this.#clock.nowMs(), snapshot });
    // Cut in one go, so that a storm of closes does not move the whole list each time.
    if (this.#kept.length >= 2 * this.#capacity) this.#kept = this.#kept.slice(-this.#capacity);
  }

  /** Those closed less than a minute ago, oldest first. */
  recent(): readonly ConnectionSnapshot[] {
    const since = this.#clock.nowMs() - LISTED_MS;
    const first = this.#kept.findIndex(({ closedMs }) => closedMs > since);
    return first < 0 ? [] : this.#newest(this.#kept.length - first).toReversed();
  }

  /** @returns newest first */
  history(limit: number): readonly ConnectionSnapshot[] {
    return this.#newest(limit);
  }

  #newest(limit: number): ConnectionSnapshot[] {
    const count = Math.min(limit, this.#capacity);
    return count === 0
      ? []
      : this.#kept
          .slice(-count)
          .map(({ snapshot }) => snapshot)
          .toReversed();
  }
}
