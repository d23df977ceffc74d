import { describe, expect, it } from 'vitest';
import { parseForwarded } from './forwarded.ts';

describe('parseForwarded', () => {
  it.each([
    [['for=1.2.3.4'], [{ for: '1.2.3.4' }]],
    [
      ['For="[2001:db8::1]:80";Proto=https;host="a.example:7410"'],
      [{ for: '[2001:db8::1]:80', proto: 'https', host: 'a.example:7410' }],
    ],
    [
      ['for=8.8.8.8 , for=unknown;by=x', 'for="a\\"b"'],
      [{ for: '8.8.8.8' }, { for: 'unknown' }, { for: 'a"b' }],
    ],
    [['for=1, nonsense, for=2'], [{ for: '1' }]],
    [[''], []],
    [[], []],
  ])('[HX2] reads %j', (values, elements) => {
    expect(parseForwarded(values)).toEqual(elements);
  });
});
