import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../common/base/random.ts';
import { candidateOf, type MutableCandidate } from '../../../test/contract/balancer-policy.contract.ts';
import type { BalancerPolicy } from './balancer-policy.ts';
import { createPolicy } from './create-policy.ts';
import { leastInFlight } from './least-in-flight.ts';
import { roundRobin } from './round-robin.ts';
import { sticky } from './sticky.ts';
import { twoChoices } from './two-choices.ts';
import { weighted } from './weighted.ts';
import { POLICY_NAMES } from '../service-view.ts';

const trio = (): MutableCandidate[] => ['a', 'b', 'c'].map((id) => candidateOf(id));

function picks(policy: BalancerPolicy, list: readonly MutableCandidate[], count: number): string {
  return Array.from({ length: count }, () => policy.pick(list, '')?.id ?? '-').join('');
}

function shares(policy: BalancerPolicy, list: readonly MutableCandidate[], count: number): Record<string, number> {
  const counts: Record<string, number> = {};
  for (let index = 0; index < count; index += 1) {
    const id = policy.pick(list, `key-${String(index)}`)?.id ?? '-';
    counts[id] = (counts[id] ?? 0) + 1;
  }
  return counts;
}

describe('createPolicy', () => {
  it.each(POLICY_NAMES)('[PL1] makes %s', (name) => {
    expect(createPolicy(name, seededRandom(1)).name).toBe(name);
  });
});

describe('roundRobin', () => {
  it('[PL2] takes each in turn', () => {
    expect(picks(roundRobin(), trio(), 7)).toBe('abcabca');
  });

  it('[PL2] passes over those that are not available', () => {
    const list = trio();
    list[1] = candidateOf('b', { available: false });
    expect(picks(roundRobin(), list, 4)).toBe('acac');
  });

  it('[PL2] goes on when the list shrank below its place', () => {
    const policy = roundRobin();
    picks(policy, trio(), 2);
    expect(picks(policy, [candidateOf('a')], 2)).toBe('aa');
  });
});

describe('leastInFlight', () => {
  it('[PL3] takes the least loaded for its weight', () => {
    const list = [
      candidateOf('a', { inFlight: 4 }),
      candidateOf('b', { inFlight: 6, weight: 2 }),
      candidateOf('c', { inFlight: 5 }),
    ];
    expect(leastInFlight().pick(list, '')?.id).toBe('b');
  });

  it('[PL3] lets equal ones take turns', () => {
    expect(picks(leastInFlight(), trio(), 6)).toBe('abcabc');
  });
});

describe('twoChoices', () => {
  const draws = (...values: number[]) => {
    let index = 0;
    return () => values[index++ % values.length] ?? 0;
  };

  it('[PL4] takes the less loaded of two different draws', () => {
    const list = [candidateOf('a', { inFlight: 2 }), candidateOf('b', { inFlight: 1 }), candidateOf('c')];
    expect(twoChoices(draws(0, 0)).pick(list, '')?.id).toBe('b');
  });

  it('[PL4] takes the one that answers sooner, where that is known of both', () => {
    const slow = candidateOf('slow', { inFlight: 1, answerMs: 100 });
    const quick = candidateOf('quick', { inFlight: 3, answerMs: 10 });
    expect(twoChoices(draws(0, 0)).pick([slow, quick], '')?.id).toBe('quick');
    expect(twoChoices(draws(0, 0)).pick([slow, { ...quick, answerMs: 0 }], '')?.id).toBe('slow');
  });

  it('[PL4] tries a slow one again after a while, however seldom', () => {
    const random = seededRandom(5);
    const list = [
      candidateOf('slow', { answerMs: 400 }),
      candidateOf('a', { answerMs: 20 }),
      candidateOf('b', { answerMs: 20 }),
    ];
    const picked = Array.from({ length: 3_000 }, () => twoChoices(random).pick(list, '')?.id);
    const first = picked.indexOf('slow');
    expect(first).toBeGreaterThan(500);
    expect(first).toBeLessThan(3_000);
  });

  it('[PL4] gives a tie to the first drawn', () => {
    expect(twoChoices(draws(0.9, 0)).pick(trio(), '')?.id).toBe('c');
  });

  it('[PL4] keeps the largest load near the mean', () => {
    const random = seededRandom(3);
    const list = Array.from({ length: 50 }, (_, index) => candidateOf(String(index)));
    const policy = twoChoices(random);
    for (let index = 0; index < 5_000; index += 1) {
      const picked = policy.pick(list, '');
      if (picked !== undefined) picked.inFlight += 1;
    }
    expect(Math.max(...list.map((each) => each.inFlight))).toBeLessThanOrEqual(104);
  });
});

describe('weighted', () => {
  it('[PL5] spreads the picks of the heaviest', () => {
    const list = [candidateOf('a', { weight: 5 }), candidateOf('b'), candidateOf('c')];
    expect(picks(weighted(), list, 7)).toBe('aabacaa');
  });

  it('[PL5] keeps to the weights exactly over a round', () => {
    const list = [candidateOf('a', { weight: 7 }), candidateOf('b', { weight: 2 }), candidateOf('c', { weight: 1 })];
    expect(shares(weighted(), list, 1_000)).toEqual({ a: 700, b: 200, c: 100 });
  });
});

describe('sticky', () => {
  it('[PL6] gives the same key to the same channel', () => {
    const policy = sticky();
    expect(new Set(Array.from({ length: 20 }, () => policy.pick(trio(), 'user-7')?.id)).size).toBe(1);
  });

  it('[PL6] moves only the keys of a channel that went', () => {
    const policy = sticky();
    const keys = Array.from({ length: 500 }, (_, index) => `user-${String(index)}`);
    const before = keys.map((key) => policy.pick(trio(), key)?.id);
    const without = trio().filter((candidate) => candidate.id !== 'b');
    const moved = keys.filter((key, index) => policy.pick(without, key)?.id !== before[index]);
    expect(moved).toEqual(keys.filter((_, index) => before[index] === 'b'));
  });

  it('[PL6] spreads keys in proportion to the weights', () => {
    const list = [candidateOf('s@c1', { weight: 3 }), candidateOf('s@c2'), candidateOf('s@c3')];
    const counts = shares(sticky(), list, 10_000);
    expect((counts['s@c1'] ?? 0) / 10_000).toBeCloseTo(0.6, 1);
    expect((counts['s@c2'] ?? 0) / 10_000).toBeCloseTo(0.2, 1);
  });
});
