/** Time as the hub sees it. Injected everywhere, so that tests advance it by hand. */
export interface Clock {
  /** Monotonic milliseconds with a fraction, from an arbitrary start; never goes back. For durations and deadlines. */
  nowMs(): number;
  /** Milliseconds since 1970-01-01 UTC. For showing to people only: it may jump. */
  wallMs(): number;
  /** Calls `fn` once after `delayMs` (≥ 0). @returns a disposable that cancels it */
  after(delayMs: number, fn: () => void): Disposable;
  /** Calls `fn` every `intervalMs` (> 0) until disposed. */
  every(intervalMs: number, fn: () => void): Disposable;
}

interface NodeTimer {
  unref(): unknown;
}

function isNodeTimer(timer: unknown): timer is NodeTimer {
  return typeof timer === 'object' && timer !== null && 'unref' in timer;
}

/** Timers of Node keep the process alive; the hub's own must not, since its listeners already do. */
function unref(timer: unknown): void {
  if (isNodeTimer(timer)) timer.unref();
}

function platformClock(onTimer: (timer: unknown) => void): Clock {
  return {
    nowMs: () => performance.now(),
    wallMs: () => Date.now(),
    after(delayMs, fn) {
      const timer = setTimeout(fn, delayMs);
      onTimer(timer);
      return { [Symbol.dispose]: () => clearTimeout(timer) };
    },
    every(intervalMs, fn) {
      const timer = setInterval(fn, intervalMs);
      onTimer(timer);
      return { [Symbol.dispose]: () => clearInterval(timer) };
    },
  };
}

/** The platform's clock and timers. */
export const systemClock: Clock = platformClock(unref);

/**
 * As {@link systemClock}, but a waiting timer keeps a Node process alive. For programs that have nothing else open while
 * they wait, such as a client between two attempts to reconnect.
 */
export const keepAliveClock: Clock = platformClock(() => {});
