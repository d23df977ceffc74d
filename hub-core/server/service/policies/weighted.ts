import type { BalancerPolicy, Candidate } from './balancer-policy.ts';

/**
 * Smooth weighted round robin: in proportion to the weights, and spread out (5, 1, 1 gives a a b a c a a, not a a a a a b c).
 * Each pick adds every available channel's weight to its share, takes the largest share, and lowers that by the sum.
 *
 * @see nginx, commit 52327e0627f4 "Upstream: smooth weighted round-robin balancing", 2012
 */
export function weighted(): BalancerPolicy {
  let total = 0;
  let picked = '';
  return {
    name: 'weighted',
    pick<C extends Candidate>(candidates: readonly C[]): C | undefined {
      let best: C | undefined;
      total = 0;
      for (const candidate of candidates) {
        if (!candidate.available) continue;
        candidate.share += candidate.weight;
        total += candidate.weight;
        if (best === undefined || candidate.share > best.share) best = candidate;
      }
      if (best !== undefined) best.share -= total;
      picked = best?.id ?? '';
      return best;
    },
    weighed: ({ id, share, available }) => (available ? share + (id === picked ? total : 0) : Number.NaN),
  };
}
