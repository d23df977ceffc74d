interface FollowFeedOptions<T> {
  readonly open: () => Promise<AsyncIterable<T>>;
  readonly onValue: (value: T) => void;
  readonly signal: AbortSignal;
  /** Told why a stream broke off. */
  readonly onBroken?: (error: unknown) => void;
  /** Waits before a stream is opened again. */
  readonly pause?: (signal: AbortSignal) => Promise<void>;
}

const warn = (error: unknown): void => console.warn('A feed from the hub broke off and is opened again', error);

const REOPEN_AFTER_MS = 500;

function shortPause(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, REOPEN_AFTER_MS);
    signal.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true });
  });
}

/**
 * Hands every value of a stream to `onValue`, and opens the stream again when it ends or breaks: whoever watches a feed
 * wants the newest value, and the line below says by itself when it is down.
 */
export async function followFeed<T>(options: FollowFeedOptions<T>): Promise<void> {
  const { open, onValue, signal, onBroken = warn, pause = shortPause } = options;
  while (!signal.aborted) {
    try {
      for await (const value of await open()) {
        if (signal.aborted) return;
        onValue(value);
      }
    } catch (error) {
      if (!signal.aborted) onBroken(error);
    }
    if (!signal.aborted) await pause(signal);
  }
}
