import { describe, expect, it } from 'vitest';
import { parseQuery } from './parse-query.ts';
import { QuerySyntaxError } from './query-syntax-error.ts';
import type { Query } from './query.ts';

const NOW_MS = Date.parse('2026-11-28T12:00:00');
const parse = (input: string): Query => parseQuery(input, { nowMs: NOW_MS });

function errorOf(input: string): { column: number; message: string; suggestion: string | undefined } {
  try {
    parse(input);
  } catch (error) {
    if (error instanceof QuerySyntaxError)
      return { column: error.column, message: error.message, suggestion: error.suggestion };
    throw error;
  }
  throw new Error(`"${input}" parses`);
}

const text = (value: string) => ({ kind: 'text', text: value });
const field = (name: string, ...patterns: readonly string[]) => ({
  kind: 'field',
  field: name,
  patterns: patterns.map((pattern) => ({ text: pattern, wild: true })),
});

describe('parseQuery', () => {
  it.each([
    ['', { kind: 'all' }],
    ['  \t ', { kind: 'all' }],
    ['math', text('math')],
    ['/math/add?a=1', text('/math/add?a=1')],
    ['a,b', text('a,b')],
    ['a-b', text('a-b')],
    ['"two words"', text('two words')],
    [String.raw`"say \"hi\" \\ \n"`, text(String.raw`say "hi" \ \n`)],
    ['""', text('')],
  ])('[QL1] reads the words and texts of %j', (input, query) => {
    expect(parse(input)).toEqual(query);
  });

  it('[QL2] takes terms side by side as and, OR as weaker, brackets as a group, a dash as not', () => {
    expect(parse('a b OR -c (d OR "OR")')).toEqual({
      kind: 'or',
      terms: [
        { kind: 'and', terms: [text('a'), text('b')] },
        {
          kind: 'and',
          terms: [
            { kind: 'not', term: text('c') },
            { kind: 'or', terms: [text('d'), text('OR')] },
          ],
        },
      ],
    });
    expect(parse('-(a b)')).toEqual({ kind: 'not', term: { kind: 'and', terms: [text('a'), text('b')] } });
    expect(parse('--a')).toEqual({ kind: 'not', term: { kind: 'not', term: text('a') } });
  });

  it('[QL3] reads keys with one or several values', () => {
    expect(parse('service:math.*,geo')).toEqual(field('service', 'math.*', 'geo'));
    expect(parse('METHOD:get')).toEqual(field('method', 'get'));
    expect(parse('from:a:b')).toEqual(field('from', 'a:b'));
    expect(parse('to:-x')).toEqual(field('to', '-x'));
    expect(parse('-from:"my * client"')).toEqual({
      kind: 'not',
      term: { kind: 'field', field: 'from', patterns: [{ text: 'my * client', wild: false }] },
    });
  });

  it('[QL4] reads statuses as a number, a class, error or pending', () => {
    expect(parse('status:404,5xx,error,PENDING,ok')).toEqual({
      kind: 'status',
      tests: [
        { kind: 'compare', operator: '=', code: 404 },
        { kind: 'class', hundreds: 5 },
        { kind: 'error' },
        { kind: 'pending' },
        { kind: 'ok' },
      ],
    });
  });

  it.each([
    ['foo:bar', 1, 'There is no key "foo"', '"foo:bar"'],
    ['a http://x', 3, 'There is no key "http"', 'a "http://x"'],
    ['10:30', 1, 'There is no key "10"', '"10:30"'],
    ['a "b', 3, 'The closing quote is missing', 'a "b"'],
    ['(a OR b', 1, 'The closing bracket is missing', '(a OR b)'],
    ['a)', 2, 'This closing bracket has no opening one', undefined],
    ['a OR', 5, 'A search term is missing', undefined],
    ['OR a', 1, 'A search term is missing', undefined],
    ['()', 2, 'A search term is missing', undefined],
    ['a -', 4, 'A search term is missing', undefined],
    ['service:', 9, 'A value is missing after "service:"', undefined],
    ['service: math', 9, 'A value is missing after "service:"', undefined],
    ['service:a,', 11, 'A value is missing after "service:"', undefined],
    ['"a",b', 4, 'A comma separates the values of a key', undefined],
    ['status:good', 8, '"good" is no status', undefined],
    ['status:200,x', 12, '"x" is no status', undefined],
    ['status>4xx', 8, '"4xx" is no status to compare with', undefined],
    ['status>', 8, 'A status is missing after "status>"', undefined],
    ['dur>', 5, 'A duration is missing after "dur>"', undefined],
    ['-dur>=', 7, 'A duration is missing after "-dur>="', undefined],
    ['dur>50kb', 5, '"50kb" is no duration', undefined],
    ['dur:fast', 5, '"fast" is no duration', undefined],
    ['size>1,x', 8, '"x" is no size', undefined],
    ['id:1.5.2', 4, '"1.5.2" is no number', undefined],
    ['corr:12345678901234567890', 6, 'is no number', undefined],
    ['last:5', 6, 'is no duration: write a number with its unit', undefined],
    ['last:5m,6m', 9, '"last" takes one duration only', undefined],
    ['after:noon', 7, '"noon" is no time', undefined],
    ['after:2026-13-01', 7, 'is no time', undefined],
    ['is:', 4, 'A word is missing after "is:"', undefined],
    ['is:slow', 4, '"slow" does not go with "is:": write held, pending,', undefined],
    ['service>a', 8, '"service" is not compared with ">": write service:', undefined],
    ['has>body', 4, 'is not compared with ">"', undefined],
    ['json:', 6, 'A path is missing after "json:"', undefined],
    ['json:x=1', 6, 'A path starts with "$"', undefined],
    ['json:$.a.=1', 10, 'A name is missing in the path', undefined],
    ['json:$[x]=1', 8, 'Brackets take a number', undefined],
    ['json:$.a=', 10, 'A value is missing after "json:$.a="', undefined],
    ['json:$.a>x', 10, '"x" is no number to compare with', undefined],
    ['body:/tok_[a-z', 6, 'The closing slash', undefined],
    ['body:/(/', 6, 'is no regular expression', undefined],
    ['/a(?=b)/', 1, 'is no regular expression', undefined],
    ['foo>1', 1, 'There is no key "foo"', '"foo>1"'],
  ])('[QL5] says where and why %j cannot be understood', (input, column, message, suggestion) => {
    const error = errorOf(input);
    expect(error).toEqual({ column, suggestion, message: expect.stringContaining(message) as string });
    if (suggestion !== undefined) expect(() => parse(suggestion)).not.toThrow();
  });

  it('[QL6] refuses more terms and deeper nesting than a person writes', () => {
    expect(errorOf('a '.repeat(129)).message).toBe('More than 128 search terms');
    expect(errorOf(`service:${'a,'.repeat(129)}a`).message).toBe('More than 128 search terms');
    expect(errorOf('('.repeat(65)).message).toContain('64 brackets');
    expect(errorOf('-'.repeat(70)).message).toContain('64 brackets');
  });

  it('[QL1] reads what begins and ends with a slash as a regular expression, and a path as a text', () => {
    expect(parse(String.raw`/to\/k_[a-z ()]+/`)).toEqual({ kind: 'regex', source: 'to/k_[a-z ()]+' });
    expect(parse('/math/add')).toEqual(text('/math/add'));
    expect(parse('/math/* /x')).toEqual({ kind: 'and', terms: [text('/math/*'), text('/x')] });
    expect(parse('//')).toEqual(text('//'));
    expect(parse('route:/^.a,b/,/x/y')).toEqual({
      kind: 'field',
      field: 'route',
      patterns: [{ regex: '^.a,b' }, { text: '/x/y', wild: true }],
    });
  });

  it('[QL12] takes = as the colon, and != as its negation, of every value', () => {
    expect(parse('from=a,b')).toEqual(parse('from:a,b'));
    expect(parse('from!=a,b')).toEqual({ kind: 'not', term: parse('from:a,b') });
    expect(parse('json:$.a!=1')).toEqual({ kind: 'not', term: parse('json:$.a=1') });
  });

  it('[QL13] reads numbers with their units', () => {
    expect(parse('dur>1.5s,2m,50,1h')).toEqual({
      kind: 'number',
      field: 'dur',
      tests: [1_500, 120_000, 50, 3_600_000].map((value) => ({ operator: '>', value })),
    });
    expect(parse('req.size<=2kb,1MB')).toEqual({
      kind: 'number',
      field: 'req.size',
      tests: [2_000, 1_000_000].map((value) => ({ operator: '<=', value })),
    });
    expect(parse('status>=500')).toEqual({ kind: 'status', tests: [{ kind: 'compare', operator: '>=', code: 500 }] });
  });

  it('[QL14] reads times of today and of any day, in local time or with a zone', () => {
    const atMs = (query: string): unknown => (parse(query) as { atMs: number }).atMs;
    expect(atMs('after:10:30')).toBe(Date.parse('2026-11-28T10:30'));
    expect(atMs('before:2026-11-27')).toBe(Date.parse('2026-11-27T00:00'));
    expect(atMs('after:2026-11-27T10:30:05.250')).toBe(Date.parse('2026-11-27T10:30:05.250'));
    expect(atMs('after:2026-11-27T10:30z')).toBe(Date.parse('2026-11-27T10:30Z'));
    expect(atMs('after:2026-11-27T10:30+02:00')).toBe(Date.parse('2026-11-27T08:30Z'));
    expect(parse('last:90s')).toEqual({ kind: 'last', ms: 90_000 });
  });

  it('[QL16] reads paths and what their values are held to', () => {
    expect(parse('json:$.a["b c"][2]..d.*=7,"7",x*')).toEqual({
      kind: 'json',
      path: {
        text: '$.a["b c"][2]..d.*',
        steps: [
          { within: false, name: 'a' },
          { within: false, name: 'b c' },
          { within: false, index: 2 },
          { within: true, name: 'd' },
          { within: false },
        ],
      },
      tests: [
        { kind: 'decimal', operator: '=', decimal: '7' },
        { kind: 'string', text: '7' },
        { kind: 'pattern', pattern: { text: 'x*', wild: true } },
      ],
    });
    expect(parse('(json:$.a)')).toEqual({
      kind: 'json',
      path: { text: '$.a', steps: [{ within: false, name: 'a' }] },
      tests: [],
    });
  });
});
