import { describe, expect, it } from 'vitest';
import { connectionOptions, isForwarded, isHubHeader, isReturned, withoutHubHeaders } from './header-policy.ts';

describe('withoutHubHeaders', () => {
  it('[SE11] returns the same list when nothing has to go, so that nothing is rebuilt', () => {
    const headers = [
      { name: 'accept', value: '*/*' },
      { name: 'whub-trace', value: 't' },
    ];
    expect(withoutHubHeaders(headers)).toBe(headers);
    expect(withoutHubHeaders([...headers, { name: 'whub-from', value: 'x' }])).toEqual(headers);
  });

  it.each([
    ['whub-from', true],
    ['whub-timeout-ms', true],
    ['whub-', true],
    ['whub-trace-2', true],
    ['whub-trace', false],
    ['whub', false],
    ['x-whub-from', false],
  ])('[SE11] knows whether "%s" is a header of the hub', (name, own) => {
    expect(isHubHeader(name)).toBe(own);
  });
});

describe('HTTP header policy', () => {
  it('[HT4] says which headers go to a provider and which come back', () => {
    const names = [
      'accept',
      'authorization',
      'cookie',
      'host',
      'content-length',
      'set-cookie',
      'te',
      'upgrade',
      'whub-x',
      'whub-trace',
      'expect',
    ];
    expect(names.filter((name) => isForwarded(name))).toEqual(['accept', 'set-cookie', 'whub-trace']);
    expect(names.filter((name) => isReturned(name))).toEqual([
      'accept',
      'authorization',
      'cookie',
      'host',
      'set-cookie',
      'whub-trace',
      'expect',
    ]);
  });

  it('[HT4] reads the names that a Connection header ends', () => {
    expect([...connectionOptions(' Keep-Alive , X-Hop')]).toEqual(['keep-alive', 'x-hop']);
    expect(connectionOptions(undefined).has('x')).toBe(false);
  });
});
