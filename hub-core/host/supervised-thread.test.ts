import { describe, expect, it } from 'vitest';
import { silentLogger } from '../common/log/logger.ts';
import { HubStartError } from '../server/hub/hub-start-error.ts';
import { FakeClock } from '../test/support/fake-clock.ts';
import { createPulse } from './pulse.ts';
import { SupervisedThread } from './supervised-thread.ts';
import type { ThreadCarrier, ThreadEvents } from './thread-carrier.ts';

type Ready = { readonly type: 'ready' };
type Other = { readonly type: 'news' };

/** A limit of processor time for one step. */
const LIMIT_MS = 600;

/** A thread in the hands of the test. */
interface Started {
  readonly events: ThreadEvents;
  readonly posted: object[];
  /** Answers to what is asked of its processor time, in order. */
  readonly cpuAsked: PromiseWithResolvers<number>[];
  killed: boolean;
}

function setUp(fallback?: ThreadCarrier) {
  const clock = new FakeClock();
  const threads: Started[] = [];
  const seen: string[] = [];
  const spares: string[] = [];
  const carrier: ThreadCarrier = {
    start(_start, events) {
      const launched: Started = { events, posted: [], cpuAsked: [], killed: false };
      threads.push(launched);
      return {
        post: (message) => void launched.posted.push(message),
        kill() {
          launched.killed = true;
          events.onEnd('it was killed');
        },
        cpuMs() {
          const asked = Promise.withResolvers<number>();
          launched.cpuAsked.push(asked);
          return asked.promise;
        },
      };
    },
    spare() {
      spares.push('loaded');
      return { [Symbol.dispose]: () => void spares.push('ended') };
    },
  };
  const pulse = createPulse();
  const thread = new SupervisedThread<Ready, Other>({
    name: 'hub',
    carrier,
    fallback,
    prepare: () => ({ init: {}, transfer: [], pulse }),
    clock,
    log: silentLogger,
    stuckAfterMs: () => LIMIT_MS,
    onReport: (report) => void seen.push(report.type),
    onDidChangeSilence: () => void seen.push(thread.silent ? 'silent' : 'answers'),
    onLaunched: () => {},
    onGone: (reason) => void seen.push(`gone: ${reason}`),
    onRestarting: (reason) => void seen.push(`restarting: ${reason}`),
    onCrashed: (reason) => void seen.push(`crashed: ${reason}`),
  });
  const last = (): Started => {
    const newest = threads.at(-1);
    if (newest === undefined) throw new Error('No thread was started');
    return newest;
  };
  return { clock, threads, spares, pulse, seen, thread, last };
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function startIt(set: ReturnType<typeof setUp>): Promise<void> {
  const ready = set.thread.start();
  await settle();
  set.last().events.onMessage({ type: 'ready' });
  await ready;
}

describe('SupervisedThread.start', () => {
  it('[HO6] resolves when the thread is ready, and passes its reports on', async () => {
    const set = setUp();
    await startIt(set);
    set.last().events.onMessage({ type: 'news' });
    set.last().events.onMessage('nonsense');
    expect(set.seen).toEqual(['ready', 'news']);
  });

  it('[HO6] rejects with the reason of a thread that cannot do its work', async () => {
    const set = setUp({
      start() {
        throw new Error('the fallback is not asked');
      },
    });
    const ready = set.thread.start();
    await settle();
    set.last().events.onMessage({ type: 'failed', message: 'Cannot listen on port 1: it is taken' });
    set.last().events.onEnd('it exited with code 0');
    await expect(ready).rejects.toThrow(new HubStartError('Cannot listen on port 1: it is taken'));
    expect(set.thread.running).toBe(false);
  });

  it('[HO7] runs in place when the thread cannot be started at all', async () => {
    const inPlace: ThreadEvents[] = [];
    const set = setUp({
      start(_start, events) {
        inPlace.push(events);
        return { post: () => {}, kill: () => {} };
      },
    });
    const ready = set.thread.start();
    await settle();
    set.last().events.onEnd('no memory for a thread');
    await settle();
    inPlace[0]?.onMessage({ type: 'ready' });
    await ready;
    expect({ running: set.thread.running, fellBack: set.thread.fellBack }).toEqual({ running: true, fellBack: true });
  });
});

describe('SupervisedThread', () => {
  it('[HO8] starts a dead thread again, at once and then after longer and longer, and gives up at the fourth death in a minute', async () => {
    const set = setUp();
    await startIt(set);
    for (const delayMs of [0, 200, 400]) {
      set.last().events.onEnd('boom');
      const count = set.threads.length;
      set.clock.advance(Math.max(0, delayMs - 1));
      if (delayMs > 0) await settle();
      expect(set.threads).toHaveLength(count);
      set.clock.advance(1);
      await settle();
      expect(set.threads).toHaveLength(count + 1);
      set.last().events.onMessage({ type: 'ready' });
      await settle();
    }
    set.last().events.onEnd('boom');
    set.clock.advance(60_000);
    expect(set.threads).toHaveLength(4);
    expect(set.seen.filter((line) => line !== 'ready')).toEqual([
      ...Array.from({ length: 3 }, () => ['gone: boom', 'restarting: boom']).flat(),
      'gone: boom',
      'crashed: boom',
    ]);
    expect(set.clock.pendingTimers).toBe(0);
  });

  it('[HO8] counts only the deaths of the last minute', async () => {
    const set = setUp();
    await startIt(set);
    for (let round = 0; round < 6; round += 1) {
      set.last().events.onEnd('boom');
      set.clock.advance(100);
      await settle();
      set.last().events.onMessage({ type: 'ready' });
      await settle();
      for (let second = 0; second < 60; second += 2) {
        set.clock.advance(2_000);
        set.last().events.onMessage({ type: 'pong' });
      }
    }
    expect(set.seen.some((line) => line.startsWith('crashed'))).toBe(false);
  });

  it('[HO8] counts a start that fails as a death', async () => {
    const set = setUp();
    await startIt(set);
    set.last().events.onEnd('boom');
    for (const delayMs of [0, 200, 400]) {
      set.clock.advance(delayMs);
      await settle();
      set.last().events.onEnd('again');
      await settle();
    }
    expect(set.seen.at(-1)).toBe('crashed: Cannot start the hub thread: again');
  });

  it('[HO9] ends a thread that answers no ping any more, and starts it again', async () => {
    const set = setUp();
    await startIt(set);
    const first = set.last();
    set.clock.advance(250);
    first.events.onMessage({ type: 'pong' });
    set.clock.advance(10_000);
    expect(first.killed).toBe(false);
    set.clock.advance(250);
    expect(first.killed).toBe(true);
    expect(set.seen).toEqual(['ready', 'silent', 'gone: it was stuck', 'restarting: it was stuck']);
    set.clock.advance(0);
    await settle();
    expect(set.threads).toHaveLength(2);
  });

  it('[HO9] has patience for a minute with a thread that answers no ping while its pulse goes on', async () => {
    const set = setUp();
    await startIt(set);
    const { events } = set.last();
    set.clock.advance(250);
    events.onMessage({ type: 'pong' });
    for (let second = 0; second < 60; second += 1) {
      Atomics.add(set.pulse, 0, 1);
      set.clock.advance(1_000);
    }
    expect({ killed: set.last().killed, silent: set.thread.silent }).toEqual({ killed: false, silent: true });
    set.clock.advance(250);
    expect(set.last().killed).toBe(true);
  });

  it('[HO18] tells of a thread that did not answer for a second and a quarter at most, and when it answers again', async () => {
    const set = setUp();
    await startIt(set);
    const { events } = set.last();
    set.clock.advance(250);
    events.onMessage({ type: 'pong' });
    set.clock.advance(1_249);
    expect({ seen: set.seen, silent: set.thread.silent }).toEqual({ seen: ['ready'], silent: false });
    set.clock.advance(1);
    expect({ seen: set.seen, silent: set.thread.silent }).toEqual({ seen: ['ready', 'silent'], silent: true });
    set.clock.advance(2_000);
    events.onMessage({ type: 'pong' });
    events.onMessage({ type: 'pong' });
    expect({ seen: set.seen, silent: set.thread.silent }).toEqual({
      seen: ['ready', 'silent', 'answers'],
      silent: false,
    });
  });

  /** Answers the samples of a thread whose one step burns all of its time, for that long. */
  async function burn(set: ReturnType<typeof setUp>, forMs: number): Promise<void> {
    const { cpuAsked } = set.last();
    for (const endsMs = set.clock.nowMs() + forMs; set.clock.nowMs() < endsMs; set.clock.advance(50)) {
      cpuAsked.at(-1)?.resolve(set.clock.nowMs());
      await settle();
    }
  }

  it('[HO30] ends a thread whose one step burns too much processor time, and starts it again with code that is loaded by then', async () => {
    const set = setUp();
    await startIt(set);
    set.clock.advance(250);
    await burn(set, LIMIT_MS);
    expect({ killed: set.last().killed, spares: set.spares }).toEqual({ killed: false, spares: ['loaded'] });
    await burn(set, 50);
    expect(set.seen).toEqual(['ready', 'gone: it was stuck', 'restarting: it was stuck']);
    set.clock.advance(0);
    await settle();
    expect(set.threads).toHaveLength(2);
  });

  it('[HO30] a step that ends in time costs a spare thread for ten seconds, and nothing else', async () => {
    const set = setUp();
    await startIt(set);
    set.clock.advance(250);
    await burn(set, LIMIT_MS);
    set.last().events.onMessage({ type: 'pong' });
    await burn(set, 200);
    expect(set.spares).toEqual(['loaded']);
    for (let second = 0; second < 10; second += 1) {
      set.last().events.onMessage({ type: 'pong' });
      set.clock.advance(1_000);
    }
    expect({ spares: set.spares, seen: set.seen }).toEqual({ spares: ['loaded', 'ended'], seen: ['ready'] });
  });

  it('[HO18] tells nothing of a thread that is stopping, whose last work may be long', async () => {
    const set = setUp();
    await startIt(set);
    const stopped = set.thread.stop(30_000);
    set.clock.advance(5_000);
    set.last().events.onEnd('it exited with code 0');
    await stopped;
    expect(set.seen).toEqual(['ready', 'gone: it exited with code 0']);
  });

  it('[HO10] stop() waits for the thread, and does not start it again', async () => {
    const set = setUp();
    await startIt(set);
    const stopped = set.thread.stop(1_000);
    expect(set.last().posted).toEqual([{ type: 'stop' }]);
    set.last().events.onMessage({ type: 'stopped' });
    set.last().events.onEnd('it exited with code 0');
    await stopped;
    set.clock.advance(5_000);
    expect({ threads: set.threads.length, timers: set.clock.pendingTimers }).toEqual({ threads: 1, timers: 0 });
  });

  it('[HO10] stop() ends a thread that does not stop in time', async () => {
    const set = setUp();
    await startIt(set);
    const stopped = set.thread.stop(1_000);
    set.clock.advance(1_000);
    await stopped;
    expect(set.last().killed).toBe(true);
  });

  it('[HO10] stop() between two starts keeps the thread from coming back', async () => {
    const set = setUp();
    await startIt(set);
    set.last().events.onEnd('boom');
    await set.thread.stop(1_000);
    set.clock.advance(60_000);
    await settle();
    expect({ threads: set.threads.length, posted: set.thread.post({}) }).toEqual({ threads: 1, posted: false });
  });
});
