import type { LimitRow } from '../../../hub-core/console/contract/hub-contract.ts';
import { formatBytes, formatCount, formatPercent } from '../../ui/format.ts';
import type { Tone } from '../../ui/status.tsx';

/** 0 = nothing of it is used, 1 = all; null where there is no limit. */
export const limitShare = ({ used, limit }: LimitRow): number | null => (limit === null ? null : used / limit);

/** The nearest to its limit first, then those without one, each by name. */
export function nearestFirst(limits: readonly LimitRow[]): readonly LimitRow[] {
  return limits.toSorted(
    (left, right) => (limitShare(right) ?? -1) - (limitShare(left) ?? -1) || left.name.localeCompare(right.name),
  );
}

const WARN_SHARE = 0.7;
const ERROR_SHARE = 0.9;

/** How near it is, as a tone and a word. */
export function limitState(row: LimitRow): { readonly tone: Tone; readonly word: string } {
  const share = limitShare(row);
  if (share === null) return { tone: 'muted', word: 'no limit' };
  const word = formatPercent(100 * share);
  return { tone: share >= ERROR_SHARE ? 'error' : share >= WARN_SHARE ? 'warn' : 'ok', word };
}

/** `1.2 MB of 64 MB`, `14 of 10,000`. */
export function usageText({ used, limit, unit }: LimitRow): string {
  const text = unit === 'bytes' ? formatBytes : formatCount;
  return limit === null ? text(used) : `${text(used)} of ${text(limit)}`;
}
