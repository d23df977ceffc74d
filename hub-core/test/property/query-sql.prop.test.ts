import fc from 'fast-check';
import Database from 'better-sqlite3';
import { afterAll, describe, expect, it } from 'vitest';
import { toSql } from '../../capture/query-sql.ts';
import { SEGMENT_SCHEMA } from '../../capture/schema.ts';
import { addSqlFunctions } from '../../capture/sql-functions.ts';
import { matchesQuery } from '../../common/query/match-query.ts';
import { parseJsonPath } from '../../common/query/json-path.ts';
import { parseQuery } from '../../common/query/parse-query.ts';
import { explainQuery } from '../../common/query/explain-query.ts';
import { completeQuery } from '../../common/query/complete-query.ts';
import { QuerySyntaxError } from '../../common/query/query-syntax-error.ts';
import type { Comparison, JsonTest, Pattern, Query, Searchable } from '../../common/query/query.ts';
import { TRAIT_WORDS, type Trait, type TraitKey } from '../../common/query/traits.ts';

const NOW = { nowMs: 10_000 };

/** Few letters, so that texts meet; and the ones that GLOB, LIKE, SQL and our own grammar give a meaning. */
// prettier-ignore
const LETTERS = ['a', 'B', 'ä', 'Ä', 'K', 'k', '\u212A', '*', '?', '[', ']', '^', '-', '%', '_', "'", '"', '\\', ' ', '4', '0', '😀', '\n', '@', '/'];
const letters = fc.constantFrom(...LETTERS);
const texts = fc.string({ unit: letters, maxLength: 6 });
const regexes = fc.constantFrom('a+', '^[aB]', '(?i)k$', '[0-9]|ä', 'a.*b', '', '\\s', '^$', '(a|B)*\\?');
const small = fc.integer({ min: 0, max: 4 });

const jsonValues = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.oneof(
      texts,
      fc.boolean(),
      fc.constant(null),
      fc.integer({ min: -3, max: 3 }),
      fc.constantFrom(1.5, 1e21, -0.25),
    ),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'ä"', ''), tie('value'), { maxKeys: 3 }),
  ),
})).value;

/** No text of a row has control characters; bodies have any bytes. */
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const bodies: fc.Arbitrary<Uint8Array> = fc.oneof(
  texts.map(utf8),
  fc
    .tuple(jsonValues, fc.constantFrom(undefined, 1))
    .map(([value, indent]) => utf8(JSON.stringify(value, null, indent))),
  fc.uint8Array({ maxLength: 8 }),
  fc.tuple(texts, texts).map(([before, behind]) => utf8(`${before}\0${behind}`)),
);

const rows: fc.Arbitrary<Searchable> = fc.record({
  seq: fc.constant(0),
  atMs: fc.constantFrom(0, 9_000, 10_000),
  service: texts,
  method: fc.constantFrom('GET', 'POST', 'CALL'),
  uri: texts,
  from: texts,
  connection: fc.constantFrom('c1', 'c2'),
  via: fc.constantFrom('socket', 'http', 'console'),
  transport: fc.oneof(texts, fc.constantFrom('', 'tcp')),
  provider: fc.oneof(texts, fc.constantFrom('math@c1', 'a@b@c')),
  providerClient: texts,
  status: fc.option(fc.constantFrom(0, 200, 204, 400, 404, 499, 500, 504, 599), { nil: null }),
  outcome: fc.constantFrom(null, 'replied', 'deadline', 'lost', 'gap', 'one-way', 'provider-lost', 'caller-lost'),
  error: fc.constantFrom('', 'NOT_FOUND_ERR', 'DEADLINE_ERR'),
  durationMs: fc.option(fc.constantFrom(0, 1, 2.5), { nil: null }),
  queueMs: fc.option(small, { nil: null }),
  requestBytes: small,
  replyBytes: small,
  attempts: small,
  correlationId: small,
  traits: fc.integer({ min: 0, max: 1023 }),
  mark: small,
  comment: fc.constantFrom('', 'a'),
  tags: fc.uniqueArray(texts, { maxLength: 2 }),
  rules: fc.uniqueArray(texts, { maxLength: 1 }),
  bodies: fc.array(bodies, { maxLength: 2 }),
});

const patterns: fc.Arbitrary<Pattern> = fc.oneof(
  fc.record({ text: texts, wild: fc.boolean() }),
  regexes.map((regex) => ({ regex })),
);
const operators = fc.constantFrom<Comparison[]>('=', '>', '>=', '<', '<=');
const someOf = <T>(one: fc.Arbitrary<T>): fc.Arbitrary<T[]> => fc.array(one, { minLength: 1, maxLength: 3 });
const kind = <T extends string>(word: T): fc.Arbitrary<T> => fc.constant(word);
const traits = (Object.keys(TRAIT_WORDS) as TraitKey[]).flatMap((key) =>
  TRAIT_WORDS[key].map((word) => `${key}:${word}` as Trait),
);
const jsonTests: fc.Arbitrary<JsonTest> = fc.oneof(
  fc.record({ kind: kind('decimal'), operator: operators, decimal: fc.constantFrom('0', '1.50', '-2', '1e21', '3') }),
  fc.record({ kind: kind('string'), text: texts }),
  fc.record({ kind: kind('pattern'), pattern: patterns }),
);
const paths = fc.constantFrom('$', '$.a', '$.a.b', '$[0]', '$.*', '$..a', '$..[1]', '$["ä\\""]', '$..*.b', '$[*].a');

const queries: fc.Arbitrary<Query> = fc.letrec<{ query: Query }>((tie) => ({
  query: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.record({ kind: kind('text'), text: texts }),
    fc.record({ kind: kind('regex'), source: regexes }),
    fc.record({
      kind: kind('field'),
      // prettier-ignore
      field: fc.constantFrom('service', 'route', 'method', 'from', 'to', 'conn', 'transport', 'provider', 'error', 'tag', 'rule', 'frame'),
      patterns: someOf(patterns),
    }),
    fc.record({
      kind: kind('number'),
      // prettier-ignore
      field: fc.constantFrom('code', 'id', 'corr', 'mark', 'dur', 'queue', 'size', 'req.size', 'rep.size', 'attempt'),
      tests: someOf(fc.record({ operator: operators, value: fc.constantFrom(0, 1, 2.5, 4, 404) })),
    }),
    fc.record({
      kind: kind('status'),
      tests: someOf(
        fc.oneof(
          fc.record({ kind: kind('compare'), operator: operators, code: fc.constantFrom(0, 200, 404, 500, 99_999) }),
          fc.record({ kind: kind('class'), hundreds: fc.integer({ min: 1, max: 9 }) }),
          fc.record({ kind: fc.constantFrom('ok', 'error', 'pending') }),
        ),
      ),
    }),
    fc.record({ kind: kind('time'), bound: fc.constantFrom('after', 'before'), atMs: fc.constantFrom(0, 9_000) }),
    fc.record({ kind: kind('last'), ms: fc.constantFrom(500, 1_000) }),
    fc.record({ kind: kind('trait'), traits: someOf(fc.constantFrom(...traits)) }),
    fc.record({
      kind: kind('json'),
      path: paths.map((path) => parseJsonPath(path)),
      tests: fc.array(jsonTests, { maxLength: 2 }),
    }),
    fc.record({
      kind: kind('body'),
      contents: someOf(
        fc.oneof(
          texts.map((text) => ({ text })),
          regexes.map((regex) => ({ regex })),
        ),
      ),
    }),
    fc.record({ kind: kind('not'), term: tie('query') }),
    fc.record({ kind: fc.constantFrom('and', 'or'), terms: fc.array(tie('query'), { minLength: 1, maxLength: 3 }) }),
  ) as fc.Arbitrary<Query>,
})).query;

const database = new Database(':memory:');
database.exec(SEGMENT_SCHEMA);
addSqlFunctions(database);
afterAll(() => database.close());

const insert = database.prepare(
  `INSERT INTO exchange (seq, at_ms, method, service, uri, sender, connection, via, transport, request_bytes, provider, provider_client,
     status, outcome, error, duration_ms, reply_bytes, correlation, queue_ms, tries, traits)
   VALUES (:seq, :atMs, :method, :service, :uri, :from, :connection, :via, :transport, :requestBytes, :provider, :providerClient,
     :status, :outcome, :error, :durationMs, :replyBytes, :correlationId, :queueMs, :attempts, :traits)`,
);
const note = database.prepare('INSERT INTO note (seq, mark, comment) VALUES (?, ?, ?)');
const label = database.prepare('INSERT INTO label (seq, kind, name) VALUES (?, ?, ?)');
const body = database.prepare('INSERT INTO body (id, bytes) VALUES (?, ?)');

function store(given: readonly Searchable[]): void {
  for (const table of ['exchange', 'note', 'label', 'body']) database.exec(`DELETE FROM ${table}`);
  for (const { tags, rules, bodies: stored, mark, comment, ...columns } of given) {
    const { seq } = columns;
    insert.run(columns);
    if (mark > 0 || comment !== '') note.run(seq, mark, comment);
    for (const tag of tags) label.run(seq, 'tag', tag);
    for (const rule of rules) label.run(seq, 'rule', rule);
    for (const [place, bytes] of stored.entries()) body.run(seq * 2 + place, bytes);
  }
}

function matchingInSql(query: Query, given: readonly Searchable[]): number[] {
  store(given);
  const { where, parameters } = toSql(query, NOW);
  return database
    .prepare<unknown[], number>(`SELECT seq FROM exchange WHERE ${where} ORDER BY seq`)
    .pluck()
    .all(...parameters);
}

describe('toSql', () => {
  it('[QL10] finds exactly the rows that matchesQuery does', { timeout: 60_000 }, () => {
    let found = 0;
    fc.assert(
      fc.property(queries, fc.array(rows, { minLength: 1, maxLength: 8 }), (query, drawn) => {
        const given = drawn.map((row, index) => ({ ...row, seq: index + 1 }));
        const expected = given.flatMap((row) => (matchesQuery(query, row, NOW) ? [row.seq] : []));
        found += expected.length;
        expect(matchingInSql(query, given)).toEqual(expected);
      }),
      { numRuns: 4_000 },
    );
    // Proof that the runs were not all about nothing.
    expect(found).toBeGreaterThan(1_000);
  });

  it('[QL10] takes the largest query that parses', () => {
    const wide = parseQuery(`${'('.repeat(60)}${'a OR '.repeat(63)}to:${'b,'.repeat(63)}c${')'.repeat(60)}`, NOW);
    const deep = parseQuery(`${'-('.repeat(31)}${'json:$.a=1 /a/ '.repeat(60)}${')'.repeat(31)}`, NOW);
    expect([matchingInSql(wide, []), matchingInSql(deep, [])]).toEqual([[], []]);
  });
});

describe('parseQuery', () => {
  // prettier-ignore
  const PARTS = ['service:', 'status>=', 'to:a,b', ' OR ', '(', ')', '-', '"', ',', ' ', '4xx', 'error', 'dur>5ms', 'json:$.a', '=', '[0]',
    '/', 'body:/a+/', 'is:', 'held', 'last:5m', 'after:10:30', '!=', '$..', '*'];

  it('[QL11] gives a query or a QuerySyntaxError whose column is in the text, for any text', () => {
    const inputs = fc.array(fc.oneof(texts, fc.constantFrom(...PARTS)), { maxLength: 12 });
    let parsed = 0;
    fc.assert(
      fc.property(inputs, (parts) => {
        const input = parts.join('');
        // Completions and the explanation come for any text, too.
        const { from, to } = completeQuery(input, input.length, () => [{ value: 'a b', count: 1 }]);
        expect([0 <= from, from <= to, to]).toEqual([true, true, input.length]);
        try {
          expect(explainQuery(parseQuery(input, NOW))).not.toBe('');
          parsed += 1;
        } catch (error) {
          expect(error).toBeInstanceOf(QuerySyntaxError);
          const { column, suggestion } = error as QuerySyntaxError;
          expect(column).toBeGreaterThanOrEqual(1);
          expect(column).toBeLessThanOrEqual(input.length + 1);
          expect(suggestion).not.toBe(input);
        }
      }),
      { numRuns: 4_000 },
    );
    expect(parsed).toBeGreaterThan(300);
  });
});
