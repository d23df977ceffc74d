import { describe, expect, it } from 'vitest';
import { prettyJson } from './print-json.ts';

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
