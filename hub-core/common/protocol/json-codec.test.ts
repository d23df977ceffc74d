import { describe, expect, it } from 'vitest';
import { ProtocolError } from '../errors/hub-error.ts';
import { createBinaryCodec } from './binary-codec.ts';
import { createJsonCodec } from './json-codec.ts';
import { DEFAULT_CODEC_LIMITS, type CodecLimits } from './limits.ts';
import { EMPTY_BYTES, Encoding, Flag, Kind, Method, NO_HEADERS, type MessageInit } from './message.ts';

const codec = createJsonCodec(DEFAULT_CODEC_LIMITS);
const binary = createBinaryCodec(DEFAULT_CODEC_LIMITS);
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (frame: Uint8Array): string => new TextDecoder().decode(frame);
const decode = (frame: string): ReturnType<typeof codec.decode> => codec.decode(bytes(frame));
const withPayload = (payload: string, encoding: Encoding = Encoding.Json) => ({
  kind: Kind.Request,
  encoding,
  payload: bytes(payload),
});

function errorOf(frame: string, limits: CodecLimits = DEFAULT_CODEC_LIMITS): ProtocolError | undefined {
  try {
    createJsonCodec(limits).decode(bytes(frame));
    return undefined;
  } catch (error) {
    if (error instanceof ProtocolError) return error;
    throw error;
  }
}

describe('decode()', () => {
  it('[WP14] reads every field', () => {
    const frame = `{ "kind":"request", "method":"post", "flags":{"stream":true,"end":false,"one_way":true},
      "encoding":"text", "status":201, "id":4294967295, "timeout_ms":5, "uri":"/a\\u0062", "from":"c1", "to":"c2",
      "headers":{"x-a":["1","2"],"x-b":"3"}, "payload":"h\\u00e9", "credit":7 }\n`;
    expect(decode(frame)).toEqual({
      kind: Kind.Request,
      method: Method.Post,
      flags: Flag.Stream | Flag.OneWay,
      encoding: Encoding.Text,
      status: 201,
      id: 4_294_967_295,
      timeoutMs: 5,
      uri: '/ab',
      from: 'c1',
      to: 'c2',
      headers: [
        { name: 'x-a', value: '1' },
        { name: 'x-a', value: '2' },
        { name: 'x-b', value: '3' },
      ],
      payload: bytes('hé'),
      credit: 7,
      frame: undefined,
    });
  });

  it('[WP14] gives every absent field its default', () => {
    expect(decode('{"kind":"ping"}')).toEqual({
      kind: Kind.Ping,
      method: Method.Call,
      flags: 0,
      encoding: Encoding.Bytes,
      status: 0,
      id: 0,
      timeoutMs: 0,
      uri: undefined,
      from: undefined,
      to: undefined,
      headers: NO_HEADERS,
      payload: EMPTY_BYTES,
      credit: 0,
      frame: undefined,
    });
  });

  it.each([
    ['json', '{"kind":"ping","payload":1}', Encoding.Json],
    ['bytes', '{"kind":"ping","payload_base64":"AA=="}', Encoding.Bytes],
    ['bytes', '{"kind":"ping"}', Encoding.Bytes],
  ])('[WP14] takes an absent encoding for %s in %s', (_, frame, encoding) => {
    expect(decode(frame).encoding).toBe(encoding);
  });

  it.each([
    ['1', 1],
    ['1.0', 1],
    ['10e-1', 1],
    ['1E2', 100],
    ['-0', 0],
    ['0.0', 0],
  ])('[WP17] takes %s for the integer %i', (number, expected) => {
    expect(decode(`{"kind":"ping","id":${number}}`).id).toBe(expected);
  });

  it.each(['1e-1', '1e400', '[1]', '{}', 'true', `1${'0'.repeat(60)}`, `0.${'0'.repeat(60)}`])(
    '[WP17] refuses %s as an integer',
    (value) => {
      expect(errorOf(`{"kind":"ping","id":${value}}`)?.message).toContain('it must be an integer');
    },
  );

  it('[WP16] shortens what it quotes', () => {
    expect(errorOf(`{"kind":"ping","${'k'.repeat(10_000)}":1}`)?.message.length).toBeLessThan(120);
  });

  it.each([
    ['maxFrameBytes', 45],
    ['maxUriBytes', 3],
    ['maxHeaders', 2],
    ['maxHeaderBytes', 5],
  ] as const)('[WP8] %s of %i is enough, one less is TOO_LARGE_ERR', (limit, enough) => {
    const frame = '{"kind":"ping","uri":"/é","headers":{"x":["","é"]}}';
    const needed = limit === 'maxFrameBytes' ? bytes(frame).length : limit === 'maxHeaderBytes' ? 4 : enough;
    expect(errorOf(frame, { ...DEFAULT_CODEC_LIMITS, [limit]: needed })).toBeUndefined();
    expect(errorOf(frame, { ...DEFAULT_CODEC_LIMITS, [limit]: needed - 1 })?.errorName).toBe('TOO_LARGE_ERR');
  });

  it('[WP8] 0 means no limit', () => {
    const headers = Array.from({ length: 100 }, (_, index) => `"x-${String(index)}":"${'v'.repeat(300)}"`).join(',');
    const frame = `{"kind":"ping","uri":"${'a'.repeat(10_000)}","headers":{${headers}}}`;
    expect(errorOf(frame)?.errorName).toBe('TOO_LARGE_ERR');
    expect(errorOf(frame, { maxFrameBytes: 0, maxHeaders: 0, maxHeaderBytes: 0, maxUriBytes: 0 })).toBeUndefined();
  });
});

describe('payloads', () => {
  it.each([
    '12345678901234567890',
    '1.000',
    '-0.0',
    '1E+400',
    '"\\u00e9\\/ \\ud800"',
    '{"a" : [ 1 , {} ] ,"a":2}',
    '[ ]',
    'true',
    'false',
    'null',
    '""',
  ])('[WP15] %s is cut out and spliced in byte for byte', (payload) => {
    const message = decode(`{"payload": ${payload} ,"kind":"request"}`);
    expect(text(message.payload)).toBe(payload);
    expect(text(codec.encode(message))).toBe(`{"kind":"request","payload":${payload}}`);
  });

  it('[WP15] is a view of the frame when it is JSON', () => {
    const frame = bytes('{"kind":"request","payload":[1]}');
    expect(codec.decode(frame).payload.buffer).toBe(frame.buffer);
  });

  it('[WP15] keeps the space around it out of the frame it is cut from', () => {
    expect(text(decode(text(codec.encode(withPayload(' [1]\r\n')))).payload)).toBe('[1]');
  });

  it.each<[string, MessageInit & { readonly payload: Uint8Array }, string, string]>([
    ['not JSON', withPayload('{"a":1'), 'json', 'eyJhIjox'],
    ['two values', withPayload('1 2'), 'json', 'MSAy'],
    [
      'not UTF-8',
      { kind: Kind.Request, encoding: Encoding.Json, payload: Uint8Array.of(0x22, 0xff, 0x22) },
      'json',
      'Iv8i',
    ],
    ['no UTF-8 text', { kind: Kind.Request, encoding: Encoding.Text, payload: Uint8Array.of(0xff) }, 'text', '/w=='],
    ['cbor', withPayload('x', Encoding.Cbor), 'cbor', 'eA=='],
  ])('[WP18] of %s goes as payload_base64, its encoding unchanged', (_, message, encoding, base64) => {
    const frame = text(codec.encode(message));
    expect(JSON.parse(frame)).toEqual({ kind: 'request', encoding, payload_base64: base64 });
    expect(decode(frame)).toMatchObject({ encoding: message.encoding, payload: Uint8Array.from(message.payload) });
  });

  it('[WP18] nested too deeply for this form goes as payload_base64', () => {
    const deep = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
    expect(text(codec.encode(withPayload(deep(256))))).toContain('"payload":[');
    expect(text(codec.encode(withPayload(deep(257))))).toContain('"payload_base64":"');
  });

  it('[WP18] that is empty is left out, its encoding is not', () => {
    for (const encoding of [Encoding.Json, Encoding.Text, Encoding.Other]) {
      const frame = codec.encode({ kind: Kind.Request, encoding, payload: EMPTY_BYTES });
      expect(codec.decode(frame)).toMatchObject({ encoding, payload: EMPTY_BYTES });
    }
  });

  it.each(['', 'plain', '"\\\n\u0000\u2028', '\ufeffmark', '🙂'])('[WP15] text %j comes back as it was', (payload) => {
    const message = decode(text(codec.encode(withPayload(payload, Encoding.Text))));
    expect(text(message.payload)).toBe(text(bytes(payload)));
    expect(message.payload).toEqual(bytes(payload));
  });
});

describe('encode()', () => {
  it('[WP14] leaves defaults out', () => {
    expect(text(codec.encode({ kind: Kind.Goodbye, id: 0, status: 0, headers: [], flags: 0, credit: 0 }))).toBe(
      '{"kind":"goodbye"}',
    );
  });

  it('[WP19] puts headers of one name together, each in its place among its own', () => {
    const headers = [
      { name: 'x-a', value: '1' },
      { name: 'x-b', value: '2' },
      { name: 'x-a', value: '3' },
      { name: '__proto__', value: '4' },
    ];
    expect(text(codec.encode({ kind: Kind.Request, headers }))).toBe(
      '{"kind":"request","headers":{"x-a":["1","3"],"x-b":"2","__proto__":"4"}}',
    );
  });

  it('[WP10] writes half of a surrogate pair as U+FFFD', () => {
    const message = { kind: Kind.Request, uri: '/\ud800', headers: [{ name: 'x', value: '\udc00' }] };
    expect(decode(text(codec.encode(message)))).toMatchObject({
      uri: '/\ufffd',
      headers: [{ name: 'x', value: '\ufffd' }],
    });
  });
});

describe('readdress()', () => {
  it('[WP19] writes the message, of either form, with another id and budget', () => {
    const message = binary.decode(
      binary.encode({ kind: Kind.Request, id: 1, timeoutMs: 9, encoding: Encoding.Json, payload: bytes('{"n":1.0}') }),
    );
    expect(text(codec.readdress(message, 7, 8))).toBe('{"kind":"request","id":7,"timeout_ms":8,"payload":{"n":1.0}}');
    expect(text(codec.readdress(decode('{"kind":"request","timeout_ms":9}'), 7))).toBe(
      '{"kind":"request","id":7,"timeout_ms":9}',
    );
  });
});
