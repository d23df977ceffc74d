import type { Clock } from '../../common/base/clock.ts';
import type { Event } from '../../common/base/emitter.ts';

export interface NewestOptions<T> {
  /** Says that there may be something new. */
  readonly changed: Event<unknown>;
  readonly current: () => T;
  /** At least that long between two values. */
  readonly minIntervalMs: number;
  readonly clock: Clock;
  readonly signal: AbortSignal | undefined;
}

/**
 * The newest value, now and after each change, however slowly it is read: what changed in between is left out. oRPC's
 * iterators know no back-pressure, so this is the only kind of stream that the console is given.
 *
 * @yields the current value
 */
export async function* newestOf<T>(options: NewestOptions<T>): AsyncGenerator<T, void, void> {
  const { changed, current, minIntervalMs, clock, signal } = options;
  let stale = true;
  let wake: () => void = () => {};
  using cleanup = new DisposableStack();
  cleanup.use(
    changed.subscribe(() => {
      stale = true;
      wake();
    }),
  );
  const onAbort = (): void => wake();
  signal?.addEventListener('abort', onAbort);
  cleanup.defer(() => signal?.removeEventListener('abort', onAbort));
  const aborted = (): boolean => signal?.aborted === true;

  while (!aborted()) {
    if (stale) {
      stale = false;
      yield current();
      const { promise, resolve } = Promise.withResolvers<void>();
      const timer = clock.after(minIntervalMs, resolve);
      // Changes wait for the interval's end; an abort does not.
      wake = () => (aborted() ? resolve() : undefined);
      await promise;
      timer[Symbol.dispose]();
    } else {
      await new Promise<void>((resolve) => (wake = resolve));
    }
  }
}
