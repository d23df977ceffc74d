import { describe, expect, it } from 'vitest';
import { FakeClock } from '../../../test/support/fake-clock.ts';
import { CircuitBreaker, type BreakerState } from './circuit-breaker.ts';
import { DEFAULT_RESILIENCE_LIMITS, type BreakerLimits } from './resilience-limits.ts';

function setScene(limits: Partial<BreakerLimits> = {}, random = 0) {
  const clock = new FakeClock();
  const states: BreakerState[] = [];
  const pool = { mayOpen: true };
  const breaker = new CircuitBreaker({
    clock,
    random: () => random,
    limits: { ...DEFAULT_RESILIENCE_LIMITS.breaker, ...limits },
    mayOpen: () => pool.mayOpen,
    changed: (state) => states.push(state),
  });
  /** `f` fails, `s` succeeds. */
  const run = (outcomes: string): void => {
    for (const outcome of outcomes) {
      const request = {};
      breaker.began(request);
      if (outcome === 'f') breaker.failed(request);
      else breaker.succeeded(request);
      breaker.left(request);
    }
  };
  return { clock, states, pool, breaker, run };
}

describe('CircuitBreaker', () => {
  it.each([
    ['ffff', 'closed'],
    ['ffffs', 'closed'],
    ['ffffsffff', 'closed'],
    ['fffff', 'open'],
    ['sssssfffff', 'open'],
  ])('[BK1] after %s it is %s', (outcomes, state) => {
    const { breaker, run } = setScene();
    run(outcomes);
    expect([breaker.state, breaker.admits]).toEqual([state, state === 'closed']);
  });

  it.each([
    ['fs'.repeat(9), 'closed'],
    ['sf'.repeat(10), 'open'],
    [`s${'sf'.repeat(10)}`, 'closed'],
  ])('[BK1] looks at the part of the window that failed: after %s it is %s', (outcomes, state) => {
    const { breaker, run } = setScene({ consecutiveFailures: 0 });
    run(outcomes);
    expect(breaker.state).toBe(state);
  });

  it('[BK1] forgets what is older than the window, and 0 turns a reason off', () => {
    const { breaker, run, clock } = setScene({ consecutiveFailures: 0 });
    run('f'.repeat(19));
    clock.advance(10_001);
    run('f');
    const off = setScene({ consecutiveFailures: 0, failureRatio: 0 });
    off.run('f'.repeat(100));
    expect([breaker.state, off.breaker.state]).toEqual(['closed', 'closed']);
  });

  it('[BK3] opens for twice as long each time that the trial fails, up to a greatest, and begins anew after a success', () => {
    const { breaker, run, clock } = setScene({ maxOpenMs: 5_000 });
    const openMs: number[] = [];
    const measure = (): void => {
      const from = clock.nowMs();
      while (breaker.state === 'open') clock.advance(100);
      openMs.push(clock.nowMs() - from);
    };
    run('fffff');
    for (let round = 0; round < 4; round += 1) {
      measure();
      run('f');
    }
    measure();
    run('s');
    run('fffff');
    measure();
    expect(openMs).toEqual([1_000, 2_000, 4_000, 5_000, 5_000, 1_000]);
  });

  it('[BK3] adds a random part to the time', () => {
    const { breaker, run, clock } = setScene({}, 0.5);
    run('fffff');
    clock.advance(1_099);
    const before = breaker.state;
    clock.advance(1);
    expect([before, breaker.state]).toEqual(['open', 'half-open']);
  });

  it('[BK4] lets one trial through at a time; its success closes', () => {
    const { breaker, run, clock, states } = setScene({ trials: 2 });
    run('fffff');
    clock.advance(1_000);
    const [first, late] = [{}, {}];
    const admits = [breaker.admits];
    breaker.began(first);
    admits.push(breaker.admits);
    // Sent before it opened: no longer of interest.
    breaker.failed(late);
    breaker.succeeded(late);
    admits.push(breaker.admits);
    breaker.succeeded(first);
    admits.push(breaker.admits);
    run('s');
    expect([admits, states]).toEqual([
      [true, false, false, true],
      ['open', 'half-open', 'closed'],
    ]);
  });

  it('[BK4] a trial that ends without an outcome makes room for the next', () => {
    const { breaker, run, clock } = setScene();
    run('fffff');
    clock.advance(1_000);
    const trial = {};
    breaker.began(trial);
    breaker.left(trial);
    expect([breaker.state, breaker.admits]).toEqual(['half-open', true]);
  });

  it('[BK5] stays closed while it may not open, and opens at the next failure that may', () => {
    const { breaker, run, pool } = setScene();
    pool.mayOpen = false;
    run('f'.repeat(10));
    const before = breaker.state;
    pool.mayOpen = true;
    run('f');
    expect([before, breaker.state, breaker.opens]).toEqual(['closed', 'open', 1]);
  });

  it('[BK6] readmit() closes it, and the next time it opens for as long as it would have', () => {
    const { breaker, run, clock } = setScene();
    run('fffff');
    breaker.readmit();
    run('fffff');
    clock.advance(1_999);
    const before = breaker.state;
    clock.advance(1);
    expect([before, breaker.state]).toEqual(['open', 'half-open']);
  });

  it('[BK7] leaves no timer when it is disposed, and does not open any more', () => {
    const { breaker, run, clock } = setScene();
    run('fffff');
    breaker[Symbol.dispose]();
    const other = setScene();
    other.breaker[Symbol.dispose]();
    other.run('fffff');
    expect([clock.pendingTimers, other.clock.pendingTimers]).toEqual([0, 0]);
  });
});
