import { describe, expect, it } from 'vitest';
import { beginsPreface, classify, firstBytes, type FirstBytes } from './sniffer.ts';

const ascii = (text: string): Buffer => Buffer.from(text, 'latin1');

describe('classify', () => {
  const cases: readonly [string, Buffer, FirstBytes, number][] = [
    ['the preface', ascii('WHUB/1\r\n'), 'whub', 8],
    ['the preface and more', ascii('WHUB/1\r\n\x10\0\0\0'), 'whub', 8],
    ['another version', ascii('WHUB/2\r\n'), 'other-version', 6],
    ['the preface with one end of line', ascii('WHUB/1\n\n'), 'other-version', 7],
    ['HTTP', ascii('GET / HTTP/1.1\r\n'), 'http', 1],
    ['HTTP with a method of the same letter', ascii('WHAT / HTTP/1.1\r\n'), 'http', 3],
    ['HTTP whose method begins like the preface', ascii('WHUB / HTTP/1.1\r\n'), 'http', 5],
    ['HTTP with a lower-case method', ascii('get / HTTP/1.1\r\n'), 'http', 1],
    ['HTTP behind an empty line', ascii('\r\nGET / HTTP/1.1\r\n'), 'http', 1],
    ['a ClientHello', Buffer.from([0x16, 0x03, 0x01, 0x02]), 'tls', 2],
    ['a ClientHello of TLS 1.3 alone', Buffer.from([0x16, 0x03, 0x03, 0x00]), 'tls', 2],
    ['a record of no TLS', Buffer.from([0x16, 0x04, 0x00]), 'unknown', 2],
    ['a frame without the preface', Buffer.from([0x10, 0, 0, 0]), 'unknown', 1],
    ['zeros', Buffer.alloc(4), 'unknown', 1],
    ['SSL 2.0', Buffer.from([0x80, 0x2e, 0x01]), 'unknown', 1],
  ];

  it.each(cases)('[SN1] tells %s, as soon as it can', (_what, bytes, wanted, needed) => {
    const seen = Array.from(bytes, (_, index) => classify(bytes.subarray(0, index + 1)));
    expect(seen.findIndex((value) => value !== undefined) + 1).toBe(needed);
    expect(seen.filter((value) => value !== undefined).every((value) => value === wanted)).toBe(true);
  });

  it('[SN1] says nothing of no bytes', () => {
    expect(classify(Buffer.alloc(0))).toBeUndefined();
  });

  it('[SN1] of any first byte either decides or waits for one that can follow', () => {
    const open = Array.from({ length: 256 }, (_, byte) => byte).filter(
      (byte) => classify(Uint8Array.of(byte)) === undefined,
    );
    expect(open).toEqual([0x16, 0x57]);
  });
});

describe('firstBytes', () => {
  it('[SN1] uses up the preface alone', () => {
    const skips = ['WHUB/1\r\nxyz', 'GET /', 'WHUB/9'].map((text) => firstBytes(ascii(text))?.skip);
    expect(skips).toEqual([8, 0, 0]);
  });
});

describe('beginsPreface', () => {
  it('[SN3] is true as soon as HTTP is out of the question', () => {
    expect(['W', 'WHUB', 'WHUB/', 'WHUB/1\r', 'XHUB/'].map((text) => beginsPreface(ascii(text)))).toEqual([
      false,
      false,
      true,
      true,
      false,
    ]);
  });
});
