import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BalancerPolicy, Candidate } from '../../server/service/policies/balancer-policy.ts';

export type MutableCandidate = { -readonly [Key in keyof Candidate]: Candidate[Key] };

export const candidateOf = (id: string, values: Partial<Candidate> = {}): MutableCandidate => ({
  id,
  weight: 1,
  inFlight: 0,
  available: true,
  share: 0,
  answerMs: 0,
  ...values,
});

const candidates = fc
  .array(fc.record({ weight: fc.integer({ min: 1, max: 1_000 }), inFlight: fc.nat(50), available: fc.boolean() }), {
    maxLength: 8,
  })
  .map((list) => list.map((values, index) => candidateOf(`s@c${String(index)}`, values)));

/** What holds for every policy, whatever it prefers. */
export function balancerPolicyContract(name: string, create: () => BalancerPolicy): void {
  describe(`${name}: BalancerPolicy contract`, () => {
    it('[PL1] pick() gives an available candidate whenever there is one, and never another', () => {
      fc.assert(
        fc.property(fc.array(fc.tuple(candidates, fc.string()), { minLength: 1, maxLength: 20 }), (rounds) => {
          const policy = create();
          for (const [list, key] of rounds) {
            const picked = policy.pick(list, key);
            const available = list.filter((candidate) => candidate.available);
            if (available.length === 0) expect(picked).toBeUndefined();
            else expect(available).toContain(picked);
          }
        }),
        { numRuns: 100 },
      );
    });

    it('[PL14] weighed() tells what the pick compared, of which the picked one has the best', () => {
      const prefersMost = name === 'weighted' || name === 'sticky';
      fc.assert(
        fc.property(fc.array(fc.tuple(candidates, fc.string()), { minLength: 1, maxLength: 20 }), (rounds) => {
          const policy = create();
          for (const [list, key] of rounds) {
            const picked = policy.pick(list, key);
            const weighed = new Map(list.map((candidate) => [candidate, policy.weighed(candidate)]));
            for (const [{ available }, value] of weighed) expect(available || Number.isNaN(value)).toBe(true);
            const compared = [...weighed.values()].filter((value) => !Number.isNaN(value));
            if (picked === undefined || compared.length === 0) continue;
            expect(weighed.get(picked)).toBe(prefersMost ? Math.max(...compared) : Math.min(...compared));
          }
        }),
        { numRuns: 100 },
      );
    });

    it('[PL1] pick() of nobody is undefined', () => {
      expect(create().pick([], 'key')).toBeUndefined();
    });

    it('[PL1] pick() leaves load, weight and availability as they are', () => {
      const list = [candidateOf('a', { weight: 3, inFlight: 2 }), candidateOf('b', { available: false })];
      create().pick(list, 'key');
      expect(list.map(({ share: _share, answerMs: _answerMs, ...rest }) => rest)).toEqual([
        { id: 'a', weight: 3, inFlight: 2, available: true },
        { id: 'b', weight: 1, inFlight: 0, available: false },
      ]);
    });

    it('[PL1] pick() reaches every candidate in time', () => {
      const list = ['a', 'b', 'c'].map((id) => candidateOf(id));
      const policy = create();
      const seen = new Set(Array.from({ length: 300 }, (_, index) => policy.pick(list, `key ${String(index)}`)?.id));
      expect(seen.size).toBe(3);
    });
  });
}
