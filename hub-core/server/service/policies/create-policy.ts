import type { Random } from '../../../common/base/random.ts';
import type { PolicyName } from '../service-view.ts';
import type { BalancerPolicy } from './balancer-policy.ts';
import { leastInFlight } from './least-in-flight.ts';
import { roundRobin } from './round-robin.ts';
import { sticky } from './sticky.ts';
import { twoChoices } from './two-choices.ts';
import { weighted } from './weighted.ts';

const FACTORIES: Readonly<Record<PolicyName, (random: Random) => BalancerPolicy>> = {
  'round-robin': roundRobin,
  'least-in-flight': leastInFlight,
  'two-choices': twoChoices,
  weighted,
  sticky,
};

/** A policy in its first state, for one service. */
export function createPolicy(name: PolicyName, random: Random): BalancerPolicy {
  return FACTORIES[name](random);
}
