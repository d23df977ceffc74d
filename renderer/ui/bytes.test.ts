import { describe, expect, it } from 'vitest';
import { decodeText, fromBase64, looksBinary, toBase64 } from './bytes.ts';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('bytes', () => {
  it('[UI13] text in UTF-8 is text, even where the sniffed part ends within a character', () => {
    expect(looksBinary(utf8('grüße\t\r\n'))).toBe(false);
    expect(looksBinary(utf8('x' + 'é'.repeat(4_000)))).toBe(false);
  });
  it('[UI13] control bytes and invalid UTF-8 are binary', () => {
    expect(looksBinary(Uint8Array.of(0x41, 0, 0x42))).toBe(true);
    expect(looksBinary(Uint8Array.of(0x41, 0xff, 0xfe, 0x42, 0x42, 0x42, 0x42))).toBe(true);
    expect(decodeText(Uint8Array.of(0xff))).toBeUndefined();
  });
  it('[UI13] base64 carries any bytes, also more than fit on the call stack', () => {
    const bytes = Uint8Array.from({ length: 200_000 }, (_, index) => index % 251);
    expect(fromBase64(toBase64(bytes))).toEqual(bytes);
  });
});
