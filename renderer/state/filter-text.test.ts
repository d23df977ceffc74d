import { describe, expect, it } from 'vitest';
import { parseQuery } from '../../hub-core/common/query/parse-query.ts';
import { filterTerms, hasTerm, termOf, withoutTerm, withoutTimes, withTerm, withTimes } from './filter-text.ts';

describe('filterTerms', () => {
  it('[IN2] tells the terms that must all hold apart, with their dashes, lists and brackets', () => {
    expect(filterTerms('service:"a b",c -(is:mocked OR is:held) json:$.a["x y"]=1 "two words" /re gex/')).toEqual([
      'service:"a b",c',
      '-(is:mocked OR is:held)',
      'json:$.a["x y"]=1',
      '"two words"',
      '/re gex/',
    ]);
    expect(filterTerms('')).toEqual([]);
  });
  it('[IN2] leaves alone what is joined by OR, or is no filter yet', () => {
    expect([filterTerms('a OR b'), filterTerms('from:"al'), filterTerms('(a b')]).toEqual([null, null, null]);
    expect(filterTerms('(a OR b) c')).toEqual(['(a OR b)', 'c']);
  });
});

describe('withTerm', () => {
  it('[IN2] adds a term once, and keeps what was there together', () => {
    expect(withTerm('', 'is:mine')).toBe('is:mine');
    expect(withTerm('dur>50ms', 'is:mine')).toBe('dur>50ms is:mine');
    expect(withTerm('is:mine dur>50ms', 'is:mine')).toBe('is:mine dur>50ms');
    expect(withTerm('a OR b', 'is:mine')).toBe('(a OR b) is:mine');
  });
  it('[IN2] is undone by withoutTerm', () => {
    const text = withTerm('service:math "a b"', 'status:error');
    expect(hasTerm(text, 'status:error')).toBe(true);
    expect(withoutTerm(text, 'status:error')).toBe('service:math "a b"');
    expect(withoutTerm('a OR b', 'a')).toBe('a OR b');
  });
});

describe('termOf', () => {
  it('[IN2] quotes a value that would mean something else', () => {
    expect([termOf('from', 'alice'), termOf('from', 'my "client"'), termOf('route', '/math')]).toEqual([
      'from:alice',
      String.raw`from:"my \"client\""`,
      'route:"/math"',
    ]);
  });
});

describe('withTimes', () => {
  it('[IN2] puts a span in place of the times that the filter had, to the millisecond', () => {
    const [from, to] = [Date.parse('2026-11-28T10:30:00.250'), Date.parse('2026-11-28T10:30:05')];
    const text = withTimes('service:math last:5m before:10:00', from + 0.4, to);
    expect(text).toBe('service:math after:2026-11-28T10:30:00.250 before:2026-11-28T10:30:05.000');
    expect(parseQuery(text, { nowMs: 0 })).toMatchObject({
      terms: [{}, { kind: 'time', bound: 'after', atMs: from }, { kind: 'time', bound: 'before', atMs: to }],
    });
    expect(withoutTimes(text)).toBe('service:math');
  });
});
