import type { BalancerPolicy, Candidate } from './balancer-policy.ts';

const loadOf = ({ inFlight, weight }: Candidate): number => inFlight / weight;

/**
 * The available channel with the fewest requests in flight for its weight. Equal ones take turns: the search starts one
 * further each time, or else an idle service would give everything to its first channel.
 */
export function leastInFlight(): BalancerPolicy {
  let start = 0;
  return {
    name: 'least-in-flight',
    pick<C extends Candidate>(candidates: readonly C[]): C | undefined {
      const count = candidates.length;
      let best: C | undefined;
      let bestLoad = Infinity;
      let bestIndex = 0;
      for (let step = 0; step < count; step += 1) {
        const index = (start + step) % count;
        const candidate = candidates[index];
        if (candidate?.available !== true) continue;
        const load = loadOf(candidate);
        if (load < bestLoad) [best, bestLoad, bestIndex] = [candidate, load, index];
      }
      if (best !== undefined) start = (bestIndex + 1) % count;
      return best;
    },
    weighed: (candidate) => (candidate.available ? loadOf(candidate) : Number.NaN),
  };
}
