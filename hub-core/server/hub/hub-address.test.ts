import { describe, expect, it } from 'vitest';
import { parseHubConfig, type HubConfig, type HubConfigInput } from './config.ts';
import { assertMayListen, describeAddress, plainAddresses, speaksUdp } from './hub-address.ts';
import { HubStartError } from './hub-start-error.ts';

type Plain = 'allow' | 'loopback' | 'refuse';

const config = (input: Partial<HubConfigInput> = {}): HubConfig => parseHubConfig({ dataDir: '/d', ...input });
const secured = (plain: Plain, input: Partial<HubConfigInput> = {}): HubConfig =>
  config({ tls: { certFile: '/c', keyFile: '/k', plain }, ...input });
const at = (address: string) => ({ address, family: 'IPv4', port: 7 });

describe('describeAddress', () => {
  it.each([
    ['127.0.0.1', config(), 'ws', undefined],
    ['127.0.0.1', secured('loopback'), 'ws', 'tls://127.0.0.1:7'],
    ['127.0.0.1', secured('refuse'), 'wss', 'tls://127.0.0.1:7'],
    ['0.0.0.0', secured('loopback'), 'ws', 'tls://127.0.0.1:7'],
    ['192.0.2.1', secured('loopback'), 'wss', 'tls://192.0.2.1:7'],
    ['192.0.2.1', secured('allow'), 'ws', 'tls://192.0.2.1:7'],
    ['192.0.2.1', secured('refuse', { transports: { tls: false } }), 'ws', undefined],
  ])('[TL2] of %s says how this machine reaches it', (address, with_, scheme, tlsUrl) => {
    const described = describeAddress(at(address), with_);
    expect([described.url.split(':')[0], described.tlsUrl]).toEqual([scheme, tlsUrl]);
  });
});

describe('assertMayListen', () => {
  it.each([
    [config({ host: '0.0.0.0' }), true],
    [config({ host: ['127.0.0.1', '192.0.2.1'] }), true],
    [config({ host: '0.0.0.0', allowRemote: true }), false],
    [secured('loopback', { host: '0.0.0.0' }), false],
    [secured('refuse', { host: '::' }), false],
    [secured('allow', { host: '0.0.0.0' }), true],
    [secured('refuse', { host: '0.0.0.0', transports: { tls: false } }), true],
    [config({ host: 'localhost' }), false],
  ])('[TL3] asks for a certificate or for leave (%#)', (given, isRefused) => {
    const refused = (): boolean => {
      try {
        assertMayListen(given);
        return false;
      } catch (error) {
        return error instanceof HubStartError;
      }
    };
    expect(refused()).toBe(isRefused);
  });
});

describe('plainAddresses', () => {
  const all = ['127.0.0.1', '192.0.2.1', '0.0.0.0', '::'].map(at);
  const given = (plain: Plain) => plainAddresses(all, secured(plain)).map(({ address }) => address);

  it('[TL2] are those where UDP, which is not encrypted, may be spoken', () => {
    expect(plainAddresses(all, config())).toEqual(all);
    expect([given('allow'), given('loopback'), given('refuse')]).toEqual([
      all.map(({ address }) => address),
      ['127.0.0.1', '127.0.0.1', '127.0.0.1', '::1'],
      [],
    ]);
  });

  it('[TL2] without one there is no UDP', () => {
    const spoken = [
      config(),
      config({ transports: { udp: false } }),
      secured('loopback'),
      secured('refuse'),
      secured('loopback', { host: '192.0.2.1', allowRemote: true }),
      secured('loopback', { host: '::' }),
    ].map((each) => speaksUdp(each));
    expect(spoken).toEqual([true, false, true, false, false, true]);
  });
});
