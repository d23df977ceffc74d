import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseJsonPath, type JsonStep } from '../common/query/json-path.ts';
import type { ColumnValue } from '../common/traffic/custom-column.ts';
import { SEARCHED_BODY_BYTES } from '../common/query/match-query.ts';
import { ColumnExtractor, MAX_VALUE_LENGTH } from './column-value.ts';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

function valueAt(path: string, body: string): ColumnValue | undefined {
  const found = new ColumnExtractor(parseJsonPath(path)).valueIn(utf8(body));
  return found === undefined ? undefined : { kind: found.kind, text: found.text, cut: found.cut };
}

/** What a path leads to in a value, the plain way: in the order of the ends of their texts. */
function reference(value: unknown, states: ReadonlySet<number>, steps: readonly JsonStep[]): unknown[] {
  const children: [key: string | number, child: unknown][] =
    typeof value !== 'object' || value === null
      ? []
      : Array.isArray(value)
        ? value.map((child: unknown, index) => [index, child])
        : Object.entries(value);
  const within = children.flatMap(([key, child]) => {
    const next = new Set<number>();
    for (const state of states) {
      const step = steps[state];
      if (step === undefined) continue;
      if (step.within) next.add(state);
      const named = step.name === undefined || step.name === key;
      const placed = step.index === undefined || step.index === key;
      if (named && placed) next.add(state + 1);
    }
    return reference(child, next, steps);
  });
  return states.has(steps.length) ? [...within, value] : within;
}

/** How a value is shown. */
function shown(value: unknown): ColumnValue {
  if (typeof value === 'string') {
    const points = Array.from(value);
    let text = '';
    for (const point of points)
      if (text.length + point.length <= MAX_VALUE_LENGTH) text += point;
      else break;
    return { kind: 'string', text, cut: value.length > MAX_VALUE_LENGTH };
  }
  if (typeof value === 'number') return { kind: 'number', text: JSON.stringify(value), cut: false };
  const text = JSON.stringify(value);
  if (typeof value !== 'object' || value === null) return { kind: 'word', text, cut: false };
  return { kind: 'json', text: text.slice(0, MAX_VALUE_LENGTH), cut: text.length > MAX_VALUE_LENGTH };
}

describe('ColumnExtractor.valueIn', () => {
  it.each([
    ['$.id', '{"id":4634343214213523454}', 'number', '4634343214213523454'],
    ['$.id', '{"id" : 1.50e0 }', 'number', '1.50e0'],
    ['$.name', String.raw`{"name":"a\u00e4\n\"b\""}`, 'string', 'aä\n"b"'],
    ['$["a b"][1]', '{"a b":[1,true]}', 'word', 'true'],
    ['$.a', '{"a":null}', 'word', 'null'],
    ['$.a', '{"a":{"b": [1]}}', 'json', '{"b": [1]}'],
    ['$..id', '{"x":{"id":1},"id":2}', 'number', '1'],
    ['$', ' "all" ', 'string', 'all'],
  ])('[TS13] %s of %s is a %s: %s', (path, body, kind, text) => {
    expect(valueAt(path, body)).toEqual({ kind, text, cut: false });
  });

  it.each([
    ['$.a', '{"b":1}'],
    ['$.a', ''],
    ['$.a', 'a=1&b=2'],
    ['$.a', '{"a":tru}'],
    ['$.a', '{"a":"cut of'],
    ['$.a', '{"a":"\u0001"}'],
  ])('[TS13] %s of %s is nothing', (path, body) => {
    expect(valueAt(path, body)).toBeUndefined();
  });

  it('[TS13] cuts texts at 256 characters, never within one, however they are written', () => {
    const long = 'x'.repeat(MAX_VALUE_LENGTH);
    expect(valueAt('$', JSON.stringify(long))).toEqual({ kind: 'string', text: long, cut: false });
    expect(valueAt('$', JSON.stringify(`${long}y`))).toEqual({ kind: 'string', text: long, cut: true });
    const pair = `${'x'.repeat(MAX_VALUE_LENGTH - 1)}😀`;
    expect(valueAt('$', JSON.stringify(`${pair}y`))).toEqual({ kind: 'string', text: pair.slice(0, -2), cut: true });
    const escaped = (count: number): string => `"${String.raw`\u0041`.repeat(count)}"`;
    expect(valueAt('$', escaped(MAX_VALUE_LENGTH))).toMatchObject({ text: 'A'.repeat(MAX_VALUE_LENGTH), cut: false });
    expect(valueAt('$', escaped(5_000))).toMatchObject({ text: 'A'.repeat(MAX_VALUE_LENGTH), cut: true });
    expect(valueAt('$', `"${'ä'.repeat(9_000)}"`)).toMatchObject({ text: 'ä'.repeat(MAX_VALUE_LENGTH), cut: true });
    expect(valueAt('$', `[${'1,'.repeat(400)}1]`)).toMatchObject({ kind: 'json', cut: true });
    // A number that is cut would be another one.
    expect(valueAt('$', '1'.repeat(300))).toMatchObject({ kind: 'json', cut: true });
  });

  it('[TS13] tells when a value may go on behind the bytes, and looks at the first MiB only', () => {
    const extractor = new ColumnExtractor(parseJsonPath('$.a'));
    const atEnd = (body: string): unknown => extractor.valueIn(utf8(body))?.atEnd;
    expect(['{"a":12', '{"a":12}', '{"a":"b"', '{"a":{"b":{}'].map(atEnd)).toEqual([true, false, false, true]);
    const padding = 'x'.repeat(SEARCHED_BODY_BYTES);
    expect(extractor.valueIn(utf8(`{"x":"${padding}","a":1}`))).toBeUndefined();
    expect(extractor.valueIn(utf8(`{"a":[1,"${padding}"]}`))).toBeUndefined();
    expect(extractor.valueIn(utf8(`{"a":1,"x":"${padding}"}`))).toMatchObject({ text: '1' });
  });

  it('[TS13] takes what a parser and the path lead to, for any JSON', () => {
    const paths = ['$', '$.a', '$.a.b', '$..a', '$[0]', '$..[1]', '$.*', '$..*', '$.a[*].b', '$..a.b', '$["ä\\""]'];
    const value = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 4, withCrossShrink: true },
        fc.oneof(
          fc.string({ unit: 'grapheme', maxLength: 400 }),
          fc.boolean(),
          fc.constant(null),
          fc.double({ noNaN: true, noDefaultInfinity: true }).filter((number) => !Object.is(number, -0)),
        ),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom('a', 'b', 'ä"'), tie('value'), { maxKeys: 3 }),
      ),
    })).value;
    let found = 0;
    fc.assert(
      fc.property(fc.constantFrom(...paths), value, (path, drawn) => {
        const [first] = reference(drawn, new Set([0]), parseJsonPath(path).steps);
        const expected = first === undefined ? undefined : shown(first);
        if (expected !== undefined) found += 1;
        expect(valueAt(path, JSON.stringify(drawn))).toEqual(expected);
      }),
      { numRuns: 3_000 },
    );
    expect(found).toBeGreaterThan(800);
  });
});
