import { describe, expect, it } from 'vitest';
import { comparedMessage } from './compared-text.ts';

describe('comparedMessage', () => {
  it('[UI107] compares JSON by members, text as it is, and bytes as a dump', () => {
    const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
    expect(comparedMessage([['x-a', '1']], utf8('{"n":4634343214213523454}'))).toBe(
      'x-a: 1\n\n{\n  "n": 4634343214213523454\n}',
    );
    expect(comparedMessage([], utf8('plain'))).toBe('plain');
    expect(comparedMessage([], Uint8Array.of(0, 65))).toMatch(/^00000000 {2}00 41 +\.A$/);
  });
});
