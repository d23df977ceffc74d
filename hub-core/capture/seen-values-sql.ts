import type { QueryKey } from '../common/query/query-keys.ts';
import { FIELD_COLUMNS } from './query-sql.ts';

const MAX_VALUES = 200;

const recent = (column: string): string =>
  `SELECT ${column} AS value FROM (SELECT * FROM exchange ORDER BY seq DESC LIMIT :rows)`;

function valuesOf(key: QueryKey['key']): string | undefined {
  if (key === 'tag' || key === 'rule') return `SELECT name AS value FROM label WHERE kind = '${key}'`;
  if (key === 'status' || key === 'code') return recent('CAST(status AS TEXT)');
  const columns = Object.entries(FIELD_COLUMNS).find(([name]) => name === key)?.[1];
  return columns?.map(recent).join(' UNION ALL ');
}

/** The values of a key with their counts, over the last `:rows` rows of a segment; undefined for keys that have none to offer. */
export function seenValuesSql(key: QueryKey['key']): string | undefined {
  const values = valuesOf(key);
  if (values === undefined) return undefined;
  return `SELECT value, count(*) AS count FROM (${values})
    WHERE value <> '' AND substr(lower(value), 1, length(:prefix)) = :prefix AND :rows > 0
    GROUP BY value ORDER BY count DESC, value LIMIT ${String(MAX_VALUES)}`;
}
