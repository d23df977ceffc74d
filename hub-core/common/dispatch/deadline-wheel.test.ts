import { describe, expect, it } from 'vitest';
import { FakeClock } from '../../test/support/fake-clock.ts';
import { DeadlineWheel, Timed } from './deadline-wheel.ts';

class Entry extends Timed {
  readonly name: string;
  constructor(name: string) {
    super();
    this.name = name;
  }
}

function setUp(slots = 8): {
  clock: FakeClock;
  wheel: DeadlineWheel<Entry>;
  expired: string[];
  onExpire: (fn: (entry: Entry) => void) => void;
} {
  const clock = new FakeClock();
  const expired: string[] = [];
  let hook: (entry: Entry) => void = () => undefined;
  const wheel = new DeadlineWheel<Entry>({
    clock,
    slots,
    onExpire: (entry) => {
      expired.push(`${entry.name}@${String(clock.nowMs())}`);
      hook(entry);
    },
  });
  return { clock, wheel, expired, onExpire: (fn) => (hook = fn) };
}

describe('DeadlineWheel', () => {
  it('[RQ20] add() expires an entry at the first tick that is not before its deadline', () => {
    const { clock, wheel, expired } = setUp();
    wheel.add(new Entry('a'), 25);
    wheel.add(new Entry('b'), 30);
    wheel.add(new Entry('c'), 31);
    clock.advance(100);
    expect(expired).toEqual(['a@30', 'b@30', 'c@40']);
  });

  it('[RQ20] add() keeps a deadline further off than one round of the wheel', () => {
    const { clock, wheel, expired } = setUp();
    wheel.add(new Entry('far'), 250);
    clock.advance(300);
    expect(expired).toEqual(['far@250']);
  });

  it('[RQ20] add() expires a deadline that has passed with the next tick', () => {
    const { clock, wheel, expired } = setUp();
    clock.advance(95);
    wheel.add(new Entry('late'), 10);
    clock.advance(20);
    expect(expired).toEqual(['late@105']);
  });

  it('[RQ20] remove() ends a deadline, also from within another one', () => {
    const { clock, wheel, expired, onExpire } = setUp();
    const [first, second, third] = [new Entry('1'), new Entry('2'), new Entry('3')];
    for (const entry of [first, second, third]) wheel.add(entry, 10);
    onExpire(() => wheel.remove(second));
    clock.advance(50);
    expect([expired, wheel.size]).toEqual([['1@10', '3@10'], 0]);
  });

  it('[RQ20] remove() of an entry without a deadline does nothing', () => {
    const { wheel } = setUp();
    wheel.remove(new Entry('none'));
    expect(wheel.size).toBe(0);
  });

  it('[RQ20] an entry can be added again from its own expiry', () => {
    const { clock, wheel, expired, onExpire } = setUp();
    onExpire((entry) => {
      if (expired.length < 3) wheel.add(entry, clock.nowMs() + 10);
    });
    wheel.add(new Entry('again'), 10);
    clock.advance(100);
    expect(expired).toEqual(['again@10', 'again@20', 'again@30']);
  });

  it('[RQ20] add() does not keep a deadline at Infinity', () => {
    const { clock, wheel } = setUp();
    wheel.add(new Entry('never'), Infinity);
    expect([wheel.size, clock.pendingTimers]).toEqual([0, 0]);
  });

  it('[RQ20] its one timer stops when it is empty and starts again', () => {
    const { clock, wheel, expired } = setUp();
    const entry = new Entry('a');
    wheel.add(entry, 1_000);
    wheel.remove(entry);
    const whileEmpty = [clock.pendingTimers, wheel.ticking];
    clock.advance(10);
    const after = [clock.pendingTimers, wheel.ticking];
    clock.advance(500);
    wheel.add(entry, 600);
    clock.advance(90);
    expect([whileEmpty, after, expired]).toEqual([[1, true], [0, false], ['a@600']]);
  });

  it('[RQ20] passes each slot once when its timer comes late', () => {
    let nowMs = 0;
    let tick: () => void = () => undefined;
    const expired: string[] = [];
    const wheel = new DeadlineWheel<Entry>({
      clock: {
        nowMs: () => nowMs,
        wallMs: () => 0,
        after: () => ({ [Symbol.dispose]() {} }),
        every: (_intervalMs, fn) => {
          tick = fn;
          return { [Symbol.dispose]() {} };
        },
      },
      slots: 4,
      onExpire: (entry) => expired.push(entry.name),
    });
    for (const [index, deadlineMs] of [15, 35, 70, 5_000].entries()) wheel.add(new Entry(String(index)), deadlineMs);
    nowMs = 1_000;
    tick();
    expect([expired.toSorted(), wheel.size]).toEqual([['0', '1', '2'], 1]);
  });

  it('[RQ20] refuses an entry that has a deadline', () => {
    const { wheel } = setUp();
    const entry = new Entry('a');
    wheel.add(entry, 10);
    expect(() => wheel.add(entry, 20)).toThrow(TypeError);
  });

  it('[RQ20] refuses ticks and slots that make no wheel', () => {
    const clock = new FakeClock();
    const onExpire = (): void => undefined;
    expect(() => new DeadlineWheel({ clock, onExpire, tickMs: 0 })).toThrow(RangeError);
    expect(() => new DeadlineWheel({ clock, onExpire, slots: 3 })).toThrow(RangeError);
  });

  it('[RQ20] dispose forgets all entries, from within an expiry too', () => {
    const { clock, wheel, expired, onExpire } = setUp();
    for (const name of ['a', 'b']) wheel.add(new Entry(name), 10);
    wheel.add(new Entry('c'), 90);
    onExpire(() => wheel[Symbol.dispose]());
    clock.advance(200);
    expect([expired, wheel.size, clock.pendingTimers]).toEqual([['a@10'], 0, 0]);
  });
});
