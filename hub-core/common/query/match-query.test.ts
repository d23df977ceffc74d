import { describe, expect, it } from 'vitest';
import { matchesQuery } from './match-query.ts';
import { parseQuery } from './parse-query.ts';
import type { Searchable } from './query.ts';

const row: Searchable = {
  service: 'math',
  method: 'GET',
  uri: '/math/Add?a=1',
  from: 'Alice',
  provider: 'math@c2',
  providerClient: 'bob',
  status: 503,
  error: 'UNAVAILABLE_ERR',
};
const pending: Searchable = { ...row, status: null, error: '' };
const matches = (query: string, given = row): boolean => matchesQuery(parseQuery(query), given);

describe('matchesQuery', () => {
  it.each(['math', 'get', 'ADD', 'alice', 'c2', 'bob', '50', 'unavail', '""', ''])(
    '[QL7] finds %j in any of the texts, in either case',
    (query) => {
      expect(matches(query)).toBe(true);
    },
  );

  it.each(['geo', 'alice.', 'k', '"GET /math"'])('[QL7] does not find %j', (query) => {
    expect(matches(query === 'k' ? '\u212A' : query)).toBe(false);
  });

  it.each([
    ['service:math', true],
    ['service:MATH', true],
    ['service:mat', false],
    ['service:mat?', true],
    ['service:m*h', true],
    ['service:*a*t*', true],
    ['service:a*', false],
    ['service:"m*h"', false],
    ['service:geo,math', true],
    ['to:bob', true],
    ['to:math@*', true],
    ['to:alice', false],
    ['from:a*', true],
    ['-from:a*', false],
    ['method:get service:math', true],
    ['method:post OR service:math', true],
  ])('[QL8] %s → %s', (query, expected) => {
    expect(matches(query)).toBe(expected);
  });

  it.each([
    ['status:503', true, false],
    ['status:5xx', true, false],
    ['status:4xx', false, false],
    ['status:error', true, false],
    ['status:pending', false, true],
    ['-status:pending', true, false],
    ['503', true, false],
  ])('[QL9] %s of an answered row → %s, of a pending one → %s', (query, answered, awaited) => {
    expect([matches(query), matches(query, pending)]).toEqual([answered, awaited]);
  });

  it('[QL9] an error name makes an error of any status', () => {
    expect(matches('status:error', { ...row, status: 0, error: 'CANCELLED_ERR' })).toBe(true);
  });
});
