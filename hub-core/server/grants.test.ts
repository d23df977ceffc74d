import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { grantCovers, isGrantGlob, RESERVED_SERVICE_IDS } from './grants.ts';

describe('grantCovers', () => {
  it.each([
    ['math', 'math', true],
    ['math', 'maths', false],
    ['*', 'anything', true],
    ['ma*', 'math', true],
    ['*th', 'math', true],
    ['m*h', 'math', true],
    ['m*h', 'mh', true],
    ['ma*ath', 'math', false],
    ['a*b*c', 'axxbyyc', true],
    ['a*b*c', 'axxcyyb', false],
    ['a*bc*bc', 'abcbc', true],
    ['a*bc*bc', 'abc', false],
    ['**', 'x', true],
    ['a.b', 'axb', false],
  ])('[AU8] "%s" and "%s": %s', (glob, service, covered) => {
    expect(grantCovers([glob], service)).toBe(covered);
  });

  it('[AU8] one of several is enough, none is not', () => {
    expect(grantCovers(['math', 'text*'], 'texts')).toBe(true);
    expect(grantCovers([], 'math')).toBe(false);
  });

  it.each([...RESERVED_SERVICE_IDS])('[AU9] a star does not cover "%s", its name does', (service) => {
    expect(grantCovers(['*', `${service.slice(0, 1)}*`, `*${service}`], service)).toBe(false);
    expect(grantCovers([service], service)).toBe(true);
  });

  it('[AU8] agrees with the same glob as a regular expression', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', '.', '*'), minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(
        word,
        fc.string({ unit: fc.constantFrom('a', 'b', '.'), minLength: 1, maxLength: 10 }),
        (glob, service) => {
          const pattern = new RegExp(`^${glob.replaceAll('.', String.raw`\.`).replaceAll('*', '.*')}$`);
          expect(grantCovers([glob], service)).toBe(pattern.test(service));
        },
      ),
    );
  });

  it('[AU8] remembers a bounded number of answers and stays right', () => {
    const globs = ['svc1*'];
    const answers = Array.from({ length: 3_000 }, (_, index) => grantCovers(globs, `svc${String(index)}`));
    const again = Array.from({ length: 3_000 }, (_, index) => grantCovers(globs, `svc${String(index)}`));
    expect(again).toEqual(answers);
  });
});

describe('isGrantGlob', () => {
  it.each(['*', 'math', 'ma*', 'a.b-c_d', 'a'.repeat(64)])('[AU10] accepts "%s"', (glob) => {
    expect(isGrantGlob(glob)).toBe(true);
  });

  it.each(['', 'Math', 'a b', 'a/b', 'a?', 'a\n', 'a'.repeat(65)])('[AU10] refuses %j', (glob) => {
    expect(isGrantGlob(glob)).toBe(false);
  });
});
