import type { ExchangeRow } from '../../../hub-core/console/contract/capture-contract.ts';
import { matchesQuery } from '../../../hub-core/common/query/match-query.ts';
import { parseQuery } from '../../../hub-core/common/query/parse-query.ts';
import type { Query, Searchable } from '../../../hub-core/common/query/query.ts';
import { traitBits } from '../../../hub-core/common/query/traits.ts';
import type { HighlightRule } from '../../state/preferences.ts';

/** A row has neither its bodies nor these. */
const ABSENT_FIELDS: ReadonlySet<string> = new Set(['corr', 'attempt', 'rule']);

function looksBeyondRow(query: Query): boolean {
  switch (query.kind) {
    case 'json':
    case 'body':
      return true;
    case 'and':
    case 'or':
      return query.terms.some(looksBeyondRow);
    case 'not':
      return looksBeyondRow(query.term);
    case 'field':
    case 'number':
      return ABSENT_FIELDS.has(query.field);
    default:
      return false;
  }
}

/** Why a filter cannot highlight; undefined when it can. */
export function highlightObstacle(filter: string): string | undefined {
  if (filter.trim() === '') return 'A filter is missing: everything would be highlighted';
  try {
    return looksBeyondRow(parseQuery(filter, { nowMs: Date.now() }))
      ? 'Only what the list itself shows can be highlighted, not bodies, corr, attempt or rule'
      : undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function searchable(row: ExchangeRow): Searchable {
  return { ...row, traits: traitBits(row.traits), attempts: 0, correlationId: 0, rules: [], bodies: [] };
}

/**
 * The colour of a row: of the first rule that matches it; 0 = none. What was found out of a row is kept as long as the row.
 *
 * @param nowMs wall time that `last:` counts back from
 */
export function highlighter(rules: readonly HighlightRule[], nowMs: number): (row: ExchangeRow) => number {
  const usable = rules.flatMap(({ filter, color }) =>
    highlightObstacle(filter) === undefined ? [{ query: parseQuery(filter, { nowMs }), color }] : [],
  );
  if (usable.length === 0) return () => 0;
  const known = new WeakMap<ExchangeRow, number>();
  return (row) => {
    const found = known.get(row);
    if (found !== undefined) return found;
    const sought = searchable(row);
    const color = usable.find(({ query }) => matchesQuery(query, sought, { nowMs }))?.color ?? 0;
    known.set(row, color);
    return color;
  };
}
