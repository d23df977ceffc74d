import fc from 'fast-check';
import Database from 'better-sqlite3';
import { afterAll, describe, expect, it } from 'vitest';
import { toFrameSql } from '../../capture/frame-query-sql.ts';
import { FRAME_KINDS, frameMethodWord } from '../../capture/frame-words.ts';
import { SEGMENT_SCHEMA } from '../../capture/schema.ts';
import { addSqlFunctions } from '../../capture/sql-functions.ts';
import type { StoredFrame } from '../../capture/stored-frame.ts';
import type { Comparison, Pattern, Query } from '../../common/query/query.ts';
import type { Trait } from '../../common/query/traits.ts';
import { matchesFrame } from '../support/match-frame.ts';

const NOW_MS = 10_000;

/** Few letters, so that texts meet; and those that GLOB, LIKE, SQL and our own grammar give a meaning. */
// prettier-ignore
const LETTERS = ['c', '1', 'C', 'r', 'e', 'g', 'T', 'ä', 'Ä', 'K', '\u212A', '*', '?', '[', ']', '^', '-', '%', '_', "'", '"', '\\', ' ', '😀'];
const texts = fc.string({ unit: fc.constantFrom(...LETTERS), maxLength: 5 });
const words = fc.oneof(texts, fc.constantFrom('request', 're*', 'GET', 'get', 'p?ng', 'c1', 'open', 'clo', 'invalid'));
const regexes = fc.constantFrom('c', '^re', '(?i)get', 'p[io]ng', '', '^$', 'close|open', '1$');
const small = fc.integer({ min: 0, max: 4 });

const frames: fc.Arbitrary<StoredFrame> = fc
  .record({
    atMs: fc.constantFrom(0, 9_000, 10_000),
    connection: fc.oneof(texts, fc.constantFrom('c1', 'c2')),
    direction: fc.constantFrom<StoredFrame['direction'][]>('in', 'out'),
    kind: fc.constantFrom(...FRAME_KINDS.keys()),
    method: fc.integer({ min: 0, max: 7 }),
    status: fc.constantFrom(0, 200, 204, 399, 400, 404, 503, 1_000, 1_006),
    flags: small,
    id: small,
    bytes: small,
    exchange: fc.option(fc.integer({ min: 1, max: 4 }), { nil: null }),
  })
  .map(({ kind, method, direction, ...frame }) => ({
    ...{ ...frame, number: 0, kind, direction },
    method: frameMethodWord(FRAME_KINDS.get(kind) ?? 0, method),
  }));

const patterns: fc.Arbitrary<Pattern> = fc.oneof(
  fc.record({ text: words, wild: fc.boolean() }),
  regexes.map((regex) => ({ regex })),
);
const operators = fc.constantFrom<Comparison[]>('=', '>', '>=', '<', '<=');
const someOf = <T>(one: fc.Arbitrary<T>): fc.Arbitrary<T[]> => fc.array(one, { minLength: 1, maxLength: 3 });
const kind = <T extends string>(word: T): fc.Arbitrary<T> => fc.constant(word);

/** Of the keys that frames have. */
const queries: fc.Arbitrary<Query> = fc.letrec<{ query: Query }>((tie) => ({
  query: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.record({ kind: kind('text'), text: words }),
    fc.record({ kind: kind('regex'), source: regexes }),
    fc.record({
      kind: kind('field'),
      field: fc.constantFrom('conn', 'frame', 'method'),
      patterns: someOf(patterns),
    }),
    fc.record({
      kind: kind('number'),
      field: fc.constantFrom('id', 'corr', 'size', 'code'),
      tests: someOf(fc.record({ operator: operators, value: fc.constantFrom(0, 1, 2.5, 4, 404) })),
    }),
    fc.record({
      kind: kind('status'),
      tests: someOf(
        fc.oneof(
          fc.record({ kind: kind('compare'), operator: operators, code: fc.constantFrom(0, 200, 404, 1_006) }),
          fc.record({ kind: kind('class'), hundreds: fc.integer({ min: 1, max: 10 }) }),
          fc.record({ kind: fc.constantFrom('ok', 'error') }),
        ),
      ),
    }),
    fc.record({ kind: kind('time'), bound: fc.constantFrom('after', 'before'), atMs: fc.constantFrom(0, 9_000) }),
    fc.record({ kind: kind('last'), ms: fc.constantFrom(500, 1_000) }),
    fc.record({ kind: kind('trait'), traits: someOf(fc.constantFrom<Trait[]>('dir:in', 'dir:out')) }),
    fc.record({ kind: kind('not'), term: tie('query') }),
    fc.record({ kind: fc.constantFrom('and', 'or'), terms: fc.array(tie('query'), { minLength: 1, maxLength: 3 }) }),
  ) as fc.Arbitrary<Query>,
})).query;

const database = new Database(':memory:');
database.exec(SEGMENT_SCHEMA);
addSqlFunctions(database);
afterAll(() => database.close());

const insert = database.prepare(
  `INSERT INTO frame (number, at_ms, connection, direction, kind, method, status, flags, id, bytes, exchange)
   VALUES (:number, :atMs, :connection, :direction, :kind, :method, :status, :flags, :id, :bytes, :exchange)`,
);
const METHODS = ['CALL', 'GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

function matchingInSql(query: Query, given: readonly StoredFrame[]): number[] {
  database.exec('DELETE FROM frame');
  for (const frame of given) {
    insert.run({
      ...frame,
      direction: frame.direction === 'in' ? 0 : 1,
      kind: FRAME_KINDS.get(frame.kind),
      method: Math.max(0, METHODS.indexOf(frame.method)),
      exchange: frame.exchange ?? 0,
    });
  }
  const { where, parameters } = toFrameSql(query, { nowMs: NOW_MS });
  return database
    .prepare<unknown[], number>(`SELECT number FROM frame WHERE ${where} ORDER BY number`)
    .pluck()
    .all(...parameters);
}

describe('toFrameSql', () => {
  it('[FR5] finds exactly the frames that the filter describes', { timeout: 60_000 }, () => {
    let found = 0;
    fc.assert(
      fc.property(queries, fc.array(frames, { minLength: 1, maxLength: 8 }), (query, drawn) => {
        const given = drawn.map((frame, index) => ({ ...frame, number: index + 1 }));
        const expected = given.flatMap((frame) => (matchesFrame(query, frame, NOW_MS) ? [frame.number] : []));
        found += expected.length;
        expect(matchingInSql(query, given)).toEqual(expected);
      }),
      { numRuns: 4_000 },
    );
    // Proof that the runs were not all about nothing.
    expect(found).toBeGreaterThan(1_000);
  });
});
