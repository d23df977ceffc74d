import type { Random } from '../../../common/base/random.ts';
import { firstAvailable, type BalancerPolicy, type Candidate } from './balancer-policy.ts';

/** What a channel's known answer time loses whenever it was not picked for that time. */
const FADING = 1 / 256;

/**
 * The less loaded of two different channels drawn at random: the one that would answer sooner, as far as its requests in
 * flight and its latest answers tell. While the times of one are not known, requests in flight alone count. A tie goes to the
 * first drawn. A draw that is not available is replaced by the next available one.
 *
 * A channel that has become slow gets next to nothing; what is known of its time fades each time that it loses for that, so
 * that it is tried again.
 *
 * @param random uniform in [0, 1)
 * @see Mitzenmacher, "The Power of Two Choices in Randomized Load Balancing", IEEE TPDS 12(10), 2001; for load as requests in
 *   flight times latency, the peak-EWMA balancer of Finagle
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
      return second === undefined || second === first ? first : lessLoaded(first, second);
    },
  };
}

function lessLoaded<C extends Candidate>(first: C, second: C): C {
  if (first.answerMs === 0 || second.answerMs === 0) return second.inFlight < first.inFlight ? second : first;
  const isSecond = (second.inFlight + 1) * second.answerMs < (first.inFlight + 1) * first.answerMs;
  const [picked, left] = isSecond ? [second, first] : [first, second];
  if (left.inFlight <= picked.inFlight) left.answerMs -= left.answerMs * FADING;
  return picked;
}
