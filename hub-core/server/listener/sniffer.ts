import type { HeadVerdict } from './socket-head.ts';

/** What the first bytes of a connection say. `other-version` is a preface of a WProtocol that this hub does not speak. */
export type FirstBytes = 'http' | 'whub' | 'other-version' | 'tls' | 'unknown';

/** `WHUB/1\r\n`: what the connecting side of a stream transport sends first. */
const PREFACE = Uint8Array.from([0x57, 0x48, 0x55, 0x42, 0x2f, 0x31, 0x0d, 0x0a]);
const PREFACE_BYTES = PREFACE.byteLength;
/** `WHUB/`. No method of HTTP can begin so: a slash is no character of a token. */
const NAME_BYTES = 5;

/** Of a TLS record that holds a handshake, and of its version, which is 3.x for all of SSL 3.0 to TLS 1.3. */
const TLS_HANDSHAKE = 0x16;
const TLS_MAJOR_VERSION = 0x03;

const CR = 0x0d;
const LF = 0x0a;

/** RFC 9110, section 5.6.2: what a method consists of; and the empty lines that a server passes over before one. */
function canBeginHttp(byte: number): boolean {
  return byte === CR || byte === LF || /[!#$%&'*+\-.^_`|~0-9A-Za-z]/.test(String.fromCharCode(byte));
}

/**
 * Tells the protocols of the one port apart.
 *
 * @param bytes all that came so far
 * @returns undefined while more bytes are needed
 */
export function classify(bytes: Uint8Array): FirstBytes | undefined {
  const first = bytes[0];
  if (first === undefined) return undefined;
  if (first === TLS_HANDSHAKE) {
    if (bytes[1] === undefined) return undefined;
    return bytes[1] === TLS_MAJOR_VERSION ? 'tls' : 'unknown';
  }
  const length = Math.min(bytes.byteLength, PREFACE_BYTES);
  for (let index = 0; index < length; index += 1) {
    if (bytes[index] === PREFACE[index]) continue;
    if (index >= NAME_BYTES) return 'other-version';
    return canBeginHttp(first) ? 'http' : 'unknown';
  }
  return length === PREFACE_BYTES ? 'whub' : undefined;
}

/** {@link classify}, with the preface used up. */
export function firstBytes(bytes: Uint8Array): HeadVerdict<FirstBytes> | undefined {
  const value = classify(bytes);
  return value === undefined ? undefined : { value, skip: value === 'whub' ? PREFACE_BYTES : 0 };
}

/** True for the first byte of a ClientHello, whose sender understands nothing else. */
export function beginsTls(bytes: Uint8Array): boolean {
  return bytes[0] === TLS_HANDSHAKE;
}

/** True when the bytes so far can only become a preface: whoever sent them reads frames, not HTTP. */
export function beginsPreface(bytes: Uint8Array): boolean {
  return (
    bytes.byteLength >= NAME_BYTES && PREFACE.subarray(0, NAME_BYTES).every((byte, index) => bytes[index] === byte)
  );
}
