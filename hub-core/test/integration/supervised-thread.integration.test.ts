import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { silentLogger } from '../../common/log/logger.ts';
import { createPulse } from '../../host/pulse.ts';
import { SupervisedThread } from '../../host/supervised-thread.ts';
import { workerCarrier } from '../../host/worker-carrier.ts';
import { FakeClock } from '../support/fake-clock.ts';

const ENTRY = new URL('../support/failing-thread.ts', import.meta.url);

function setUp() {
  const clock = new FakeClock();
  const gone: string[] = [];
  let ready = 0;
  const thread = new SupervisedThread<{ type: 'ready' }, { type: 'news' }>({
    name: 'capture',
    carrier: workerCarrier('failing', ENTRY, {}),
    fallback: undefined,
    prepare: () => ({ init: {}, transfer: [], pulse: createPulse() }),
    clock,
    log: silentLogger,
    stuckAfterMs: () => 0,
    onReport: () => (ready += 1),
    onDidChangeSilence: () => {},
    onLaunched: () => {},
    onGone: (reason) => void gone.push(reason),
    onRestarting: () => {},
    onCrashed: () => {},
  });
  return { clock, gone, thread, readyCount: () => ready };
}

describe('SupervisedThread over real threads', () => {
  it.each([
    ['throw', 'thrown on demand'],
    ['exit', 'it exited with code 3'],
  ])('[HO8] starts a thread again after "%s"', async (command, reason) => {
    const { clock, gone, thread, readyCount } = setUp();
    await thread.start();
    thread.post({ type: command });
    await expect.poll(() => gone).toEqual([reason]);
    clock.advance(0);
    await expect.poll(readyCount).toBe(2);
    await thread.stop(60_000);
    expect(thread.running).toBe(false);
  });

  it('[HO9] ends a thread whose loop is stuck, and starts it again', async () => {
    const { clock, gone, thread, readyCount } = setUp();
    await thread.start();
    thread.post({ type: 'loop' });
    for (let ping = 0; ping < 6; ping += 1) {
      clock.advance(2_000);
      await nextTurn();
    }
    await expect.poll(() => gone).toEqual(['it was stuck']);
    clock.advance(0);
    await expect.poll(readyCount).toBe(2);
    await thread.stop(60_000);
  });
});
