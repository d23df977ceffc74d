import type { BalancerPolicy, Candidate } from './balancer-policy.ts';

const FNV_OFFSET = 0x811c_9dc5;
const FNV_PRIME = 0x0100_0193;

/** FNV-1a over the UTF-16 units, then murmur3's finaliser: FNV alone spreads the last characters too little. */
function hash(text: string, seed: number): number {
  let value = seed;
  for (let index = 0; index < text.length; index += 1) value = Math.imul(value ^ text.charCodeAt(index), FNV_PRIME);
  return value;
}

function mix(value: number): number {
  let mixed = Math.imul(value ^ (value >>> 16), 0x85eb_ca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2_ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/** Larger is better: -weight / ln(u), always positive, so that a channel wins in proportion to its weight. */
function score(candidate: Candidate, keyHash: number): number {
  const uniform = (mix(hash(candidate.id, keyHash)) + 0.5) / 0x1_0000_0000;
  return -candidate.weight / Math.log(uniform);
}

/**
 * The same key goes to the same channel for as long as that is available, and otherwise to the key's next one. When a
 * channel comes or goes only the keys that it wins or had move.
 *
 * @see Thaler and Ravishankar, "Using Name-Based Mappings to Increase Hit Rates", IEEE/ACM ToN 6(1), 1998 (rendezvous
 *   hashing); Schindelhauer and Schomaker, "Weighted Distributed Hash Tables", SPAA 2005, for the weights
 */
export function sticky(): BalancerPolicy {
  let keyHash = FNV_OFFSET;
  return {
    name: 'sticky',
    pick<C extends Candidate>(candidates: readonly C[], key: string): C | undefined {
      keyHash = hash(key, FNV_OFFSET);
      let best: C | undefined;
      let bestScore = -Infinity;
      for (const candidate of candidates) {
        if (!candidate.available) continue;
        const own = score(candidate, keyHash);
        if (own > bestScore) [best, bestScore] = [candidate, own];
      }
      return best;
    },
    weighed: (candidate) => (candidate.available ? score(candidate, keyHash) : Number.NaN),
  };
}
