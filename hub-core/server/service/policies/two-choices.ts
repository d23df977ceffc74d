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
  const drawn = { first: '', second: '', loads: new Float64Array(2) };
  return {
    name: 'two-choices',
    pick(candidates) {
      const count = candidates.length;
      drawn.first = drawn.second = '';
      if (count === 0) return undefined;
      const draw = Math.floor(random() * count);
      const first = candidates[firstAvailable(candidates, draw)];
      if (count === 1 || first === undefined) return first;
      const other = (draw + 1 + Math.floor(random() * (count - 1))) % count;
      const second = candidates[firstAvailable(candidates, other)];
      if (second === undefined || second === first) return first;
      drawn.first = first.id;
      drawn.second = second.id;
      return lessLoaded(first, second, drawn.loads);
    },
    weighed({ id }) {
      const [first = Number.NaN, second = Number.NaN] = drawn.loads;
      return id === drawn.first ? first : id === drawn.second ? second : Number.NaN;
    },
  };
}

/** @param loads is given what is compared of each */
function lessLoaded<C extends Candidate>(first: C, second: C, loads: Float64Array): C {
  const areKnown = first.answerMs !== 0 && second.answerMs !== 0;
  const firstLoad = areKnown ? (first.inFlight + 1) * first.answerMs : first.inFlight;
  const secondLoad = areKnown ? (second.inFlight + 1) * second.answerMs : second.inFlight;
  loads[0] = firstLoad;
  loads[1] = secondLoad;
  const isSecond = secondLoad < firstLoad;
  const [picked, left] = isSecond ? [second, first] : [first, second];
  if (areKnown && left.inFlight <= picked.inFlight) left.answerMs -= left.answerMs * FADING;
  return picked;
}
