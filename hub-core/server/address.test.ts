import { describe, expect, it } from 'vitest';
import { canonicalAddress, isLoopbackAddress, networkOf, parseAddressRange } from './address.ts';

describe('addresses', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['192.0.2.7:80', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['[2001:db8::1]:80', '2001:db8::1'],
    ['2001:DB8:0::1', '2001:db8::1'],
    ['fe80::1%eth0', 'fe80::1'],
    ['unknown', undefined],
    ['unknown:0', undefined],
    ['3232235777', undefined],
  ])('[BL1] reads "%s" as %s', (text, address) => {
    expect(canonicalAddress(text)).toBe(address);
  });

  it.each([
    ['127.0.0.1', true],
    ['127.9.9.9:1', true],
    ['::1', true],
    ['[::1]:7410', true],
    ['::ffff:127.0.0.1', true],
    ['::ffff:7f00:1', true],
    ['128.0.0.1', false],
    ['10.0.0.1', false],
  ])('[BL1] knows whether "%s" is loopback', (text, loopback) => {
    expect(isLoopbackAddress(text)).toBe(loopback);
  });

  it('[BL1] counts an IPv4 address by itself and an IPv6 address with its /64', () => {
    expect(['10.0.0.1:5', '2001:db8:0:1:aaaa::1', '[2001:db8:0:1::2]:9'].map((address) => networkOf(address))).toEqual([
      '10.0.0.1',
      '2001:db8:0:1::/64',
      '2001:db8:0:1::/64',
    ]);
  });

  it('[BL1] a range contains its addresses and no others, in its one form', () => {
    const range = parseAddressRange('10.1.2.3/8');
    expect(range?.text).toBe('10.0.0.0/8');
    expect(['10.255.0.1', '::ffff:10.0.0.1', '11.0.0.1', '2001:db8::1'].map((one) => range?.contains(one))).toEqual([
      true,
      true,
      false,
      false,
    ]);
    expect(parseAddressRange('192.0.2.7/32')?.text).toBe('192.0.2.7');
  });

  it.each(['', 'x', '10.0.0.0/33', '10.0.0.0/-1', '10.0.0.0/8/8', '10.0.0.0/', '2001:db8::/129'])(
    '[BL1] "%s" is no range',
    (text) => {
      expect(parseAddressRange(text)).toBeUndefined();
    },
  );
});
