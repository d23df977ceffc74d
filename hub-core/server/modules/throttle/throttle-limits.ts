import type { LimitUse } from '../../../common/module/module.ts';
import { nearestLimit, type Use } from '../../../common/module/nearest-limit.ts';
import type { TokenBuckets } from '../../access/token-buckets.ts';

/** Whose rate is kept. */
export type Whose = 'handshake' | 'address' | 'client' | 'client-service';

const HELP: Readonly<Record<Whose, readonly [name: string, help: string]>> = {
  handshake: ['rate_handshakes', 'New connections of one address at once'],
  address: ['rate_address', 'Requests of one address at once'],
  client: ['rate_client', 'Requests of one client at once'],
  'client-service': ['rate_client_service', 'Requests of one client to one service at once'],
};

function* uses(buckets: TokenBuckets, nowMs: number): Iterable<Use> {
  for (const { key, tokens } of buckets.taken(nowMs)) yield { used: tokens, limit: buckets.burst, at: key };
}

/** The bucket that has fewest tokens left, for each rate that is set. */
export function throttleLimits(
  buckets: Readonly<Record<Whose, TokenBuckets | undefined>>,
  nowMs: number,
): readonly LimitUse[] {
  const kinds = Object.keys(HELP) as Whose[];
  return kinds.flatMap((whose) => {
    const kept = buckets[whose];
    if (kept === undefined) return [];
    const [name, help] = HELP[whose];
    const unit = whose === 'handshake' ? 'connections' : 'requests';
    return [nearestLimit({ name, help, unit }, uses(kept, nowMs), kept.burst)];
  });
}
