import { describe, expect, it, vi } from 'vitest';
import { Emitter } from './emitter.ts';

describe('Emitter', () => {
  it('[DI1] emit() tells every listener in the order of subscription, synchronously', () => {
    const emitter = new Emitter<number>();
    const heard: string[] = [];
    emitter.event.subscribe((value) => heard.push(`a${String(value)}`));
    emitter.event.subscribe((value) => heard.push(`b${String(value)}`));
    emitter.emit(1);
    expect(heard).toEqual(['a1', 'b1']);
  });

  it('[DI1] the same function subscribed twice is two subscriptions', () => {
    const emitter = new Emitter<number>();
    const heard: number[] = [];
    const listener = (value: number): void => void heard.push(value);
    const first = emitter.event.subscribe(listener);
    emitter.event.subscribe(listener);
    first[Symbol.dispose]();
    emitter.emit(1);
    expect(heard).toEqual([1]);
  });

  it('[DI2] a listener added during delivery hears only the next value', () => {
    const emitter = new Emitter<number>();
    const heard: number[] = [];
    using once = emitter.event.subscribe(() => {
      once[Symbol.dispose]();
      emitter.event.subscribe((value) => heard.push(value));
    });
    emitter.emit(1);
    emitter.emit(2);
    expect(heard).toEqual([2]);
  });

  it('[DI2] a listener removed during delivery is not called any more', () => {
    const emitter = new Emitter<number>();
    const heard: string[] = [];
    emitter.event.subscribe(() => second[Symbol.dispose]());
    const second = emitter.event.subscribe(() => heard.push('second'));
    emitter.event.subscribe(() => heard.push('third'));
    emitter.emit(1);
    expect(heard).toEqual(['third']);
  });

  it('[DI3] a listener that throws is reported and the others still run', () => {
    const errors: unknown[] = [];
    const emitter = new Emitter<number>({ onListenerError: (error) => errors.push(error) });
    const heard: number[] = [];
    emitter.event.subscribe(() => {
      throw new Error('bad listener');
    });
    emitter.event.subscribe((value) => heard.push(value));
    emitter.emit(7);
    expect({ heard, errors }).toEqual({ heard: [7], errors: [new Error('bad listener')] });
  });

  it('[DI3] without a receiver for them, a listener’s errors surface as unhandled ones', () => {
    const queued: (() => void)[] = [];
    const queue = vi.spyOn(globalThis, 'queueMicrotask').mockImplementation((task) => void queued.push(task));
    const emitter = new Emitter<void>();
    emitter.event.subscribe(() => {
      throw new Error('bad listener');
    });
    emitter.emit();
    queue.mockRestore();
    expect(queued).toHaveLength(1);
    expect(queued[0]).toThrow('bad listener');
  });

  it('[DI4] disposing ends subscriptions: one by its own, all by the emitter’s', () => {
    const emitter = new Emitter<number>();
    const heard: number[] = [];
    const subscription = emitter.event.subscribe((value) => heard.push(value));
    emitter.event.subscribe((value) => heard.push(value));
    expect(emitter.listenerCount).toBe(2);
    subscription[Symbol.dispose]();
    subscription[Symbol.dispose]();
    expect(emitter.listenerCount).toBe(1);
    emitter[Symbol.dispose]();
    emitter.emit(1);
    expect({ heard, count: emitter.listenerCount }).toEqual({ heard: [], count: 0 });
  });
});
