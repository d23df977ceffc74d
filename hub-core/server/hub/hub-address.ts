import type { AddressInfo } from 'node:net';
import { hostLiteral, isLoopback } from '../access/host-policy.ts';
import { speaksTls } from '../listener/index.ts';
import { listenHosts, type HubConfig } from './config.ts';
import { HubStartError } from './hub-start-error.ts';
import type { HubAddress } from './hub.ts';

type Reach = Pick<HubConfig, 'host' | 'port' | 'allowRemote' | 'tls' | 'transports'>;

/** Where an address that stands for all of them can be reached from this machine. */
const WILDCARDS: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '[::1]' };

/** True when a program that connects to that address must speak TLS. */
function needsTls(address: string, { tls, transports }: Reach): boolean {
  if (!speaksTls(tls, transports) || tls.plain === 'allow') return false;
  // What connects to another address of this machine comes from that address.
  return tls.plain === 'refuse' || !(isLoopback(address) || address in WILDCARDS);
}

/** How programs on this machine reach the hub. */
export function describeAddress({ address, port }: AddressInfo, config: Reach): HubAddress {
  const reachable = `${WILDCARDS[address] ?? hostLiteral(address)}:${String(port)}`;
  const isSecure = needsTls(address, config);
  return {
    host: address,
    port,
    url: `${isSecure ? 'wss' : 'ws'}://${reachable}/`,
    httpUrl: `${isSecure ? 'https' : 'http'}://${reachable}`,
    tcpUrl: `${isSecure ? 'tls' : 'tcp'}://${reachable}`,
    tlsUrl: speaksTls(config.tls, config.transports) ? `tls://${reachable}` : undefined,
  };
}

/** The part of a wildcard that only this machine reaches. */
const LOOPBACK_OF: Readonly<Record<string, readonly string[]>> = {
  '0.0.0.0': ['127.0.0.1'],
  '::': ['127.0.0.1', '::1'],
};

/** Where what is not encrypted is taken, of what the hub listens on. UDP, which knows no TLS, is spoken there alone. */
export function plainAddresses(addresses: readonly AddressInfo[], { tls, transports }: Reach): readonly AddressInfo[] {
  if (!speaksTls(tls, transports) || tls.plain === 'allow') return addresses;
  if (tls.plain === 'refuse') return [];
  return addresses.flatMap((info) => {
    const local = LOOPBACK_OF[info.address] ?? (isLoopback(info.address) ? [info.address] : []);
    return local.map((address) => ({ ...info, address }));
  });
}

/** True when there is an address at which UDP may be spoken. */
export function speaksUdp(config: Reach): boolean {
  const named = listenHosts(config).map((address) => ({ address, family: '', port: config.port }));
  return config.transports.udp && plainAddresses(named, config).length > 0;
}

/** @throws {HubStartError} when other machines could reach the hub without TLS, and nobody said that they may */
export function assertMayListen(config: Reach): void {
  const remote = listenHosts(config).find((host) => !isLoopback(host));
  const { allowRemote, tls, transports } = config;
  if (remote === undefined || allowRemote) return;
  if (speaksTls(tls, transports) && tls.plain !== 'allow') return;
  const text =
    'other machines could reach the hub there; give it a certificate (whub serve --tls-cert, --tls-key), set allowRemote (--allow-remote) to do without, or listen on 127.0.0.1';
  throw new HubStartError(`Cannot listen on "${remote}": ${text}`);
}
