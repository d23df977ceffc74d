import { describe, expect, it } from 'vitest';
import { ProtocolError } from '../errors/hub-error.ts';
import { jsonPayload, parseJsonPayload, textPayload } from './payload.ts';

describe('jsonPayload()', () => {
  it('[WP23] is read back by parseJsonPayload()', () => {
    expect(parseJsonPayload(jsonPayload({ text: 'é🙂', list: [1, null] }))).toEqual({ text: 'é🙂', list: [1, null] });
  });

  it.each([undefined, () => 1, Symbol('s')])('[WP23] throws TypeError for what has no JSON form', (value) => {
    expect(() => jsonPayload(value)).toThrow(TypeError);
  });
});

describe('textPayload()', () => {
  it('[WP23] is UTF-8', () => {
    expect(Buffer.from(textPayload('é')).toString('hex')).toBe('c3a9');
  });
});

describe('parseJsonPayload()', () => {
  it.each(['', '{', '{"a":1,}', "'a'"])('[WP23] throws ProtocolError for %j', (text) => {
    expect(() => parseJsonPayload(Buffer.from(text))).toThrow(ProtocolError);
  });

  it('[WP23] throws ProtocolError for what is not UTF-8', () => {
    expect(() => parseJsonPayload(Uint8Array.of(0x22, 0xff, 0x22))).toThrow('not valid UTF-8');
  });
});
