import type { Clock } from '../../hub-core/common/base/clock.ts';
import type { Event } from '../../hub-core/common/base/emitter.ts';

/** The part of the page's storage that a journal needs. */
export type JournalStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

export interface JournalOptions {
  readonly storage: JournalStorage;
  readonly clock: Clock;
  /** The user turned to something else: a good moment to write. */
  readonly away: Event<unknown>;
  /** Ends it, after what is pending was written. */
  readonly signal: AbortSignal;
}

/** A page that is killed loses 250 ms of the typing at most: this, and what the way to the disk takes on a busy machine. */
const WRITE_WITHIN_MS = 150;

/**
 * Writes changes down, many at once, and none later than 150 ms.
 *
 * @param write takes what there is to write at that moment
 * @returns to be called at each change
 */
export function startJournal({ clock, away, signal }: Omit<JournalOptions, 'storage'>, write: () => void): () => void {
  let pending: Disposable | undefined;
  const flush = (): void => {
    if (pending === undefined) return;
    pending[Symbol.dispose]();
    pending = undefined;
    write();
  };
  const subscription = away.subscribe(flush);
  const end = (): void => {
    subscription[Symbol.dispose]();
    flush();
  };
  signal.addEventListener('abort', end, { once: true });
  return () => {
    if (!signal.aborted) pending ??= clock.after(WRITE_WITHIN_MS, flush);
  };
}
