import type { Socket } from 'node:net';
import { hostLiteral } from '../access/host-policy.ts';

export interface PeerAddress {
  /** An IP address. */
  readonly address: string;
  readonly port: number;
}

/** @returns undefined when the other side is gone already */
export function peerOf({ remoteAddress, remotePort }: Socket): PeerAddress | undefined {
  return remoteAddress === undefined ? undefined : { address: remoteAddress, port: remotePort ?? 0 };
}

/** As it is shown to people: `127.0.0.1:50000`, `[::1]:50000`. */
export function peerText({ address, port }: PeerAddress): string {
  return `${hostLiteral(address)}:${String(port)}`;
}

/**
 * Makes a socket tell the address that a proxy before the hub told of it. On the socket itself, so that whoever asks it later,
 * limits, the audit or a mount, cannot ask for the other one by mistake.
 */
export function presentAs(socket: Socket, { address, port }: PeerAddress): void {
  const family = address.includes(':') ? 'IPv6' : 'IPv4';
  const told = { remoteAddress: address, remotePort: port, remoteFamily: family };
  for (const [name, value] of Object.entries(told)) Object.defineProperty(socket, name, { value, configurable: true });
}
