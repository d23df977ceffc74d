import type { LimitUse } from './module.ts';

/** What one of many uses of a limit that each of them has. */
export interface Use {
  readonly used: number;
  /** 0 = no limit. */
  readonly limit: number;
  readonly at: string;
}

/** Part of the limit that is used; what has no limit is never near it. */
const share = ({ used, limit }: Use): number => (limit === 0 ? 0 : used / limit);

/**
 * The one of many that is nearest to its limit; where none uses anything or has a limit, the one that uses most.
 *
 * @param limit of those that have none of their own, told when there is nobody
 */
export function nearestLimit(
  about: Pick<LimitUse, 'name' | 'help' | 'unit'>,
  uses: Iterable<Use>,
  limit: number,
): LimitUse {
  let nearest: Use | undefined;
  for (const use of uses) {
    if (nearest === undefined || share(use) > share(nearest)) nearest = use;
    else if (share(use) === share(nearest) && use.used > nearest.used) nearest = use;
  }
  return nearest === undefined || nearest.used === 0 ? { ...about, used: 0, limit } : { ...about, ...nearest };
}
