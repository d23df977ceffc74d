import type { AddressInfo } from 'node:net';
import { hostLiteral, isLoopback } from '../access/host-policy.ts';
import { speaksTls } from '../listener/index.ts';
import { listenHosts, type HubConfig } from './config.ts';
import { HubStartError } from './hub-start-error.ts';
import type { HubAddress } from './hub.ts';

type Reach = Pick<HubConfig, 'host' | 'allowRemote' | 'tls' | 'transports'>;

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
