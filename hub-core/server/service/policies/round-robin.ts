import { firstAvailable, type BalancerPolicy } from './balancer-policy.ts';

/** Each available channel in turn, whatever its weight. */
export function roundRobin(): BalancerPolicy {
  let next = 0;
  return {
    name: 'round-robin',
    pick(candidates) {
      const index = firstAvailable(candidates, next);
      if (index < 0) return undefined;
      next = (index + 1) % candidates.length;
      return candidates[index];
    },
    weighed: () => Number.NaN,
  };
}
