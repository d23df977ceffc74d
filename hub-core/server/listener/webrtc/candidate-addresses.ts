import { networkInterfaces, type NetworkInterfaceInfo } from 'node:os';
import { hostLiteral, isLoopback } from '../../access/host-policy.ts';

const LOOPBACK = ['127.0.0.1', '::1'] as const;

type Interfaces = Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>;

/**
 * Where a peer is told to come to: the address at which its offer found the hub. A browser that found it at ::1 may have no
 * IPv6 for WebRTC, so there loopback's other address is named as well.
 *
 * @param localAddress this side's address of the connection that brought the offer
 */
export function candidateAddresses(
  localAddress: string,
  interfaces: Interfaces = networkInterfaces(),
): readonly string[] {
  const address = hostLiteral(localAddress).replace(/^\[(.*)\]$/, '$1');
  if (!isLoopback(address) || !address.includes(':')) return [address];
  const known = Object.values(interfaces).flatMap((of) => of?.map((found) => found.address) ?? []);
  return LOOPBACK.filter((other) => other === address || known.includes(other));
}
