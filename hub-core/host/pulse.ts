import type { Clock } from '../common/base/clock.ts';

/** A counter that a thread moves on and the host reads, so that it sees that the thread gets on with its work. */
export type Pulse = Int32Array<SharedArrayBuffer>;

export function createPulse(): Pulse {
  return new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
}

/**
 * A clock that moves the pulse on whenever it is used. A thread's own code asks for the time or sets a timer at each frame,
 * request, arrival and piece of a search, so a loop of it that does none of that has begun nothing new.
 *
 * The counter is written without a lock: it has one writer, and a reader that sees the change a little later sees it in time.
 */
export function pulsingClock(clock: Clock, pulse: Pulse): Clock {
  const beat = (): void => {
    pulse[0] = ((pulse[0] ?? 0) + 1) | 0;
  };
  return {
    nowMs() {
      beat();
      return clock.nowMs();
    },
    wallMs() {
      beat();
      return clock.wallMs();
    },
    after(delayMs, fn) {
      beat();
      return clock.after(delayMs, fn);
    },
    every(intervalMs, fn) {
      return clock.every(intervalMs, () => {
        beat();
        fn();
      });
    },
  };
}
