import { foldCase, type Pattern, type Query, type StatusTest, type TextField } from '../common/query/query.ts';

/** A condition over the table `exchange`. Never null for any row, so that NOT is safe. */
export interface SqlCondition {
  readonly where: string;
  readonly parameters: readonly (string | number)[];
}

const TEXT_COLUMNS = [
  'service',
  'method',
  'uri',
  'sender',
  'provider',
  'provider_client',
  'error',
  "coalesce(CAST(status AS TEXT), '')",
];

const FIELD_COLUMNS: Readonly<Record<TextField, readonly string[]>> = {
  service: ['service'],
  method: ['method'],
  from: ['sender'],
  to: ['provider', 'provider_client'],
};

const anyOf = (conditions: readonly string[]): string => `(${conditions.join(' OR ')})`;

/** The words of a status test are numbers of our own making, never text of the query. */
function statusSql(test: StatusTest): string {
  switch (test.kind) {
    case 'code':
      return `coalesce(status = ${String(test.code)}, 0)`;
    case 'class':
      return `coalesce(status / 100 = ${String(test.hundreds)}, 0)`;
    case 'error':
      return "(coalesce(status, 0) >= 400 OR error <> '')";
    case 'pending':
      return 'status IS NULL';
  }
}

/** GLOB's `*` and `?` are ours; its `[` must be taken literally. */
function globOf(pattern: Pattern): string {
  return foldCase(pattern.text).replaceAll('[', '[[]');
}

/** Compiles a filter to SQL that finds exactly the rows that `matchesQuery` does. */
export function toSql(query: Query): SqlCondition {
  const parameters: (string | number)[] = [];
  const compile = (part: Query): string => {
    switch (part.kind) {
      case 'all':
        return '1';
      case 'and':
        return `(${part.terms.map(compile).join(' AND ')})`;
      case 'or':
        return anyOf(part.terms.map(compile));
      case 'not':
        return `(NOT ${compile(part.term)})`;
      case 'text':
        // `instr` and not LIKE: nothing to escape, and it sees past a NUL.
        return anyOf(
          TEXT_COLUMNS.map((column) => {
            parameters.push(foldCase(part.text));
            return `instr(lower(${column}), ?) > 0`;
          }),
        );
      case 'field':
        return anyOf(
          part.patterns.flatMap((pattern) =>
            FIELD_COLUMNS[part.field].map((column) => {
              parameters.push(pattern.wild ? globOf(pattern) : foldCase(pattern.text));
              return `lower(${column}) ${pattern.wild ? 'GLOB' : '='} ?`;
            }),
          ),
        );
      case 'status':
        return anyOf(part.tests.map(statusSql));
    }
  };
  return { where: compile(query), parameters };
}
