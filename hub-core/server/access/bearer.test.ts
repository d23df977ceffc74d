import { describe, expect, it } from 'vitest';
import { parseAuthorization } from './bearer.ts';

describe('parseAuthorization', () => {
  it('[HT3] reads a key by its prefix and anything else as a token', () => {
    expect(parseAuthorization(undefined)).toBeUndefined();
    expect(parseAuthorization('Bearer whub_a_b')).toEqual({ key: 'whub_a_b' });
    expect(parseAuthorization('bearer  eyJ.a-b_c~d+e/f==')).toEqual({ token: 'eyJ.a-b_c~d+e/f==' });
  });

  it.each(['', 'Bearer', 'Bearer ', 'Basic dTpw', 'Bearer secret value', 'Bearer a,b', 'whub_a_secret'])(
    '[HT3] refuses "%s" without repeating it',
    (header) => {
      const text = /^Cannot use the Authorization header: it must be "Bearer" and a key or token of this hub$/;
      expect(() => parseAuthorization(header)).toThrow(text);
    },
  );
});
