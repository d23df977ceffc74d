import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { firstLines, prettyJson } from './print-json.ts';

describe('prettyJson', () => {
  it('[UI11] keeps every number as it was written', () => {
    const text = '[4634343214213523454,1.10,1e400,-0,0.1000000000000000055]';
    expect(prettyJson(text)?.replaceAll(/\s/g, '')).toBe(text);
  });
  it('[UI11] keeps the order of keys, and keys that repeat', () => {
    expect(prettyJson('{"b":1,"a":2,"b":3}')).toBe('{\n  "b": 1,\n  "a": 2,\n  "b": 3\n}');
  });
  it('[UI11] keeps escapes as they were written', () => {
    expect(prettyJson(String.raw`"\u00e9\/\n"`)).toBe(String.raw`"\u00e9\/\n"`);
  });
  it('[UI11] indents nested values and leaves empty ones on their line', () => {
    expect(prettyJson(' { "a" : [ ] , "b" : { "c" : [ true , null ] } } ')).toBe(
      '{\n  "a": [],\n  "b": {\n    "c": [\n      true,\n      null\n    ]\n  }\n}',
    );
  });
  it.each(['', '{', '[1,]', '{"a"}', '{"a":1,}', '01', '1 2', "'a'", '"\u0001"', String.raw`"\x"`, 'nul', '[1 2]'])(
    '[UI11] refuses what is no JSON: %j',
    (text) => {
      expect(prettyJson(text)).toBeUndefined();
    },
  );
  it('[UI11] refuses what is nested deeper than 1,000 instead of overflowing', () => {
    expect(prettyJson('['.repeat(100_000))).toBeUndefined();
    expect(prettyJson('['.repeat(900) + ']'.repeat(900))).toBeDefined();
  });
});

describe('firstLines', () => {
  const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
  it('[UI138] are the first of all lines, wherever the beginning breaks off', () => {
    const values = fc.tuple(fc.jsonValue({ noUnicodeString: false }), fc.constantFrom(0, 1, 4));
    fc.assert(
      fc.property(values, fc.nat(), ([value, indent], place) => {
        const text = JSON.stringify(value, null, indent);
        const bytes = utf8(text);
        const lines = firstLines(bytes.subarray(0, place % (bytes.length + 1)));
        const all = prettyJson(text) ?? '';
        expect(lines === '' || all.startsWith(`${lines}\n`)).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });
  it('[UI138] leave out no more than the line that breaks off', () => {
    expect(firstLines(utf8('{"a":[1,2],"b":{"c":tr'))).toBe('{\n  "a": [\n    1,\n    2\n  ],\n  "b": {');
    expect(firstLines(utf8('[12'))).toBe('[');
  });
  it('[UI138] are none of what is no JSON, or has one line', () => {
    expect([firstLines(utf8('{]')), firstLines(utf8('"long')), firstLines(utf8(''))]).toEqual(['', '', '']);
  });
});
