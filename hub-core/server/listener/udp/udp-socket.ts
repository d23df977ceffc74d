import { createSocket, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import type { DatagramSource } from './challenges.ts';

/** A burst of small datagrams weighs far more in the system's buffer than its bytes; it takes what it is allowed. */
const RECEIVE_BUFFER_BYTES = 4 << 20;

/** The port is not to be had. The message is for whoever starts the hub. */
export class UdpBindError extends Error {
  override readonly name = 'UdpBindError';
}

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another program has it',
  EACCES: 'it needs more rights',
  EADDRNOTAVAIL: 'this machine has no such address',
};

/**
 * Binds a socket to the address and port of the hub.
 *
 * @throws {UdpBindError} when it cannot
 */
export async function bindUdp({ address, port }: DatagramSource): Promise<Socket> {
  const family = isIPv6(address) ? 6 : 4;
  const socket = createSocket({
    type: family === 6 ? 'udp6' : 'udp4',
    recvBufferSize: RECEIVE_BUFFER_BYTES,
    // Only addresses are sent to, which are their own: without this each send waits a turn for the resolver.
    lookup: (hostname, _options, callback) => callback(null, hostname, family),
  });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  socket.once('error', reject);
  socket.bind({ address, port, exclusive: true }, resolve);
  try {
    await promise;
    socket.off('error', reject);
    return socket;
  } catch (cause) {
    socket.close();
    const { code = '', message } = cause as NodeJS.ErrnoException;
    throw new UdpBindError(
      `Cannot listen on udp port ${String(port)} of "${address}": ${REASONS[code] ?? message}; choose another with --port, or set udp.enabled to false`,
      { cause },
    );
  }
}
