import { describe, expect, it } from 'vitest';
import { isJson } from './json-scanner.ts';

// prettier-ignore
const GOOD = [
  '0', '-0', '-1', '10', '1.5', '1e5', '1E+5', '1e-5', '-1.25e-10', '""', '"a"', '"\\"\\\\\\/\\b\\f\\n\\r\\t\\uAbC9"',
  'true', 'false', 'null', '[]', '[ ]', '[1]', '[1,2]', '[[],[{}]]', '{}', '{ }', '{"a":1}', '{"a":{"b":[1,{"c":null}]}}',
  ' \t\r\n1 \t\r\n', '{"a" : 1 , "b" : [ ] }', '"\u007f\u2028"',
];
// prettier-ignore
const BAD = [
  '', ' ', '-', '+1', '01', '-01', '1.', '.5', '1e', '1e+', '1.e5', '0x1', 'Infinity', 'NaN', '"', '"a', "'a'", '"\\"',
  '"\\', '"\\x"', '"\\u123"', '"\\u12g4"', '"\n"', '"\t"', 'tru', 'True', 'nul', 'truefalse', '[', ']', '[1', '[1,', '[1,]',
  '[,1]', '[1 2]', '[1}', '{', '}', '{"a"', '{"a":', '{"a":1', '{"a":1,', '{"a":1,}', '{a:1}', '{"a" 1}', '{1:1}', '{"a":1]',
  '{,}', '1 2', '1,', '/**/1', '\ufeff1', '\u00a01', '1\u000b',
];

describe('isJson()', () => {
  it.each(GOOD)('[WP16] takes %j, as JSON.parse does', (text) => {
    expect(isJson(new TextEncoder().encode(text))).toBe(true);
    expect(() => JSON.parse(text) as unknown).not.toThrow();
  });

  it.each(BAD)('[WP16] refuses %j, as JSON.parse does', (text) => {
    expect(isJson(new TextEncoder().encode(text))).toBe(false);
    expect(() => JSON.parse(text) as unknown).toThrow(SyntaxError);
  });
});
