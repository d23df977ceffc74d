import { describe, expect, it } from 'vitest';
import { filterOffers, hideTerm, summaryLine } from './row-text.ts';
import { exchangeRow } from './test-rows.ts';

const row = exchangeRow(7, {
  ...{ atMs: Date.parse('2026-11-28T10:30:05.250'), uri: '/math/add?a=1', status: 504, error: 'DEADLINE_ERR' },
  ...{ outcome: 'deadline', durationMs: 1_204 },
});

describe('summaryLine', () => {
  it('[IN16] says in one line what passed between whom, when, and what came of it', () => {
    expect(summaryLine(row)).toBe(
      '#7 2026-11-28 10:30:05.250 GET /math/add?a=1 alice → worker 504 DEADLINE_ERR 1.20 s',
    );
    expect(summaryLine(exchangeRow(8, { provider: '', status: null, outcome: null, durationMs: null }))).toMatch(
      /alice → nobody pending –$/,
    );
  });
});

describe('hideTerm', () => {
  it('[IN16] hides the same method, route and status', () => {
    expect(hideTerm(row)).toBe('-(method:GET route:"/math/add" status:504)');
    expect(hideTerm(exchangeRow(1, { status: null }))).toBe('-(method:GET route:"/math/add" status:pending)');
  });
});

describe('filterOffers', () => {
  it('[IN16] offers what the row has', () => {
    expect(filterOffers(row).map(({ term }) => term)).toEqual([
      'service:math',
      'route:"/math/add"',
      'from:alice',
      'conn:c1',
      'provider:math@c2',
      'error:DEADLINE_ERR',
    ]);
    expect(filterOffers(exchangeRow(1, { connection: '', provider: '' })).map(({ name }) => name)).toEqual([
      'This service',
      'This route',
      'This caller',
      'The same status',
    ]);
  });
});
