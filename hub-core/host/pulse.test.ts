import { describe, expect, it } from 'vitest';
import { FakeClock } from '../test/support/fake-clock.ts';
import { createPulse, pulsingClock } from './pulse.ts';

describe('pulsingClock', () => {
  it('[HO30] tells the time, sets timers, and moves the pulse on with each', () => {
    const [inner, pulse] = [new FakeClock(), createPulse()];
    const clock = pulsingClock(inner, pulse);
    const beats: (number | undefined)[] = [];
    const note = (): void => void beats.push(pulse[0]);
    inner.advance(5);
    expect([clock.nowMs(), clock.wallMs() - inner.wallMs()]).toEqual([5, 0]);
    note();
    clock.after(10, note);
    clock.every(20, note);
    note();
    inner.advance(40);
    expect(beats).toEqual([2, 3, 3, 4, 5]);
  });

  it('[HO30] stays in range for ever', () => {
    const pulse = createPulse();
    pulse[0] = 2_147_483_647;
    pulsingClock(new FakeClock(), pulse).nowMs();
    expect(pulse[0]).toBe(-2_147_483_648);
  });
});
