import { describe, expect, it } from 'vitest';
import { isAmbient, parseAuthorization } from './bearer.ts';

const basic = (text: string): string => `Basic ${Buffer.from(text, 'utf8').toString('base64')}`;

describe('parseAuthorization', () => {
  it('[HT3] reads a key by its prefix and anything else as a token', () => {
    expect(parseAuthorization(undefined)).toBeUndefined();
    expect(parseAuthorization('Bearer whub_a_b')).toEqual({ key: 'whub_a_b' });
    expect(parseAuthorization('bearer  eyJ.a-b_c~d+e/f==')).toEqual({ token: 'eyJ.a-b_c~d+e/f==' });
  });

  it.each([
    ['cat:pass:wörd', { client: 'cat', password: 'pass:wörd' }],
    ['cat:', { client: 'cat', password: '' }],
    ['cat:whub_a_b', { client: 'cat', key: 'whub_a_b' }],
    [':whub_a_b', { key: 'whub_a_b' }],
  ])('[HG1] reads Basic "%s" as a client and its key or password', (text, credential) => {
    expect(parseAuthorization(basic(text))).toEqual(credential);
  });

  it.each([
    '',
    'Bearer',
    'Bearer ',
    'Bearer secret value',
    'Bearer a,b',
    'whub_a_secret',
    'Basic',
    'Basic a:secret',
    basic('secret'),
    basic(':secret'),
  ])('[HT3] refuses "%s" without repeating it', (header) => {
    expect(() => parseAuthorization(header)).toThrow(/^Cannot use the Authorization header: (?!.*secret)/);
  });
});

describe('isAmbient', () => {
  it('[HG2] is true for what a browser adds by itself', () => {
    expect([isAmbient(basic('a:b')), isAmbient('Bearer whub_a_b'), isAmbient(undefined)]).toEqual([true, false, false]);
  });
});
