import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { PortServer } from '../port-server.ts';
import { bindAllUdp, closeUdp, isUdpFree, UdpBindError } from './udp-socket.ts';

async function takenPort(): Promise<AsyncDisposable & { readonly port: number }> {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  return { port, [Symbol.asyncDispose]: () => closeUdp([socket]) };
}

describe('bindAllUdp', () => {
  it('[UD14] takes all of its addresses, or none', async () => {
    await using taken = await takenPort();
    const free = { address: '127.0.0.1', port: 0 };
    const unfree = { address: '127.0.0.1', port: taken.port };
    await expect(bindAllUdp([free, unfree])).rejects.toThrow(UdpBindError);
    expect([await isUdpFree([free, unfree]), await isUdpFree([free])]).toEqual([false, true]);
  });
});

describe('PortServer', () => {
  it('[UD14] lets the system choose again when the number that it chose is taken for UDP', async () => {
    const asked: number[] = [];
    const server = new PortServer({
      hosts: ['127.0.0.1'],
      port: 0,
      onSocket: () => undefined,
      onError: () => undefined,
      isFree: (addresses: readonly AddressInfo[]) => {
        asked.push(...addresses.map(({ port }) => port));
        return Promise.resolve(asked.length === 3);
      },
    });
    const [{ port }] = await server.listen();
    expect([asked.length, asked.at(-1)]).toEqual([3, port]);
    server.close();
  });
});
