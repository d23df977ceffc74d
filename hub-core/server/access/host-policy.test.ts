import { describe, expect, it } from 'vitest';
import { createHostPolicy, hostLiteral, isLoopback } from './host-policy.ts';

describe('createHostPolicy', () => {
  const policy = createHostPolicy(7410, ['hub.example.org', 'proxy.example.org:443', 'odd.example.org:8080']);

  it.each(['127.0.0.1:7410', 'localhost:7410', 'LOCALHOST:7410', '[::1]:7410', 'hub.example.org:7410'])(
    '[LI1] accepts() takes "%s": a name of the hub with its port',
    (host) => {
      expect(policy.accepts(host, '127.0.0.1')).toBe(true);
    },
  );

  it.each([
    undefined,
    '',
    'localhost',
    '127.0.0.1',
    'localhost:7411',
    'localhost:07410',
    'localhost.:7410',
    'localhost:7410.',
    'localhost.evil.example:7410',
    'evil.example:7410',
    'evil.example',
    '127.0.0.1.evil.example:7410',
    '127.1:7410',
    '2130706433:7410',
    '0x7f000001:7410',
    '[::ffff:127.0.0.1]:7410',
    '::1:7410',
    'user@localhost:7410',
    'localhost:7410@evil.example',
    'localhost:7410/',
    'localhost:7410#',
    'localhost:7410, evil.example',
    ' localhost:7410',
    'lo\u0441alhost:7410',
    'localhost\u0000:7410',
    'hub.example.org',
    'hub.example.org:80',
    'proxy.example.org:7410',
  ])('[LI1] accepts() refuses "%s"', (host) => {
    expect(policy.accepts(host, '127.0.0.1')).toBe(false);
  });

  it('[LI1] accepts() takes a configured name with a port of its own, and without it where the scheme implies it', () => {
    expect(policy.accepts('proxy.example.org:443', undefined)).toBe(true);
    expect(policy.accepts('proxy.example.org', undefined)).toBe(true);
    expect(policy.accepts('odd.example.org:8080', undefined)).toBe(true);
    expect(policy.accepts('odd.example.org', undefined)).toBe(false);
  });

  it('[LI1] accepts() takes the address that the connection came in at, since an address cannot be rebound', () => {
    expect(policy.accepts('192.0.2.7:7410', '192.0.2.7')).toBe(true);
    expect(policy.accepts('192.0.2.7:7410', '::ffff:192.0.2.7')).toBe(true);
    expect(policy.accepts('[2001:db8::7]:7410', '2001:db8::7')).toBe(true);
    expect(policy.accepts('192.0.2.8:7410', '192.0.2.7')).toBe(false);
    expect(policy.accepts('192.0.2.7:80', '192.0.2.7')).toBe(false);
  });

  it('[LI1] accepts() knows that browsers leave port 80 out', () => {
    expect(createHostPolicy(80, []).accepts('localhost', undefined)).toBe(true);
  });
});

describe('isLoopback', () => {
  it.each(['127.0.0.1', '127.1.2.3', '::1', 'localhost', '::ffff:127.0.0.1'])('[SE16] is true for "%s"', (host) => {
    expect(isLoopback(host)).toBe(true);
  });
  it.each(['0.0.0.0', '::', '192.0.2.1', '127.0.0.1.evil.example', 'localhost.evil.example', ''])(
    '[SE16] is false for "%s"',
    (host) => {
      expect(isLoopback(host)).toBe(false);
    },
  );
});

describe('hostLiteral', () => {
  it('[LI1] writes IPv6 in brackets and IPv4 within IPv6 as IPv4', () => {
    expect(['::1', '::FFFF:10.0.0.1', '10.0.0.1', 'localhost'].map((address) => hostLiteral(address))).toEqual([
      '[::1]',
      '10.0.0.1',
      '10.0.0.1',
      'localhost',
    ]);
  });
});
