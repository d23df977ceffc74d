import { describe, expect, it } from 'vitest';
import { decodeUtf8, encodeUtf8, isUtf8, utf8Bytes, writeUtf8 } from './utf8.ts';

const TEXTS = [
  '',
  'plain',
  'é',
  'ÿĀ߿ࠀ',
  '日本語',
  '🙂',
  '\ufeffmark',
  'x'.repeat(200),
  `${'x'.repeat(200)}é`,
  '\u0000',
];

describe('isUtf8()', () => {
  const strict = new TextDecoder('utf-8', { fatal: true });
  const leads = [
    0x00, 0x7f, 0x80, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xed, 0xee, 0xef, 0xf0, 0xf1, 0xf4, 0xf5, 0xff,
  ];
  const followers = [0x00, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xff];

  it('[WP21] agrees with the platform about every border of the code', () => {
    const disagreements: string[] = [];
    for (const lead of leads) {
      for (const second of followers) {
        for (const third of followers) {
          for (const length of [1, 2, 3, 4]) {
            const bytes = Uint8Array.of(lead, second, third, 0x80).subarray(0, length);
            let expected = true;
            try {
              strict.decode(bytes);
            } catch {
              expected = false;
            }
            if (isUtf8(bytes) !== expected) disagreements.push(Buffer.from(bytes).toString('hex'));
          }
        }
      }
    }
    expect(disagreements).toEqual([]);
  });
});

describe('encodeUtf8(), utf8Bytes(), writeUtf8() and decodeUtf8()', () => {
  it.each(TEXTS)('[WP21] agree about %j', (text) => {
    const expected = new TextEncoder().encode(text);
    const bytes = utf8Bytes(text);
    const written = new Uint8Array(bytes + 2);
    writeUtf8(written, 1, text);
    expect(bytes).toBe(expected.length);
    expect(Buffer.from(written.subarray(1, 1 + bytes))).toEqual(Buffer.from(expected));
    expect([written[0], written[bytes + 1]]).toEqual([0, 0]);
    expect(encodeUtf8(text)).toEqual(expected);
    expect(decodeUtf8(written, 1, 1 + bytes)).toBe(text);
  });

  it.each(['\ud800', '\udc00', 'a\ud83d', '\ud83dx', '\ud83d\ud83d\ude42'])(
    '[WP21] write half of a surrogate pair as U+FFFD in %j',
    (text) => {
      const written = new Uint8Array(utf8Bytes(text));
      writeUtf8(written, 0, text);
      expect(decodeUtf8(written, 0, written.length)).toBe(text.toWellFormed());
    },
  );
});
