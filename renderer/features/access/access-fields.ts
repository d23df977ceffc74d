import type { AuditRow, BlockRow } from '../../../hub-core/console/contract/hub-contract.ts';

const MINUTE_MS = 60_000;
/** A year: whoever is to be kept out for longer is kept out until the block is taken off. */
const MAX_MINUTES = 525_600;

/** @returns ms, 0 = until it is taken off; undefined when the text is no number of minutes */
export function parseMinutes(text: string): number | undefined {
  const trimmed = text.trim();
  if (!/^\d{1,6}$/.test(trimmed)) return undefined;
  const minutes = Number(trimmed);
  return minutes <= MAX_MINUTES ? minutes * MINUTE_MS : undefined;
}

/** The block again as it is now: for as long as it would still have held. Undefined when it has run out. */
export function blockAgain({ kind, target, reason, expiresAtMs }: BlockRow, nowMs: number) {
  const forMs = expiresAtMs === null ? 0 : Math.round(expiresAtMs - nowMs);
  return expiresAtMs !== null && forMs <= 0 ? undefined : { kind, target, reason, forMs };
}

export const blockId = ({ kind, target }: BlockRow): string => `${kind} ${target}`;

const holds = (fields: readonly string[], text: string): boolean => {
  const words = text.trim().toLowerCase().split(/\s+/);
  return words.every((word) => fields.some((field) => field.toLowerCase().includes(word)));
};

export const blockMatches = ({ kind, target, reason, source }: BlockRow, text: string): boolean =>
  holds([kind, target, reason, source], text);

/** True when each word stands in some field of the record. */
export const auditMatches = ({ actor, via, address, action, target, detail }: AuditRow, text: string): boolean =>
  holds([actor, via, address ?? '', action, target, detail], text);

/** Newest first, each once, in which the newer answer wins. */
export function mergedRecords(newer: readonly AuditRow[], older: readonly AuditRow[]): readonly AuditRow[] {
  const last = newer.at(-1)?.id ?? Number.POSITIVE_INFINITY;
  return [...newer, ...older.filter((record) => record.id < last)];
}
