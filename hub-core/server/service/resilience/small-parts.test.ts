import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../common/base/random.ts';
import { FakeClock } from '../../../test/support/fake-clock.ts';
import { ChannelStanding } from './channel-standing.ts';
import { parseHealthCheck } from './health-check.ts';
import { mayEjectOneOf, readmitSurplus, type PoolMember } from './pool-share.ts';
import { DEFAULT_RESILIENCE_LIMITS } from './resilience-limits.ts';
import { RetryBudget } from './retry-budget.ts';
import { SlidingCount } from './sliding-count.ts';
import { WaitEstimate } from './wait-estimate.ts';

describe('SlidingCount', () => {
  it('[BK1] counts what a list of all events would, to a tenth of the window', () => {
    const event = fc.record({ waitMs: fc.integer({ min: 0, max: 400 }), failed: fc.boolean() });
    fc.assert(
      fc.property(fc.array(event, { maxLength: 100 }), (events) => {
        const counted = new SlidingCount(1_000);
        const all: { readonly atMs: number; readonly failed: boolean }[] = [];
        let nowMs = 0;
        for (const { waitMs, failed } of events) {
          nowMs += waitMs;
          counted.add(nowMs, 1, failed ? 1 : 0);
          all.push({ atMs: nowMs, failed });
        }
        const since = Math.floor(nowMs / 100) * 100 - 900;
        const recent = all.filter(({ atMs }) => atMs >= since);
        expect([counted.all(nowMs), counted.some(nowMs)]).toEqual([
          recent.length,
          recent.filter(({ failed }) => failed).length,
        ]);
      }),
    );
  });
});

describe('RetryBudget', () => {
  it('[RL1] gives a part of the requests of the window, and at least a few', () => {
    const budget = new RetryBudget({ ratio: 0.2, minRetries: 2, windowMs: 1_000 });
    const few = [budget.take(0), budget.take(0), budget.take(0)];
    for (let index = 0; index < 100; index += 1) budget.requested(10);
    let taken = 0;
    while (budget.take(20)) taken += 1;
    expect([few, taken, budget.denied]).toEqual([[true, true, false], 18, 2]);
  });

  it('[RL1] has it again when the window has moved on; 0 is no limit', () => {
    const budget = new RetryBudget({ ratio: 0.2, minRetries: 1, windowMs: 1_000 });
    const none = new RetryBudget({ ratio: 0, minRetries: 0, windowMs: 1_000 });
    const taken = [budget.take(0), budget.take(900), budget.take(1_100)];
    expect([taken, none.take(0)]).toEqual([[true, false, true], true]);
  });
});

describe('WaitEstimate', () => {
  const limits = { enabled: true, minSamples: 3, maxAgeMs: 1_000 };

  it('[RL3] is the place in the queue times the mean, over what is taken at a time', () => {
    const estimate = new WaitEstimate(limits);
    for (let index = 0; index < 3; index += 1) estimate.answered(index, 100);
    expect([estimate.waitMs(10, 0, 2), estimate.waitMs(10, 9, 2), estimate.quickestMs(10)]).toEqual([50, 500, 100]);
  });

  it('[RL5] says nothing with few or old answers, without limit, or when it is off', () => {
    const [few, old, off] = [
      new WaitEstimate(limits),
      new WaitEstimate(limits),
      new WaitEstimate({ ...limits, enabled: false }),
    ];
    for (let index = 0; index < 5; index += 1) {
      if (index < 2) few.answered(index, 100);
      old.answered(index, 100);
      off.answered(index, 100);
    }
    const said = [
      few.waitMs(5, 9, 1),
      old.waitMs(1_005, 9, 1),
      off.waitMs(5, 9, 1),
      old.waitMs(5, 9, Infinity),
      old.waitMs(5, 9, 0),
    ];
    old.answered(5_000, 100);
    expect([...said, few.quickestMs(5), old.quickestMs(5_000)]).toEqual(
      said.map(() => undefined).concat(undefined, undefined),
    );
  });

  it('[RL4] forgets the quickest answer after a while', () => {
    const estimate = new WaitEstimate({ ...limits, maxAgeMs: 1_000_000 });
    for (let index = 0; index < 300; index += 1) estimate.answered(index, index === 0 ? 1 : 50);
    expect(estimate.quickestMs(300)).toBe(50);
  });
});

describe('parseHealthCheck', () => {
  it('[BK9] reads the route and the interval', () => {
    expect([
      parseHealthCheck({ other: 1 }),
      parseHealthCheck({ health: '/up' }),
      parseHealthCheck({ health: '/', health_interval_ms: 500 }),
    ]).toEqual([undefined, { path: '/up', intervalMs: undefined }, { path: '/', intervalMs: 500 }]);
  });

  it.each([
    [{ health: 'up' }, 'metadata.health'],
    [{ health: true }, 'metadata.health'],
    [{ health: '/a/../b' }, 'metadata.health'],
    [{ health: '/up?x' }, 'metadata.health'],
    [{ health: '/up', health_interval_ms: 499 }, 'metadata.health_interval_ms'],
    [{ health_interval_ms: '1s' }, 'metadata.health_interval_ms'],
  ])('[BK9] refuses %j', (metadata, named) => {
    expect(() => parseHealthCheck(metadata)).toThrow(named);
  });
});

describe('a pool', () => {
  it('[BK5] never ejects more than its part, nor the last that takes work, whatever happens', () => {
    const step = fc.record({
      member: fc.nat(7),
      does: fc.constantFrom('fail', 'eject', 'unhealthy', 'healthy', 'remove', 'drain', 'wait'),
    });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), fc.array(step, { maxLength: 60 }), (count, steps) => {
        const clock = new FakeClock();
        let pool: (PoolMember & { readonly standing: ChannelStanding; draining: boolean })[] = [];
        pool = Array.from({ length: count }, () => ({
          draining: false,
          link: { suspect: false },
          standing: new ChannelStanding({
            clock,
            random: seededRandom(1),
            limits: DEFAULT_RESILIENCE_LIMITS.breaker,
            mayEject: () => mayEjectOneOf(pool, 0.5),
            changed: () => {},
          }),
        }));
        for (const { member: at, does } of steps) {
          const member = pool[at % Math.max(1, pool.length)];
          if (member === undefined) break;
          const { standing } = member;
          const actions: Record<typeof does, () => void> = {
            fail: () => {
              for (let index = 0; index < 5; index += 1) standing.failed({});
            },
            eject: () => standing.eject(5_000),
            unhealthy: () => standing.setHealthy(false),
            healthy: () => standing.setHealthy(true),
            wait: () => clock.advance(700),
            drain: () => {
              member.draining = true;
              readmitSurplus(pool, 0.5);
            },
            remove: () => {
              standing[Symbol.dispose]();
              pool = pool.filter((each) => each !== member);
              readmitSurplus(pool, 0.5);
            },
          };
          actions[does]();
          const out = pool.filter((each) => each.standing.isEjected).length;
          const takesWork = pool.some((each) => !each.draining && !each.standing.isEjected);
          expect(out).toBeLessThanOrEqual(pool.length / 2);
          expect(takesWork || pool.every(({ draining }) => draining)).toBe(true);
        }
        for (const { standing } of pool) standing[Symbol.dispose]();
        expect(clock.pendingTimers).toBe(0);
      }),
    );
  });
});
