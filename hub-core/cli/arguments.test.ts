import { InvalidArgumentError } from 'commander';
import { describe, expect, it } from 'vitest';
import { collect, collectHeader, parseMethodArgument, parseUriArgument, wholeNumber } from './arguments.ts';

describe('arguments', () => {
  it('[CM2] parseMethodArgument() takes methods in any case', () => {
    expect([parseMethodArgument('get'), parseMethodArgument('CALL')]).toEqual(['GET', 'CALL']);
    expect(() => parseMethodArgument('FETCH')).toThrow(InvalidArgumentError);
  });

  it('[CM2] parseUriArgument() wants a slash', () => {
    expect(parseUriArgument('/a')).toBe('/a');
    expect(() => parseUriArgument('a')).toThrow(InvalidArgumentError);
  });

  it('[CM2] collectHeader() splits at the first colon, and adds up', () => {
    expect(collectHeader('X-At: 10:30', [['a', 'b']])).toEqual([
      ['a', 'b'],
      ['x-at', '10:30'],
    ]);
  });

  it.each(['no-colon', ': value', 'with space: value'])('[CM2] collectHeader() refuses "%s"', (text) => {
    expect(() => collectHeader(text, [])).toThrow(InvalidArgumentError);
  });

  it('[CM2] wholeNumber() keeps to its range', () => {
    const port = wholeNumber(0, 65_535);
    expect([port('0'), port('65535')]).toEqual([0, 65_535]);
    for (const bad of ['65536', '-1', '1.5', '', '0x10', '1e3']) expect(() => port(bad)).toThrow(InvalidArgumentError);
  });

  it('[CM2] collect() adds up', () => {
    expect(collect('b', ['a'])).toEqual(['a', 'b']);
  });
});
