import { describe, expect, it } from 'vitest';
import { TurnQueue } from './turn-queue.ts';

describe('TurnQueue', () => {
  it('[HO17] handles in order, no longer than a turn at a time, and ends a turn early when told', () => {
    const turns: (() => void)[] = [];
    const handled: number[] = [];
    let nowMs = 0;
    const queue = new TurnQueue<number>({
      handle: (item) => {
        handled.push(item);
        nowMs += 3;
        return item === 5;
      },
      nowMs: () => nowMs,
      nextTurn: (fn) => void turns.push(fn),
    });
    for (let item = 1; item <= 200; item += 1) queue.add(item);
    const ended: number[] = [];
    while (turns.length > 0) {
      turns.shift()?.();
      ended.push(handled.length);
    }
    expect(ended.slice(0, 4)).toEqual([3, 5, 8, 11]);
    expect(handled).toEqual(Array.from({ length: 200 }, (_, index) => index + 1));
    for (const item of [1, 5, 7]) queue.add(item);
    queue.flush();
    expect(handled.slice(-3)).toEqual([1, 5, 7]);
    turns.shift()?.();
    expect([handled.length, turns.length]).toEqual([203, 0]);
  });
});
