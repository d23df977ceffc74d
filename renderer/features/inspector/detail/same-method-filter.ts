import type { ExchangeRow } from '../../../../hub-core/console/contract/capture-contract.ts';

const WINDOW_MS = 300_000;

const quoted = (text: string): string => `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`;

type Of = Pick<ExchangeRow, 'service' | 'method'>;

/** The filter that finds exchanges of the same service and method. */
export const sameMethod = ({ service, method }: Of): string => `service:${quoted(service)} method:${quoted(method)}`;

/** The filter for those that asked the same path, whatever their query. */
export const samePath = ({ uri }: ExchangeRow): string => `route:${quoted(uri.replace(/\?.*$/s, ''))}`;

/** The filter for those that arrived in the five minutes before an exchange, and have an answer. */
export function recentFilter(row: ExchangeRow): string {
  const from = new Date(row.atMs - WINDOW_MS).toISOString();
  const until = new Date(row.atMs).toISOString();
  return `${sameMethod(row)} has:reply after:${from} before:${until}`;
}

export interface UsualTimes {
  readonly rows: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
}

/** Nearest-rank percentiles; undefined when there are no durations. */
export function usualTimes(durations: readonly number[]): UsualTimes | undefined {
  if (durations.length === 0) return undefined;
  const sorted = durations.toSorted((a, b) => a - b);
  const rank = (share: number): number => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
  return { rows: sorted.length, p50Ms: rank(0.5), p95Ms: rank(0.95) };
}
