import { describe, expect, it } from 'vitest';
import { jsonMember } from './json-member.ts';
import { decodeUtf8, encodeUtf8 } from './utf8.ts';

function member(text: string): string | undefined {
  const found = jsonMember(encodeUtf8(text), 'payload');
  return found === undefined ? undefined : decodeUtf8(found, 0, found.length);
}

describe('jsonMember', () => {
  it('[MS5] cuts a value out byte for byte', () => {
    const texts = [
      '{"payload":1e400}',
      ' { "a" : {"payload":2}, "payload" : [1, 2 ] } ',
      String.raw`{"p\u0061yload":"ü"}`,
    ];
    expect(texts.map(member)).toEqual(['1e400', '[1, 2 ]', '"ü"']);
  });

  it('[MS5] takes the last of two, and nothing where there is none', () => {
    expect(['{"payload":1,"payload":2}', '{}', '[]', 'x', ''].map(member)).toEqual([
      '2',
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });
});
