import { describe, expect, it } from 'vitest';
import { systemClock } from './clock.ts';

describe('systemClock', () => {
  it('[DI7] nowMs() never goes back, wallMs() is the time of day', () => {
    const first = systemClock.nowMs();
    expect(systemClock.nowMs()).toBeGreaterThanOrEqual(first);
    expect(Math.abs(systemClock.wallMs() - Date.now())).toBeLessThan(1_000);
  });

  it('[DI7] after() runs once, unless disposed before', async () => {
    const ran: string[] = [];
    using cancelled = systemClock.after(0, () => ran.push('cancelled'));
    cancelled[Symbol.dispose]();
    const { promise, resolve } = Promise.withResolvers<void>();
    systemClock.after(1, () => {
      ran.push('ran');
      resolve();
    });
    // The hub's own timers keep no process alive, and so not the one that waits for them here.
    const alive = setInterval(() => {}, 1_000);
    await promise;
    clearInterval(alive);
    expect(ran).toEqual(['ran']);
  });

  it('[DI7] every() repeats until disposed', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    let count = 0;
    const timer = systemClock.every(1, () => {
      count += 1;
      if (count < 3) return;
      timer[Symbol.dispose]();
      resolve();
    });
    const alive = setInterval(() => {}, 1_000);
    await promise;
    clearInterval(alive);
    expect(count).toBe(3);
  });
});
