import type { ExchangeRow } from '../../../hub-core/console/contract/capture-contract.ts';

export interface WaterfallSpan {
  readonly startMs: number;
  /** Above 0. */
  readonly lengthMs: number;
}

/** The time that the rows took together: from the first request to the last answer. Undefined without rows. */
export function waterfallSpan(
  rows: readonly (Pick<ExchangeRow, 'atMs' | 'durationMs'> | undefined)[],
): WaterfallSpan | undefined {
  let startMs = Infinity;
  let endMs = -Infinity;
  for (const row of rows) {
    if (row === undefined) continue;
    startMs = Math.min(startMs, row.atMs);
    endMs = Math.max(endMs, row.atMs + (row.durationMs ?? 0));
  }
  return startMs === Infinity ? undefined : { startMs, lengthMs: Math.max(0.001, endMs - startMs) };
}
