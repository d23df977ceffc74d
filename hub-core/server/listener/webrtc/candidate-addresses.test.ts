import type { NetworkInterfaceInfo } from 'node:os';
import { describe, expect, it } from 'vitest';
import { candidateAddresses } from './candidate-addresses.ts';

const lo = (...addresses: readonly string[]) => ({
  lo: addresses.map((address) => ({ address }) as NetworkInterfaceInfo),
});

describe('candidateAddresses', () => {
  it.each([
    ['127.0.0.1', lo('127.0.0.1', '::1'), ['127.0.0.1']],
    ['::ffff:127.0.0.1', lo('127.0.0.1'), ['127.0.0.1']],
    ['192.0.2.7', lo('127.0.0.1'), ['192.0.2.7']],
    ['2001:db8::7', lo('127.0.0.1', '::1'), ['2001:db8::7']],
    ['::1', lo('127.0.0.1', '::1'), ['127.0.0.1', '::1']],
    ['::1', lo('::1'), ['::1']],
  ])('[WR1] for an offer that came to %s', (localAddress, interfaces, addresses) => {
    expect(candidateAddresses(localAddress, interfaces)).toEqual(addresses);
  });
});
