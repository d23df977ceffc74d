import type { ExchangeRow } from '../../../../hub-core/console/contract/capture-contract.ts';
import { bridge } from '../../../state/console.ts';
import { recentFilter, sameMethod, samePath, usualTimes } from './same-method-filter.ts';
import type { UsualTimes } from './same-method-filter.ts';

/** Looked at to tell what is usual: the store hands out that many at once. */
const MOST_ROWS = 512;

/** The last rows of a filter. */
async function lastRows(query: string, most: number, signal: AbortSignal): Promise<readonly ExchangeRow[]> {
  const { queryId, count } = await bridge.capture.open({ query }, { signal });
  try {
    if (count === 0) return [];
    const from = Math.max(0, count - most);
    return (await bridge.capture.window({ queryId, from, count: Math.min(most, count) }, { signal })).rows;
  } finally {
    await bridge.capture.close({ queryId });
  }
}

/** The exchange before this one that asked the same path; where there is none, the one of the same method. */
export async function previousOf(row: ExchangeRow, signal: AbortSignal): Promise<number | undefined> {
  const before = `${sameMethod(row)} id<${row.seq}`;
  const [same] = await lastRows(`${before} ${samePath(row)}`, 1, signal);
  if (same !== undefined) return same.seq;
  return (await lastRows(before, 1, signal))[0]?.seq;
}

/** How long the same method took in the five minutes before: of the newest 512 that were answered. */
export async function usualTimesOf(row: ExchangeRow, signal: AbortSignal): Promise<UsualTimes | null> {
  const rows = await lastRows(recentFilter(row), MOST_ROWS, signal);
  return usualTimes(rows.flatMap(({ durationMs }) => (durationMs === null ? [] : [durationMs]))) ?? null;
}
