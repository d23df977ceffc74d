import { describe, expect, it } from 'vitest';
import { parseQuery } from './parse-query.ts';
import { QuerySyntaxError } from './query-syntax-error.ts';

function errorOf(input: string): { column: number; message: string; suggestion: string | undefined } {
  try {
    parseQuery(input);
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
    expect(parseQuery(input)).toEqual(query);
  });

  it('[QL2] takes terms side by side as and, OR as weaker, brackets as a group, a dash as not', () => {
    expect(parseQuery('a b OR -c (d OR "OR")')).toEqual({
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
    expect(parseQuery('-(a b)')).toEqual({ kind: 'not', term: { kind: 'and', terms: [text('a'), text('b')] } });
    expect(parseQuery('--a')).toEqual({ kind: 'not', term: { kind: 'not', term: text('a') } });
  });

  it('[QL3] reads keys with one or several values', () => {
    expect(parseQuery('service:math.*,geo')).toEqual(field('service', 'math.*', 'geo'));
    expect(parseQuery('METHOD:get')).toEqual(field('method', 'get'));
    expect(parseQuery('from:a:b')).toEqual(field('from', 'a:b'));
    expect(parseQuery('to:-x')).toEqual(field('to', '-x'));
    expect(parseQuery('-from:"my * client"')).toEqual({
      kind: 'not',
      term: { kind: 'field', field: 'from', patterns: [{ text: 'my * client', wild: false }] },
    });
  });

  it('[QL4] reads statuses as a number, a class, error or pending', () => {
    expect(parseQuery('status:404,5xx,error,PENDING')).toEqual({
      kind: 'status',
      tests: [{ kind: 'code', code: 404 }, { kind: 'class', hundreds: 5 }, { kind: 'error' }, { kind: 'pending' }],
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
    ['status:ok', 8, '"ok" is no status', undefined],
    ['status:200,x', 12, '"x" is no status', undefined],
  ])('[QL5] says where and why %j cannot be understood', (input, column, message, suggestion) => {
    const error = errorOf(input);
    expect(error).toEqual({ column, suggestion, message: expect.stringContaining(message) as string });
    if (suggestion !== undefined) expect(() => parseQuery(suggestion)).not.toThrow();
  });

  it('[QL6] refuses more terms and deeper nesting than a person writes', () => {
    expect(errorOf('a '.repeat(129)).message).toBe('More than 128 search terms');
    expect(errorOf(`service:${'a,'.repeat(129)}a`).message).toBe('More than 128 search terms');
    expect(errorOf('('.repeat(65)).message).toContain('64 brackets');
    expect(errorOf('-'.repeat(70)).message).toContain('64 brackets');
  });
});
