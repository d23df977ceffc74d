import { formatCount } from '../../../ui/format.ts';
import type { ListState } from '../exchange-list.ts';

/** Of a search that is not complete: `412,000 of 1,000,000 searched · 37 found`. */
export function progressText({
  count = 0,
  total,
  searched,
  jobId,
}: Pick<ListState, 'count' | 'total' | 'searched' | 'jobId'>): string {
  const far = `${formatCount(searched)} of ${formatCount(total)} searched`;
  const found = count === 0 ? 'none found yet' : `${formatCount(count)} found`;
  return jobId === null ? `Stopped: ${far} · ${count === 0 ? 'none found so far' : found}` : `${far} · ${found}`;
}
