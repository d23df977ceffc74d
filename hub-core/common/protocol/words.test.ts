import { describe, expect, it } from 'vitest';
import { Encoding as WireEncoding } from './generated/encoding.ts';
import { Kind as WireKind } from './generated/kind.ts';
import { Method as WireMethod } from './generated/method.ts';
import { Encoding, Flag, Kind, Method } from './message.ts';
import {
  encodingWord,
  FLAG_WORDS,
  kindWord,
  KNOWN_FLAGS,
  methodWord,
  parseEncoding,
  parseKind,
  parseMethod,
} from './words.ts';

describe('words', () => {
  it('[WP22] have the numbers of the schema', () => {
    expect([Kind, Method, Encoding]).toEqual([WireKind, WireMethod, WireEncoding]);
  });

  it('[WP22] stand for one number each, and back', () => {
    expect(Object.values(Kind).map((kind) => parseKind(kindWord(kind)))).toEqual(Object.values(Kind));
    expect(Object.values(Method).map((method) => parseMethod(methodWord(method)))).toEqual(Object.values(Method));
    expect(Object.values(Encoding).map((encoding) => parseEncoding(encodingWord(encoding)))).toEqual(
      Object.values(Encoding),
    );
  });

  it('[WP22] are upper case for methods, lower case for the rest', () => {
    expect([methodWord(Method.Get), kindWord(Kind.Request), encodingWord(Encoding.FlatBuffer)]).toEqual([
      'GET',
      'request',
      'flatbuffer',
    ]);
    expect([parseMethod('get'), parseKind('REQUEST'), parseEncoding('Json')]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('[WP22] name every flag', () => {
    expect(FLAG_WORDS.map(([, bit]) => bit)).toEqual(Object.values(Flag));
    expect(KNOWN_FLAGS).toBe(15);
  });
});
