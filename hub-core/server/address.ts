import ipaddr from 'ipaddr.js';

type Address = ReturnType<typeof ipaddr.process>;

const HOST_AND_PORT = /^(?:\[([^\]]*)\]|([^:]*))(?::\d+)?$/;
/** What one household or machine is given of IPv6: it may change the rest at will. */
const IPV6_NETWORK_BITS = 64;

function parse(text: string): Address | undefined {
  const [, bracketed, plain] = HOST_AND_PORT.exec(text) ?? [];
  const host = (bracketed ?? plain ?? text).replace(/%.*$/, '');
  // `process` makes IPv4 of what came in over an IPv6 socket. A bare number is no address here.
  return /[.:]/.test(host) && ipaddr.isValid(host) ? ipaddr.process(host) : undefined;
}

/**
 * An address in its one form: no port, no brackets, no zone, IPv4 as IPv4.
 *
 * @param remote an address, or an address and a port
 * @returns undefined for what is no IP address, the other end of a link inside the process for example
 */
export function canonicalAddress(remote: string): string | undefined {
  return parse(remote)?.toString();
}

/** True for 127.0.0.0/8, ::1 and ::ffff:127.0.0.0/104: every program of this machine has them. */
export function isLoopbackAddress(address: string): boolean {
  return parse(address)?.range() === 'loopback';
}

/**
 * What is counted and blocked together: an IPv4 address by itself, of an IPv6 address its /64, in which whoever has one
 * address has all of them.
 */
export function networkOf(address: string): string {
  const parsed = parse(address);
  if (parsed === undefined || parsed.kind() === 'ipv4') return parsed?.toString() ?? address;
  return `${ipaddr.IPv6.networkAddressFromCIDR(`${parsed.toString()}/${String(IPV6_NETWORK_BITS)}`).toString()}/${String(IPV6_NETWORK_BITS)}`;
}

/** An address or a range of them, ready to be compared with. */
export interface AddressRange {
  /** In its one form: `10.0.0.0/8`, or the address alone when the range is no wider. */
  readonly text: string;
  readonly isLoopback: boolean;
  contains(address: string): boolean;
}

/** @returns undefined when `text` is neither an address nor a range like `10.0.0.0/8` */
export function parseAddressRange(text: string): AddressRange | undefined {
  const [host = '', bits, ...more] = text.split('/');
  const address = parse(host);
  if (address === undefined || more.length > 0) return undefined;
  const width = address.kind() === 'ipv4' ? 32 : 128;
  const prefix = bits === undefined ? width : /^\d{1,3}$/.test(bits) ? Number(bits) : Number.NaN;
  if (!(prefix <= width)) return undefined;
  const network = (address.kind() === 'ipv4' ? ipaddr.IPv4 : ipaddr.IPv6).networkAddressFromCIDR(
    `${address.toString()}/${String(prefix)}`,
  );
  return {
    text: prefix === width ? network.toString() : `${network.toString()}/${String(prefix)}`,
    isLoopback: network.range() === 'loopback' && prefix >= (address.kind() === 'ipv4' ? 8 : 128),
    contains(candidate) {
      const other = parse(candidate);
      return other !== undefined && other.kind() === network.kind() && other.match(network, prefix);
    },
  };
}
