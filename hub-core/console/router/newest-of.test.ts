import { describe, expect, it } from 'vitest';
import { Emitter } from '../../common/base/emitter.ts';
import { FakeClock } from '../../test/support/fake-clock.ts';
import { newestOf } from './newest-of.ts';

function setUp(signal?: AbortSignal) {
  const clock = new FakeClock();
  const changed = new Emitter<void>();
  const source = { value: 1 };
  const values = newestOf({ changed: changed.event, current: () => source.value, minIntervalMs: 100, clock, signal });
  const set = (value: number): void => {
    source.value = value;
    changed.emit();
  };
  return { clock, changed, values, set };
}

/** Lets what is already decided happen. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('newestOf', () => {
  it('[CO3] gives the current value first, then only the newest after each interval', async () => {
    const { clock, values, set } = setUp();
    expect(await values.next()).toEqual({ value: 1, done: false });
    set(2);
    const next = values.next();
    await settle();
    set(3);
    clock.advance(100);
    expect(await next).toEqual({ value: 3, done: false });
  });

  it('[CO3] waits for a change when there is none', async () => {
    const { clock, values, set } = setUp();
    await values.next();
    const next = values.next();
    await settle();
    clock.advance(1_000);
    await settle();
    set(7);
    expect(await next).toEqual({ value: 7, done: false });
  });

  it.each([0, 100])('[CO4] ends at an abort, after %d ms, and keeps no listener or timer', async (afterMs) => {
    const abort = new AbortController();
    const { clock, changed, values } = setUp(abort.signal);
    await values.next();
    const next = values.next();
    await settle();
    clock.advance(afterMs);
    await settle();
    abort.abort();
    expect(await next).toEqual({ value: undefined, done: true });
    expect([changed.listenerCount, clock.pendingTimers]).toEqual([0, 0]);
  });

  it('[CO4] ends when its reader returns', async () => {
    const { changed, values } = setUp();
    await values.next();
    await values.return();
    expect(changed.listenerCount).toBe(0);
  });

  it('[CO4] subscribes to nothing before it is read', () => {
    const { changed } = setUp();
    expect(changed.listenerCount).toBe(0);
  });
});
