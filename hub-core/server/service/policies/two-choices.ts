import type { Random } from '../../../common/base/random.ts';
import { firstAvailable, type BalancerPolicy } from './balancer-policy.ts';

/**
 * The one with fewer requests in flight of two different channels drawn at random; a tie goes to the first drawn. A draw
 * that is not available is replaced by the next available one.
 *
 * @param random uniform in [0, 1)
 * @see Mitzenmacher, "The Power of Two Choices in Randomized Load Balancing", IEEE TPDS 12(10), 2001
 */
export function twoChoices(random: Random): BalancerPolicy {
  return {
    name: 'two-choices',
    pick(candidates) {
      const count = candidates.length;
      if (count === 0) return undefined;
      const draw = Math.floor(random() * count);
      const first = candidates[firstAvailable(candidates, draw)];
      if (count === 1 || first === undefined) return first;
      const other = (draw + 1 + Math.floor(random() * (count - 1))) % count;
      const second = candidates[firstAvailable(candidates, other)];
      return second !== undefined && second.inFlight < first.inFlight ? second : first;
    },
  };
}
