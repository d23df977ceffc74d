import { describe, expect, it } from 'vitest';
import { base64Bytes, decodeBase64, writeBase64 } from './base64.ts';

const bytesOf = (length: number): Uint8Array => Uint8Array.from({ length }, (_, index) => (index * 37 + 251) & 255);

describe('writeBase64() and decodeBase64()', () => {
  it.each([0, 1, 2, 3, 4, 5, 300])('[WP24] agree with the platform about %i bytes', (length) => {
    const bytes = bytesOf(length);
    const text = new Uint8Array(base64Bytes(length) + 2);
    writeBase64(text, 1, bytes);
    const written = text.subarray(1, text.length - 1);
    expect(Buffer.from(written).toString()).toBe(Buffer.from(bytes).toString('base64'));
    expect(decodeBase64(written)).toEqual(bytes);
  });

  it.each(['A', 'AA', 'AAA', 'A===', '====', 'AA=A', '=AAA', 'AB==', 'AAB=', 'A-__', 'AAA\n', 'AAAA===='])(
    '[WP24] decodeBase64() refuses %j',
    (text) => {
      expect(decodeBase64(Buffer.from(text))).toBeUndefined();
    },
  );
});
