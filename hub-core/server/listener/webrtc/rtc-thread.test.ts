import { describe, expect, it } from 'vitest';
import { RequestError } from '../../../common/errors/hub-error.ts';
import { silentLogger } from '../../../common/log/logger.ts';
import { FakeClock } from '../../../test/support/fake-clock.ts';
import { readFrames } from './frame-batch.ts';
import { RtcThread } from './rtc-thread.ts';
import type { RtcThreadEvents, StartRtcThread } from './rtc-worker.ts';
import type { RtcCommand, RtcReport } from './thread-messages.ts';

/** Threads that only write down what they are told, and end when the test says so. */
function stage() {
  const clock = new FakeClock();
  const started: RtcThreadEvents[] = [];
  const commands: RtcCommand[] = [];
  const reports: RtcReport[] = [];
  const gone: number[] = [];
  const deferred: (() => void)[] = [];
  const start: StartRtcThread = (_init, events) => {
    started.push(events);
    return {
      post: (command) => commands.push(command),
      kill: async () => events.onEnd('it was killed'),
    };
  };
  const thread = new RtcThread({
    clock,
    log: silentLogger,
    init: { maxMessageBytes: 1_000, portRange: undefined },
    start,
    defer: (flush) => deferred.push(flush),
    onReport: (report) => reports.push(report),
    onGone: () => gone.push(clock.nowMs()),
  });
  const endTick = (): void => {
    for (const flush of deferred.splice(0)) flush();
  };
  return { clock, thread, started, commands, reports, gone, endTick };
}

/** Milliseconds until it can be started again, as it says itself. */
function pauseOf(thread: RtcThread): number {
  try {
    thread.ensureRunning();
    return 0;
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    return Number(error.extra?.['retry_after_ms']);
  }
}

describe('RtcThread', () => {
  it('[WR8] is started when it is needed, and once', () => {
    const { thread, started } = stage();
    expect(started).toHaveLength(0);
    thread.ensureRunning();
    thread.ensureRunning();
    expect([started.length, thread.isRunning, thread.restarts]).toEqual([1, true, 0]);
  });

  it('[WR8] waits twice as long after each death, and from the start again after a sound life', () => {
    const { clock, thread, started } = stage();
    const pauses: number[] = [];
    for (let death = 0; death < 7; death += 1) {
      thread.ensureRunning();
      started.at(-1)?.onEnd('it broke');
      pauses.push(pauseOf(thread));
      clock.advance(pauses.at(-1) ?? 0);
    }
    expect(pauses).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
    thread.ensureRunning();
    clock.advance(61_000);
    started.at(-1)?.onEnd('it broke');
    expect([pauseOf(thread), thread.restarts]).toEqual([1_000, 7]);
  });

  it('[WR8] tells of its end once, and takes no word from one that is gone', () => {
    const { clock, thread, started, reports, gone } = stage();
    thread.ensureRunning();
    const [first] = started;
    first?.onEnd('it broke');
    clock.advance(1_000);
    thread.ensureRunning();
    first?.onReport({ type: 'trouble', text: 'late' });
    first?.onEnd('again');
    expect([reports, gone.length, thread.isRunning]).toEqual([[], 1, true]);
  });

  it('[WR8] is not started again once it was stopped', async () => {
    const { thread, gone } = stage();
    thread.ensureRunning();
    await thread.stop();
    expect(gone).toHaveLength(1);
    expect(pauseOf(thread)).toBeGreaterThan(0);
  });

  it('[WR7] hands over what one tick brings together, and before what is said after it', () => {
    const { thread, commands, endTick } = stage();
    thread.ensureRunning();
    thread.send(1, new Uint8Array([1]));
    thread.send(2, new Uint8Array([2, 2]));
    thread.acknowledge(1, 10);
    thread.acknowledge(1, 5);
    thread.post({ type: 'close', peer: 1 });
    thread.send(2, new Uint8Array([3]));
    endTick();
    const told = commands.map((command) => {
      if (command.type !== 'tick') return command.type;
      const frames: string[] = [];
      if (command.frames !== undefined)
        readFrames(command.frames, (peer, frame) => frames.push(`${String(peer)}: ${frame.join()}`));
      return { frames, acks: command.acks };
    });
    expect(told).toEqual([{ frames: ['1: 1', '2: 2,2'], acks: [1, 15] }, 'close', { frames: ['2: 3'], acks: [] }]);
  });

  it('[WR7] does not hold back more than 256 KiB for the end of a tick', () => {
    const { thread, commands } = stage();
    thread.ensureRunning();
    for (let n = 0; n < 5; n += 1) thread.send(1, new Uint8Array(60_000));
    expect(commands.map(({ type }) => type)).toEqual(['tick']);
  });
});
