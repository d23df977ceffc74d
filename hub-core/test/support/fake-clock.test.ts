import { describe, expect, it } from 'vitest';
import { FakeClock } from './fake-clock.ts';

describe('FakeClock', () => {
  it('[DI8] advance() runs what becomes due, in order and each at its own time', () => {
    const clock = new FakeClock();
    const ran: string[] = [];
    const note = (name: string) => (): void => void ran.push(`${name}@${String(clock.nowMs())}`);
    clock.after(20, note('late'));
    clock.after(10, note('first'));
    clock.after(10, note('second'));
    using every = clock.every(7, note('every'));
    clock.advance(20);
    every[Symbol.dispose]();
    clock.advance(100);
    expect(ran).toEqual(['every@7', 'first@10', 'second@10', 'every@14', 'late@20']);
    expect(clock.pendingTimers).toBe(0);
  });

  it('[DI8] advance() runs timers that timers start, if they become due too', () => {
    const clock = new FakeClock();
    const ran: number[] = [];
    clock.after(5, () => void clock.after(5, () => ran.push(clock.nowMs())));
    clock.advance(9);
    expect({ ran: [...ran], pending: clock.pendingTimers }).toEqual({ ran: [], pending: 1 });
    clock.advance(1);
    expect(ran).toEqual([10]);
  });

  it('[DI8] wallMs() goes with the time and can jump by itself', () => {
    const clock = new FakeClock(1_000);
    clock.advance(500);
    clock.jumpWall(-700);
    expect({ wall: clock.wallMs(), now: clock.nowMs() }).toEqual({ wall: 800, now: 500 });
  });

  it('[DI8] advanceAsync() lets promises settle between timers', async () => {
    const clock = new FakeClock();
    const ran: string[] = [];
    clock.after(5, () => void Promise.resolve().then(() => ran.push('promise')));
    clock.after(6, () => ran.push('timer'));
    await clock.advanceAsync(10);
    expect({ ran, now: clock.nowMs() }).toEqual({ ran: ['promise', 'timer'], now: 10 });
  });

  it('[DI8] refuses to go back or to repeat without an interval', () => {
    const clock = new FakeClock();
    expect(() => clock.advance(-1)).toThrow(RangeError);
    expect(() => clock.every(0, () => {})).toThrow(RangeError);
  });
});
