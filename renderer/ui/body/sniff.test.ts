import { describe, expect, it } from 'vitest';
import { imageType, lookOf } from './sniff.ts';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('lookOf', () => {
  it.each([
    ['{"a":1}', 'bytes', 'json'],
    ['  [1]', 'json', 'json'],
    ['42', 'json', 'json'],
    ['42', 'text', 'text'],
    ['<svg onload="alert(1)"/>', 'json', 'text'],
    ['', 'json', 'text'],
    ['{"a":\u0000}', 'json', 'binary'],
  ])('[UI13] %j in %s looks like %s', (text, encoding, look) => {
    expect(lookOf(utf8(text), encoding)).toBe(look);
  });
});

describe('imageType', () => {
  it('[UI98] knows pictures of points by their first bytes, and nothing that can run scripts', () => {
    expect(imageType(Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0))).toBe('image/png');
    expect(imageType(Uint8Array.of(0xff, 0xd8, 0xff, 0xe0))).toBe('image/jpeg');
    expect(imageType(utf8('RIFF....WEBPVP8 '))).toBe('image/webp');
    expect(
      ['<svg xmlns="http://www.w3.org/2000/svg"/>', '<html>', '%PDF-1.7', ''].map((text) => imageType(utf8(text))),
    ).toEqual([undefined, undefined, undefined, undefined]);
  });
});
