/**
 * How a message travels in a datagram: `token | sequence | tag | FlatBuffer`, all numbers little-endian; docs/udp.md has
 * every byte. Pure: keys and randomness come from outside.
 */
import type { Mac } from './datagram-crypto.ts';
import { ReplayWindow } from './replay-window.ts';

const TOKEN_BYTES = 8;
const SEQUENCE_AT = TOKEN_BYTES;
const TAG_AT = SEQUENCE_AT + 4;
/** Of the 32 bytes of an HMAC-SHA-256 (RFC 2104, section 5: not less than half). */
const TAG_BYTES = 16;
/** What precedes the FlatBuffer. */
export const HEADER_BYTES = TAG_AT + TAG_BYTES;
/** Datagrams that may arrive out of order before the oldest of them is taken for a repeat. */
const WINDOW_DATAGRAMS = 1_024;
const LAST_SEQUENCE = 0xffff_ffff;

/** The largest datagram of a hub that was not configured otherwise: it passes every IPv6 path in one piece. */
export const DEFAULT_DATAGRAM_BYTES = 1_200;

/** What became of a datagram: `fresh` may be used, once. */
export type DatagramVerdict = 'fresh' | 'replayed' | 'forged';

/** The session of a datagram, as a number that the hub looks it up by: the first half of its token. */
export function sessionNumberOf(datagram: Uint8Array): number {
  return readU32(datagram, 0);
}

/** True for a datagram that belongs to no session yet: a Hello, or the hub's answer to one. */
export function isHandshake(datagram: Uint8Array): boolean {
  return readU32(datagram, 0) === 0 && readU32(datagram, 4) === 0;
}

export function hasToken(datagram: Uint8Array, token: Uint8Array): boolean {
  return equalBytes(datagram.subarray(0, TOKEN_BYTES), token);
}

export function tokenOf(datagram: Uint8Array): Uint8Array {
  return datagram.slice(0, TOKEN_BYTES);
}

/** @returns a view of `datagram` */
export function frameOf(datagram: Uint8Array): Uint8Array {
  return datagram.subarray(HEADER_BYTES);
}

/** @returns the nonce that a datagram of the hub's answers, a view; only while there is no session */
export function answeredNonceOf(datagram: Uint8Array): Uint8Array {
  return datagram.subarray(TAG_AT, HEADER_BYTES);
}

/** A datagram outside of any session, with 16 bytes in the place of the tag: zeros, or the nonce that the hub answers. */
export function handshakeDatagram(frame: Uint8Array, nonce?: Uint8Array): Uint8Array {
  const datagram = new Uint8Array(HEADER_BYTES + frame.byteLength);
  if (nonce !== undefined) datagram.set(nonce, TAG_AT);
  datagram.set(frame, HEADER_BYTES);
  return datagram;
}

/** Puts the tag that proves the key into a datagram. */
export function sign(datagram: Uint8Array, mac: Mac): void {
  datagram.set(tagOf(datagram, mac), TAG_AT);
}

/** Compares in constant time. */
export function isSigned(datagram: Uint8Array, mac: Mac): boolean {
  return equalBytes(datagram.subarray(TAG_AT, HEADER_BYTES), tagOf(datagram, mac));
}

/** The sending side of a session: counts and signs. */
export class DatagramSender {
  readonly #token: Uint8Array;
  readonly #mac: Mac;
  #sequence = 0;

  /** @param token 8 bytes, not all of them 0 */
  constructor(token: Uint8Array, mac: Mac) {
    this.#token = token;
    this.#mac = mac;
  }

  /** True when no sequence is left, and with that the session over. */
  get isSpent(): boolean {
    return this.#sequence >= LAST_SEQUENCE;
  }

  /** @returns a datagram of its own buffer */
  seal(frame: Uint8Array): Uint8Array {
    const datagram = new Uint8Array(HEADER_BYTES + frame.byteLength);
    datagram.set(this.#token);
    datagram.set(frame, HEADER_BYTES);
    this.#sequence += 1;
    writeU32(datagram, SEQUENCE_AT, this.#sequence);
    sign(datagram, this.#mac);
    return datagram;
  }
}

/** The receiving side of a session: lets each datagram of the other side through once. */
export class DatagramReceiver {
  readonly #mac: Mac;
  readonly #window = new ReplayWindow(WINDOW_DATAGRAMS);

  constructor(mac: Mac) {
    this.#mac = mac;
  }

  /** Judges a datagram of this session's token; one that is `fresh` is not so a second time. */
  judge(datagram: Uint8Array): DatagramVerdict {
    const sequence = readU32(datagram, SEQUENCE_AT);
    if (!this.#window.isFresh(sequence)) return 'replayed';
    if (!isSigned(datagram, this.#mac)) return 'forged';
    this.#window.mark(sequence);
    return 'fresh';
  }
}

function tagOf(datagram: Uint8Array, mac: Mac): Uint8Array {
  return mac(datagram.subarray(0, TAG_AT), datagram.subarray(HEADER_BYTES)).subarray(0, TAG_BYTES);
}

/** Looks at every byte, whatever it finds, so that the time tells nothing about where the first difference is. */
export function equalBytes(left: Uint8Array, right: Uint8Array): boolean {
  if (left.byteLength !== right.byteLength) return false;
  let difference = 0;
  for (let at = 0; at < left.byteLength; at += 1) difference |= (left[at] ?? 0) ^ (right[at] ?? 0);
  return difference === 0;
}

function readU32(bytes: Uint8Array, at: number): number {
  const [a = 0, b = 0, c = 0, d = 0] = [bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]];
  return (a | (b << 8) | (c << 16) | (d << 24)) >>> 0;
}

function writeU32(bytes: Uint8Array, at: number, value: number): void {
  for (let step = 0; step < 4; step += 1) bytes[at + step] = (value >>> (8 * step)) & 0xff;
}
