import { describe, expect, it } from 'vitest';
import { FakeClock } from '../../../test/support/fake-clock.ts';
import { Repeater } from './repeater.ts';

function scene(random = 0.5) {
  const clock = new FakeClock();
  const sent: (readonly [what: string, atMs: number, leftMs: number])[] = [];
  const repeater = new Repeater<string>({
    clock,
    random: () => random,
    send: (what, leftMs) => void sent.push([what, clock.nowMs(), Math.round(leftMs)]),
  });
  return { clock, sent, repeater };
}

describe('Repeater', () => {
  it('[UD20] sends again after 200 ms, then after twice as long each time up to 2 s, until its time is over', () => {
    const { clock, sent, repeater } = scene();
    repeater.add(1, 'a', 8_000);
    clock.advance(20_000);
    expect(sent).toEqual([
      ['a', 200, 7_800],
      ['a', 600, 7_400],
      ['a', 1_400, 6_600],
      ['a', 3_000, 5_000],
      ['a', 5_000, 3_000],
      ['a', 7_000, 1_000],
    ]);
    expect(clock.pendingTimers).toBe(0);
  });

  it.each([
    [0, 150],
    [0.999_999, 250],
  ])('[UD20] waits differ by a quarter at most (%d)', (random, firstMs) => {
    const { clock, sent, repeater } = scene(random);
    repeater.add(1, 'a', 8_000);
    clock.advance(firstMs - 10);
    expect(sent).toEqual([]);
    clock.advance(10);
    expect(sent.length).toBe(1);
  });

  it('[UD20] what is removed is not sent again, and lets others of its number in', () => {
    const { clock, sent, repeater } = scene();
    repeater.add(1, 'a', 8_000);
    repeater.add(2, 'b', 8_000);
    expect([repeater.fresh, repeater.remove(1), repeater.remove(1), repeater.fresh]).toEqual([2, true, false, 1]);
    clock.advance(200);
    expect([sent.map(([what]) => what), repeater.fresh]).toEqual([['b'], 0]);
    repeater.remove(2);
    expect(repeater.fresh).toBe(0);
  });

  it('[UD20] an answer is still known for a second after its time', () => {
    const { clock, sent, repeater } = scene();
    repeater.add(1, 'a', 100);
    clock.advance(1_090);
    expect([sent, repeater.has(1)]).toEqual([[], true]);
    clock.advance(20);
    expect(repeater.has(1)).toBe(false);
  });

  it('[UD20] sending may end everything', () => {
    const clock = new FakeClock();
    const repeater: Repeater<string> = new Repeater<string>({
      clock,
      random: () => 0.5,
      send: () => repeater[Symbol.dispose](),
    });
    repeater.add(1, 'a', 8_000);
    repeater.add(2, 'b', 8_000);
    clock.advance(10_000);
    expect(clock.pendingTimers).toBe(0);
  });
});
