import type { Clock } from '../common/base/clock.ts';
import type { Random } from '../common/base/random.ts';

export interface BackOffLimits {
  readonly baseDelayMs: number;
  readonly maxDelayMs: number;
}

/**
 * Wait before an attempt: uniform between 0 and a bound that doubles with each failure, so that the clients of a hub that
 * comes back do not all arrive at once.
 *
 * @param failures failed attempts in a row, from 1
 * @returns milliseconds
 * @see Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015 ("full jitter")
 */
export function backOffMs(failures: number, limits: BackOffLimits, random: Random): number {
  const bound = Math.min(limits.maxDelayMs, limits.baseDelayMs * 2 ** Math.min(failures - 1, 30));
  return random() * bound;
}

/** Resolves after `delayMs`. @throws the signal's reason when it aborts first */
export function pause(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  if (signal.aborted) {
    reject(signal.reason as Error);
    return promise;
  }
  const abort = (): void => {
    timer[Symbol.dispose]();
    reject(signal.reason as Error);
  };
  const timer = clock.after(delayMs, () => {
    signal.removeEventListener('abort', abort);
    resolve();
  });
  signal.addEventListener('abort', abort, { once: true });
  return promise;
}
