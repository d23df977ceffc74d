import { describe, expect, it } from 'vitest';
import { Encoding } from '../common/protocol/message.ts';
import { encodeBody, encodingOfContentType } from './body.ts';
import { HeaderList, toWireHeaders } from './header-list.ts';

describe('encodeBody', () => {
  it.each([
    [{ body: new Uint8Array([1]) }, Encoding.Bytes],
    [{ body: 'a' }, Encoding.Text],
    [{ json: null }, Encoding.Json],
    [{}, Encoding.Bytes],
    [{ body: '{}', encoding: 'json' as const }, Encoding.Json],
    [{ json: 1, encoding: 'text' as const }, Encoding.Text],
  ])('[CL24] chooses the encoding of %j', (input, encoding) => {
    expect(encodeBody(input, []).encoding).toBe(encoding);
  });

  it('[CL24] goes by the content type when no encoding is named', () => {
    const headers = toWireHeaders({ 'Content-Type': 'application/problem+json' });
    expect(encodeBody({ body: '{}' }, headers).encoding).toBe(Encoding.Json);
  });

  it('[CL24] refuses two bodies, what JSON cannot write, and an encoding that is none', () => {
    expect(() => encodeBody({ body: 'a', json: 1 }, [])).toThrow('Cannot send both');
    expect(() => encodeBody({ json: 1n }, [])).toThrow(TypeError);
    expect(() => encodeBody({ body: 'a', encoding: 'xml' as 'json' }, [])).toThrow('Cannot use encoding "xml"');
  });
});

describe('encodingOfContentType', () => {
  it.each([
    ['application/json; charset=utf-8', Encoding.Json],
    ['application/ld+json', Encoding.Json],
    ['TEXT/html', Encoding.Text],
    ['text/plain; charset="UTF-8"', Encoding.Text],
    ['text/plain; charset=iso-8859-1', Encoding.Other],
    ['application/msgpack', Encoding.MessagePack],
    ['application/cbor', Encoding.Cbor],
    ['application/octet-stream', Encoding.Bytes],
    ['', Encoding.Bytes],
    ['image/png', Encoding.Other],
  ])('[CL24] maps "%s"', (contentType, encoding) => {
    expect(encodingOfContentType(contentType)).toBe(encoding);
  });
});

describe('HeaderList', () => {
  it('[CL24] finds names in any case, and keeps order and repetition', () => {
    const headers = new HeaderList(
      toWireHeaders([
        ['Set-Cookie', 'a'],
        ['X', 'y'],
        ['set-cookie', 'b'],
      ]),
    );
    expect([
      headers.size,
      headers.get('SET-COOKIE'),
      headers.all('set-cookie'),
      headers.get('z'),
      [...headers],
    ]).toEqual([
      3,
      'a',
      ['a', 'b'],
      undefined,
      [
        ['set-cookie', 'a'],
        ['x', 'y'],
        ['set-cookie', 'b'],
      ],
    ]);
  });

  it('[CL24] leaves out what is undefined', () => {
    expect(toWireHeaders({ a: undefined, b: '1' })).toEqual([{ name: 'b', value: '1' }]);
  });
});
