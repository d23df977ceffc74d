import { canonicalAddress, parseAddressRange } from '../address.ts';
import type { PeerAddress } from './peer-address.ts';
import type { HeadVerdict } from './socket-head.ts';

/** First of every header of version 2, so that no other protocol takes it for its own. */
const SIGNATURE = Buffer.from([0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a]);
const FIXED_BYTES = 16;
/** Addresses, and whatever the proxy adds about the connection; the latter is passed over. */
const MAX_VARIABLE_BYTES = 2_048;

const VERSION = 2;
const LOCAL = 0;
const PROXY = 1;
const TCP_OVER_IPV4 = 0x11;
const TCP_OVER_IPV6 = 0x21;
const IPV4_BYTES = 12;
const IPV6_BYTES = 36;

/** What stands before a connection. `local` is one of the proxy's own, to see whether the hub is there. */
export type ProxyHeader =
  | { readonly kind: 'none' | 'local' }
  | { readonly kind: 'proxied'; readonly peer: PeerAddress }
  | { readonly kind: 'malformed'; readonly fault: string };

export interface ProxyPolicy {
  /** Every connection must come through a proxy that is trusted. */
  readonly isRequired: boolean;
  /** True for an address whose word about others is taken. */
  expects(address: string): boolean;
}

export interface ProxyConfig {
  readonly mode: 'off' | 'optional' | 'required';
  /** Addresses and ranges. */
  readonly trusted: readonly string[];
}

export function createProxyPolicy({ mode, trusted }: ProxyConfig): ProxyPolicy {
  const ranges = mode === 'off' ? [] : trusted.map((text) => parseAddressRange(text));
  return {
    isRequired: mode === 'required',
    expects: (address) => ranges.some((range) => range?.contains(address) === true),
  };
}

const NONE: HeadVerdict<ProxyHeader> = { value: { kind: 'none' }, skip: 0 };
const malformed = (fault: string): HeadVerdict<ProxyHeader> => ({ value: { kind: 'malformed', fault }, skip: 0 });

/**
 * Reads the header that a proxy puts before a connection.
 *
 * @param bytes all that came so far
 * @returns undefined while more bytes are needed
 * @see HAProxy, "The PROXY protocol, Versions 1 & 2", section 2.2
 */
export function readProxyHeader(bytes: Buffer): HeadVerdict<ProxyHeader> | undefined {
  const known = Math.min(bytes.byteLength, SIGNATURE.byteLength);
  if (bytes.compare(SIGNATURE, 0, known, 0, known) !== 0) return NONE;
  if (bytes.byteLength < FIXED_BYTES) return undefined;
  const [version, command] = [(bytes[12] ?? 0) >> 4, (bytes[12] ?? 0) & 0x0f];
  const length = bytes.readUInt16BE(14);
  if (version !== VERSION) return malformed(`its PROXY header is of version ${String(version)}`);
  if (command > PROXY) return malformed(`its PROXY header has the command ${String(command)}`);
  if (length > MAX_VARIABLE_BYTES) return malformed(`its PROXY header has ${String(length)} bytes`);
  const skip = FIXED_BYTES + length;
  if (bytes.byteLength < skip) return undefined;
  if (command === LOCAL) return { value: { kind: 'local' }, skip };
  return readAddresses(bytes, { family: bytes[13] ?? 0, length, skip });
}

function readAddresses(
  bytes: Buffer,
  { family, length, skip }: { readonly family: number; readonly length: number; readonly skip: number },
): HeadVerdict<ProxyHeader> {
  const source = bytes.subarray(FIXED_BYTES);
  if (family === TCP_OVER_IPV4 && length >= IPV4_BYTES) {
    const address = source.subarray(0, 4).join('.');
    return { value: { kind: 'proxied', peer: { address, port: source.readUInt16BE(8) } }, skip };
  }
  if (family === TCP_OVER_IPV6 && length >= IPV6_BYTES) {
    const groups = Array.from({ length: 8 }, (_, index) => source.readUInt16BE(2 * index).toString(16));
    const text = groups.join(':');
    const address = canonicalAddress(text) ?? text;
    return { value: { kind: 'proxied', peer: { address, port: source.readUInt16BE(32) } }, skip };
  }
  return malformed(`its PROXY header has the family 0x${family.toString(16)} with ${String(length)} bytes`);
}
