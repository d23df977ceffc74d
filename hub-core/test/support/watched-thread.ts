import { systemClock } from '../../common/base/clock.ts';
import { createPulse } from '../../host/pulse.ts';
import { StuckWatch } from '../../host/stuck-watch.ts';
import { workerCarrier } from '../../host/worker-carrier.ts';
import type { Work } from './working-thread.ts';

const ENTRY = new URL('./working-thread.ts', import.meta.url);
const PING_EVERY_MS = 100;

export interface WatchedThread extends Disposable {
  /** What came about, in order: `step` and `done` of the thread, `stuck` of the watch. */
  readonly seen: string[];
  give(work: Work): void;
  /** Resolves when that was seen, as often as that. */
  until(what: string, times?: number): Promise<void>;
}

/** A real thread and the watch over it, on the real clock. */
export async function watchThread(limitMs: number): Promise<WatchedThread> {
  const pulse = createPulse();
  const seen: string[] = [];
  let news = Promise.withResolvers<void>();
  // Nobody may be waiting when the thread ends, as it does at last.
  const quietly = ({ promise }: PromiseWithResolvers<void>): void => void promise.catch(() => {});
  quietly(news);
  const note = (what: string): void => {
    seen.push(what);
    news.resolve();
    news = Promise.withResolvers();
    quietly(news);
  };
  const thread = workerCarrier('working', ENTRY, {}).start(
    { init: { pulse }, transfer: [], pulse },
    {
      onMessage(message) {
        const { type } = message as { type: string };
        if (type === 'pong') watch.answered();
        else note(type);
      },
      onEnd: (reason) => news.reject(new Error(`Cannot go on: the thread ended: ${reason}`)),
    },
  );
  const watch = new StuckWatch({
    thread,
    pulse,
    clock: systemClock,
    limitMs,
    onSuspect: () => {},
    onStuck: () => note('stuck'),
  });
  const until: WatchedThread['until'] = async (what, times = 1) => {
    while (seen.filter((each) => each === what).length < times) await news.promise;
  };
  await until('ready');
  seen.length = 0;
  const pings = systemClock.every(PING_EVERY_MS, () => {
    thread.post({ type: 'ping' });
    watch.pinged();
  });
  return {
    seen,
    give: (work) => thread.post(work),
    until,
    [Symbol.dispose]() {
      pings[Symbol.dispose]();
      watch[Symbol.dispose]();
      thread.kill();
    },
  };
}
