import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { completeQuery, type SeenValues } from './complete-query.ts';
import { explainQuery } from './explain-query.ts';
import { parseQuery } from './parse-query.ts';
import { QUERY_KEYS } from './query-keys.ts';
import { QuerySyntaxError } from './query-syntax-error.ts';

const NOW = { nowMs: Date.parse('2026-11-28T12:00:00Z') };
const SEEN: Readonly<Record<string, readonly string[]>> = {
  service: ['math', 'my own', 'mail'],
  status: ['404', '200', '4xx'],
  route: ['/a/'],
};
const seen: SeenValues = (key, prefix) =>
  (SEEN[key] ?? []).filter((value) => value.startsWith(prefix)).map((value, at) => ({ value, count: 9 - at }));

/** `|` is the cursor. */
function completed(marked: string): string[] {
  const cursor = marked.indexOf('|');
  const input = marked.replace('|', '');
  const { from, to, items } = completeQuery(input, cursor, seen);
  return items.map(({ text }) => `${input.slice(0, from)}${text}${input.slice(to)}`);
}

describe('completeQuery', () => {
  it('[QL18] offers every key where a term can begin', () => {
    const keys = QUERY_KEYS.map(({ key }) => `${key}:`);
    expect(completed('|')).toEqual(keys);
    expect(completed('a (|')).toEqual(keys.map((key) => `a (${key}`));
    expect(completed('-|')).toEqual(keys.map((key) => `-${key}`));
  });

  it.each([
    ['du| x', ['dur: x']],
    ['a -SER|', ['a -service:']],
    ['service:|', ['service:math', 'service:"my own"', 'service:mail']],
    ['service:ma| status:2', ['service:math status:2', 'service:mail status:2']],
    ['service:x,ma|', ['service:x,math', 'service:x,mail']],
    ['service:"a b",|', ['service:"a b",math', 'service:"a b","my own"', 'service:"a b",mail']],
    ['service:"my|', ['service:"my own"']],
    ['status:4|', ['status:404', 'status:4xx']],
    ['route:|', ['route:"/a/"']],
    ['is:m|', ['is:mocked', 'is:mine', 'is:masked']],
    ['dur>|', []],
    ['foo:|', QUERY_KEYS.map(({ key }) => `foo:${key}:`)],
    ['service: |', QUERY_KEYS.map(({ key }) => `service: ${key}:`)],
  ])('[QL18] completes %s', (marked, expected) => {
    expect(completed(marked)).toEqual(expected);
  });

  it('[QL18] tells how often a value was seen, and what a key looks at', () => {
    expect(completeQuery('service:mat', 11, seen).items).toEqual([{ text: 'math', about: '', count: 9 }]);
    expect(completeQuery('queu', 4, seen).items).toEqual([{ text: 'queue:', about: 'time it waited for a provider' }]);
  });
});

describe('the specification in docs/query.md', () => {
  const page = readFileSync(new URL('../../../docs/query.md', import.meta.url), 'utf8');
  const cells = page
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split(' | ').map((cell) => cell.replaceAll(/^\| |\|$/g, '').trim()));

  it('[QL11] names every key', () => {
    for (const { key } of QUERY_KEYS) expect(page).toContain(`| \`${key}${key === 'json' ? ':PATH' : ''}\``);
  });

  it('[QL11] has examples that parse and explain themselves, and errors as they are', () => {
    const at = cells.findIndex(([first]) => first === '`service`');
    const examples = cells.slice(0, at).map(([filter = '']) => filter.slice(1, -1).replaceAll(String.raw`\|`, '|'));
    expect(examples).toHaveLength(10);
    for (const filter of examples) expect(explainQuery(parseQuery(filter, NOW))).not.toBe('everything');
    const errors = cells.filter(([, text]) => text?.startsWith('column '));
    expect(errors).toHaveLength(4);
    for (const [filter = '', text = ''] of errors) {
      const refused = (): unknown => parseQuery(filter.slice(1, -1), NOW);
      expect(refused).toThrow(QuerySyntaxError);
      expect(refused).toThrow(text.replace(/^column \d+: /, ''));
    }
  });
});

describe('explainQuery', () => {
  it.each([
    ['', 'everything'],
    ['dur>50ms (status:error OR is:late)', 'dur is above 50 ms and (status is error, or is:late)'],
    ['service:math.*,geo -method:"a*"', 'service is like "math.*" or is "geo" and not (method is "a*")'],
    ['json:$.a=7,"x"', '$.a of a JSON body is the number 7 or is the text "x"'],
    ['json:$.a', 'a JSON body has $.a'],
    ['body:/a+/,b', 'a body matches /a+/ or contains "b"'],
    ['last:5m', 'arrived in the last 300 s'],
    ['before:2026-11-28T10:30Z', 'arrived before 2026-11-28T10:30:00.000Z'],
    [
      '"a b" /c/ status>=500,300',
      'a text contains "a b" and a text matches /c/ and status is at least 500 or is at least 300',
    ],
  ])('[QL11] says what %j means', (query, meaning) => {
    expect(explainQuery(parseQuery(query, NOW))).toBe(meaning);
  });
});
