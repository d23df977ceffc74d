import type { ChannelStanding } from './channel-standing.ts';

/** A channel as its pool counts it. */
export interface PoolMember {
  readonly draining: boolean;
  readonly link: { readonly suspect: boolean };
  readonly standing: Pick<ChannelStanding, 'isEjected' | 'readmit'>;
}

const mostEjected = (members: number, maxRatio: number): number => Math.floor(members * maxRatio);

/** Members that take work, now or as soon as they have room. */
function admitted(pool: readonly PoolMember[]): number {
  return pool.filter(({ draining, link, standing }) => !draining && !link.suspect && !standing.isEjected).length;
}

const ejected = (pool: readonly PoolMember[]): PoolMember[] => pool.filter(({ standing }) => standing.isEjected);

/** True when one more member may be ejected: not over the part that may be, and never the last that takes work. */
export function mayEjectOneOf(pool: readonly PoolMember[], maxRatio: number): boolean {
  return ejected(pool).length + 1 <= mostEjected(pool.length, maxRatio) && admitted(pool) > 1;
}

/** Lets members back in that a pool which has become smaller cannot do without, those that came first first. */
export function readmitSurplus(pool: readonly PoolMember[], maxRatio: number): void {
  for (const member of ejected(pool)) {
    const isSurplus = ejected(pool).length > mostEjected(pool.length, maxRatio);
    if (!isSurplus && admitted(pool) > 0) return;
    member.standing.readmit('its pool has become too small to do without it');
  }
}
