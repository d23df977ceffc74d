import fc from 'fast-check';
import Database from 'better-sqlite3';
import { afterAll, describe, expect, it } from 'vitest';
import { toSql } from '../../capture/query-sql.ts';
import { SEGMENT_SCHEMA } from '../../capture/schema.ts';
import { matchesQuery } from '../../common/query/match-query.ts';
import { parseQuery } from '../../common/query/parse-query.ts';
import { QuerySyntaxError } from '../../common/query/query-syntax-error.ts';
import type { Query, Searchable } from '../../common/query/query.ts';

/** Few letters, so that texts meet; and the ones that GLOB, LIKE, SQL and our own grammar give a meaning. */
const letters = fc.constantFrom(
  'a',
  'B',
  'ä',
  'Ä',
  'K',
  'k',
  '\u212A',
  '*',
  '?',
  '[',
  ']',
  '^',
  '-',
  '%',
  '_',
  "'",
  '"',
  '\\',
  ' ',
  '4',
  '0',
  '😀',
  '\n',
);
const texts = fc.string({ unit: letters, maxLength: 6 });

const rows: fc.Arbitrary<Searchable> = fc.record({
  service: texts,
  method: fc.constantFrom('GET', 'POST', 'CALL'),
  uri: texts,
  from: texts,
  provider: texts,
  providerClient: texts,
  status: fc.option(fc.constantFrom(0, 200, 204, 400, 404, 499, 500, 504, 599), { nil: null }),
  error: fc.constantFrom('', 'NOT_FOUND_ERR', 'DEADLINE_ERR'),
});

const queries: fc.Arbitrary<Query> = fc.letrec<{ query: Query }>((tie) => ({
  query: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.record({ kind: fc.constant('text' as const), text: texts }),
    fc.record({
      kind: fc.constant('field' as const),
      field: fc.constantFrom('service' as const, 'method' as const, 'from' as const, 'to' as const),
      patterns: fc.array(fc.record({ text: texts, wild: fc.boolean() }), { minLength: 1, maxLength: 3 }),
    }),
    fc.record({
      kind: fc.constant('status' as const),
      tests: fc.array(
        fc.oneof(
          fc.record({ kind: fc.constant('code' as const), code: fc.constantFrom(0, 200, 404, 500, 99_999) }),
          fc.record({ kind: fc.constant('class' as const), hundreds: fc.integer({ min: 1, max: 9 }) }),
          fc.record({ kind: fc.constantFrom('error' as const, 'pending' as const) }),
        ),
        { minLength: 1, maxLength: 3 },
      ),
    }),
    fc.record({ kind: fc.constant('not' as const), term: tie('query') }),
    fc.record({
      kind: fc.constantFrom('and' as const, 'or' as const),
      terms: fc.array(tie('query'), { minLength: 1, maxLength: 3 }),
    }),
  ),
})).query;

const database = new Database(':memory:');
database.exec(SEGMENT_SCHEMA);
afterAll(() => database.close());

const insert = database.prepare(
  `INSERT INTO exchange (seq, at_ms, method, service, uri, sender, connection, via, request_bytes, provider, provider_client, status, error)
   VALUES (?, 0, ?, ?, ?, ?, '', 'socket', 0, ?, ?, ?, ?)`,
);

function matchingInSql(query: Query, given: readonly Searchable[]): number[] {
  database.exec('DELETE FROM exchange');
  given.forEach((row, index) => {
    insert.run(
      index,
      row.method,
      row.service,
      row.uri,
      row.from,
      row.provider,
      row.providerClient,
      row.status,
      row.error,
    );
  });
  const { where, parameters } = toSql(query);
  return database
    .prepare<unknown[], number>(`SELECT seq FROM exchange WHERE ${where} ORDER BY seq`)
    .pluck()
    .all(...parameters);
}

describe('toSql', () => {
  it('[QL10] finds exactly the rows that matchesQuery does', () => {
    let found = 0;
    fc.assert(
      fc.property(queries, fc.array(rows, { minLength: 1, maxLength: 8 }), (query, given) => {
        const expected = given.flatMap((row, index) => (matchesQuery(query, row) ? [index] : []));
        found += expected.length;
        expect(matchingInSql(query, given)).toEqual(expected);
      }),
      { numRuns: 1_500 },
    );
    // Proof that the runs were not all about nothing.
    expect(found).toBeGreaterThan(500);
  });

  it('[QL10] takes the largest query that parses', () => {
    const query = parseQuery(`${'('.repeat(60)}${'a OR '.repeat(63)}to:${'b,'.repeat(63)}c${')'.repeat(60)}`);
    expect(matchingInSql(query, [])).toEqual([]);
  });
});

describe('parseQuery', () => {
  it('[QL11] gives a query or a QuerySyntaxError whose column is in the text, for any text', () => {
    const inputs = fc.array(
      fc.oneof(
        texts,
        fc.constantFrom('service:', 'status:', 'to:a,b', ' OR ', '(', ')', '-', '"', ',', ' ', '4xx', 'error'),
      ),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(inputs, (parts) => {
        const input = parts.join('');
        try {
          parseQuery(input);
        } catch (error) {
          expect(error).toBeInstanceOf(QuerySyntaxError);
          const { column } = error as QuerySyntaxError;
          expect(column).toBeGreaterThanOrEqual(1);
          expect(column).toBeLessThanOrEqual(input.length + 1);
        }
      }),
      { numRuns: 3_000 },
    );
  });
});
