/** Ports that are free, and that the system gives to nobody by itself: they lie below those that it chooses from. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';

const LOWEST = 20_000;
/** Linux chooses from 32768 on. */
const END = 32_768;
const MAX_TRIES = 100;

const ADDRESS = '127.0.0.1';

/** @returns a port of TCP that is free at all the addresses */
export function freePort(addresses: readonly string[]): Promise<number> {
  return firstFree(1, async (port) => {
    for (const address of addresses) {
      const probe = createServer();
      const closed = once(probe, 'close');
      probe.listen(port, address);
      await once(probe, 'listening');
      probe.close();
      await closed;
    }
  });
}

/** @returns the first of so many neighbouring ports of UDP that are free at 127.0.0.1 */
export function neighbouringUdpPorts(count: number): Promise<number> {
  return firstFree(count, async (first) => {
    for (let port = first; port < first + count; port += 1) {
      const probe = createSocket('udp4');
      const closed = once(probe, 'close');
      probe.bind(port, ADDRESS);
      await once(probe, 'listening');
      probe.close();
      await closed;
    }
  });
}

/** Begins somewhere: tests of other processes look, too. */
async function firstFree(count: number, probe: (first: number) => Promise<void>): Promise<number> {
  for (let tries = 1; ; tries += 1) {
    const first = LOWEST + Math.floor(Math.random() * (END - LOWEST - count));
    try {
      await probe(first);
      return first;
    } catch (error) {
      if (tries === MAX_TRIES) throw error;
    }
  }
}
