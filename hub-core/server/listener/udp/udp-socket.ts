import { createSocket, type Socket } from 'node:dgram';
import { isIPv6, type AddressInfo } from 'node:net';

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

/** Where to bind. */
type UdpTarget = Pick<AddressInfo, 'address' | 'port'>;

/**
 * Binds a socket to each of the hub's addresses.
 *
 * @throws {UdpBindError} when one of them cannot be had; then none is
 */
export async function bindAllUdp(targets: readonly UdpTarget[]): Promise<readonly Socket[]> {
  const sockets: Socket[] = [];
  try {
    for (const target of targets) sockets.push(await bindUdp(target));
    return sockets;
  } catch (error) {
    await closeUdp(sockets);
    throw error;
  }
}

/** Resolves when the ports are free again. */
export async function closeUdp(sockets: readonly Socket[]): Promise<void> {
  await Promise.all(
    sockets.map((socket) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      socket.close(() => resolve());
      return promise;
    }),
  );
}

/** Whether a port that the system chose for TCP is there for UDP too. */
export async function isUdpFree(targets: readonly UdpTarget[]): Promise<boolean> {
  try {
    await closeUdp(await bindAllUdp(targets));
    return true;
  } catch (error) {
    if (error instanceof UdpBindError) return false;
    throw error;
  }
}

/** @throws {UdpBindError} when it cannot */
async function bindUdp({ address, port }: UdpTarget): Promise<Socket> {
  const family = isIPv6(address) ? 6 : 4;
  const socket = createSocket({
    type: family === 6 ? 'udp6' : 'udp4',
    // Where the listener has sockets for both families, each takes its own.
    ipv6Only: false,
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
      `Cannot listen on udp port ${String(port)} of "${address}": ${REASONS[code] ?? message}; choose another with --port, or set transports.udp to false`,
      { cause },
    );
  }
}
