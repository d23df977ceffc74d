import { describe, expect, it } from 'vitest';
import { peekText } from './peek-text.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('peekText', () => {
  it('[IN23] lays out JSON that is there whole, and shows other text as it is', () => {
    expect(peekText(bytes('{"a":12345678901234567890}'), true)).toBe('{\n  "a": 12345678901234567890\n}');
    expect(peekText(bytes('{"a":1'), false)).toBe('{"a":1');
    expect(peekText(bytes('a\n'.repeat(50)), true).split('\n')).toHaveLength(10);
  });

  it('[IN23] shows the first bytes of what is no text as a dump', () => {
    const lines = peekText(new Uint8Array(200).fill(0), true).split('\n');
    expect([lines.length, lines[3]?.slice(0, 14)]).toEqual([4, '00000030  00 0']);
  });
});
