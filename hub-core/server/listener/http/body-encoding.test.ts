import { describe, expect, it } from 'vitest';
import { Encoding } from '../../../common/protocol/message.ts';
import { contentTypeOf, encodingOf } from './body-encoding.ts';

describe('encodingOf', () => {
  it('[HT2] reverses contentTypeOf() where an encoding has a type of its own', () => {
    const own = [Encoding.Bytes, Encoding.Json, Encoding.Text, Encoding.MessagePack, Encoding.Cbor];
    expect(own.map((encoding) => encodingOf(contentTypeOf(encoding)))).toEqual(own);
  });

  it.each([
    ['application/vnd.api+json', Encoding.Json],
    [' application/json ; charset=utf-8', Encoding.Json],
    ['text/csv', Encoding.Text],
    ['text/csv; charset=UTF8', Encoding.Text],
    ['text/csv; charset=utf-16', Encoding.Other],
    ['application/jsonp', Encoding.Other],
    ['application/x-www-form-urlencoded', Encoding.Other],
    ['', Encoding.Bytes],
    [';', Encoding.Bytes],
  ])('[HT2] takes "%s" for encoding %d', (type, encoding) => {
    expect(encodingOf(type)).toBe(encoding);
  });
});
