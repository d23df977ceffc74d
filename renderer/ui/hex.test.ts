import { describe, expect, it } from 'vitest';
import { bytesToHex, hexCharacter, hexColumn, hexLine, hexLineCount, hexToBytes } from './hex.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('hexLine', () => {
  it('[UI12] shows the offset, sixteen bytes in two halves, and what is printable', () => {
    expect(hexLine(bytes('GET /a?b=c HTTP/'), 0x1f0)).toEqual({
      offset: '000001f0',
      hex: '47 45 54 20 2f 61 3f 62  3d 63 20 48 54 54 50 2f',
      text: 'GET /a?b=c HTTP/',
    });
  });
  it('[UI12] pads the last line, so that its text stays in its column', () => {
    const line = hexLine(Uint8Array.of(0, 0x1f, 0x7f, 0xff, 0x41), 0);
    expect(line.text).toBe('....A');
    expect(line.hex).toHaveLength(48);
  });
  it('[UI12] has a line for every sixteen bytes that began', () => {
    expect([0, 1, 16, 17].map(hexLineCount)).toEqual([0, 1, 1, 2]);
  });
});

describe('hexColumn', () => {
  it('[UI12] finds the byte at whose digits a person points', () => {
    const columns = Array.from({ length: 16 }, (_, column) => column);
    expect(columns.map((column) => hexColumn(hexCharacter(column)))).toEqual(columns);
    expect(columns.map((column) => hexColumn(hexCharacter(column) + 1))).toEqual(columns);
    expect([hexColumn(-3), hexColumn(99)]).toEqual([0, 15]);
  });
});

describe('hexToBytes', () => {
  it('[UI12] gives back what bytesToHex wrote', () => {
    const all = Uint8Array.from({ length: 256 }, (_, index) => index);
    expect(hexToBytes(bytesToHex(all))).toEqual(all);
  });
  it.each(['0', 'abc', 'zz', '0x41', '4 1 4'])('[UI12] refuses %j', (text) => {
    expect(hexToBytes(text)).toBeUndefined();
  });
});
