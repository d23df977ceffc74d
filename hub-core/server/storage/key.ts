import { hash, randomBytes, timingSafeEqual } from 'node:crypto';

/** Lower-case letters and digits without those that look alike. */
const ID_ALPHABET = 'abcdefghijkmnpqrstuvwxyz23456789';
const ID_LENGTH = 10;
const SECRET_BYTES = 32;
/** How much of a secret is kept in clear, so that a person recognises the key. */
const SHOWN_SECRET_CHARS = 4;

const KEY = /^whub_([a-z0-9]{10})_[A-Za-z0-9_-]{43}$/;

/** A credential as it is made: `key` is shown once, the rest is stored. */
export interface NewKey {
  readonly id: string;
  readonly key: string;
  readonly hash: Buffer;
  readonly prefix: string;
}

/** Makes `whub_<credential id>_<43 characters>`, of which the last part is 256 random bits in base64url. */
export function makeKey(): NewKey {
  const id = Array.from(randomBytes(ID_LENGTH), (byte) => ID_ALPHABET.charAt(byte % ID_ALPHABET.length)).join('');
  const start = `whub_${id}_`;
  const key = start + randomBytes(SECRET_BYTES).toString('base64url');
  return { id, key, hash: hashKey(key), prefix: key.slice(0, start.length + SHOWN_SECRET_CHARS) };
}

/** @returns the id of the credential that `key` claims to be, undefined when it has not the form of a key */
export function credentialIdOf(key: string): string | undefined {
  return KEY.exec(key)?.[1];
}

/** A key is 256 random bits: one fast hash hides it as well as a slow one would. */
export function hashKey(key: string): Buffer {
  return hash('sha256', key, 'buffer');
}

const NO_HASH = Buffer.alloc(32);

/**
 * Compares in constant time, and takes that time too when there is nothing to compare with.
 *
 * @param expected undefined for a credential that does not exist, which nothing matches
 */
export function hashMatches(actual: Uint8Array, expected: Uint8Array | undefined): boolean {
  const equal = timingSafeEqual(actual, expected ?? NO_HASH);
  return equal && expected !== undefined;
}
