import { describe, expect, it } from 'vitest';
import { proxied, proxyHeader } from '../../test/support/proxy-header.ts';
import { createProxyPolicy, readProxyHeader } from './proxy-protocol.ts';

const six = (address: readonly number[], port: number): Buffer => {
  const body = Buffer.alloc(36);
  for (const [index, group] of address.entries()) body.writeUInt16BE(group, 2 * index);
  body.writeUInt16BE(port, 32);
  return proxyHeader({ family: 0x21, body });
};

describe('readProxyHeader', () => {
  it.each([
    ['IPv4', proxied('192.0.2.7', 50_000), { address: '192.0.2.7', port: 50_000 }],
    ['IPv6', six([0x2001, 0xdb8, 0, 0, 0, 0, 0, 1], 1), { address: '2001:db8::1', port: 1 }],
    ['IPv4 in IPv6', six([0, 0, 0, 0, 0, 0xffff, 0xc000, 0x0207], 9), { address: '192.0.2.7', port: 9 }],
    [
      'more than the addresses',
      proxyHeader({ body: Buffer.concat([proxied('192.0.2.7', 2).subarray(16), Buffer.alloc(100)]) }),
      { address: '192.0.2.7', port: 2 },
    ],
  ])('[SN5] reads %s, wherever it is cut', (_what, header, peer) => {
    const stream = Buffer.concat([header, Buffer.from('GET /')]);
    for (let length = 0; length < header.byteLength; length += 1)
      expect(readProxyHeader(stream.subarray(0, length))).toBeUndefined();
    expect(readProxyHeader(stream)).toEqual({ value: { kind: 'proxied', peer }, skip: header.byteLength });
  });

  it("[SN5] knows the proxy's own connections", () => {
    const header = proxyHeader({ command: 0x20, family: 0, body: Buffer.alloc(0) });
    expect(readProxyHeader(header)).toEqual({ value: { kind: 'local' }, skip: 16 });
  });

  it.each(['GET / HTTP/1.1\r\n', 'WHUB/1\r\n', '\r\nGET / HTTP/1.1', 'PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n'])(
    '[SN5] %j is none',
    (text) => {
      expect(readProxyHeader(Buffer.from(text))).toEqual({ value: { kind: 'none' }, skip: 0 });
    },
  );

  it.each([
    ['version 1', proxyHeader({ command: 0x11, body: Buffer.alloc(12) })],
    ['an unknown command', proxyHeader({ command: 0x2f, body: Buffer.alloc(12) })],
    ['a length without end', proxyHeader({ body: Buffer.alloc(12), length: 65_535 })],
    ['addresses of a Unix socket', proxyHeader({ family: 0x31, body: Buffer.alloc(216) })],
    ['addresses that are too short', proxyHeader({ body: Buffer.alloc(11) })],
    ['IPv6 addresses that are too short', proxyHeader({ family: 0x21, body: Buffer.alloc(35) })],
  ])('[SN5] refuses %s', (_what, header) => {
    expect(readProxyHeader(header)?.value.kind).toBe('malformed');
  });
});

describe('createProxyPolicy', () => {
  it('[SN5] takes the word of trusted addresses, of nobody when it is off', () => {
    const trusted = ['10.0.0.0/8', '::1'];
    const addresses = ['10.1.2.3', '::ffff:10.1.2.3', '::1', '127.0.0.1'];
    const expects = (mode: 'off' | 'optional' | 'required'): readonly boolean[] => {
      const policy = createProxyPolicy({ mode, trusted });
      return addresses.map((address) => policy.expects(address));
    };
    expect([expects('off'), expects('optional'), expects('required')]).toEqual([
      [false, false, false, false],
      [true, true, true, false],
      [true, true, true, false],
    ]);
    expect(createProxyPolicy({ mode: 'required', trusted }).isRequired).toBe(true);
  });
});
