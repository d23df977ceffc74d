import { randomBytes, scrypt, timingSafeEqual, type ScryptOptions } from 'node:crypto';
import { RequestError } from '../../common/errors/hub-error.ts';

/** What a hash costs to make: memory is `128 * 2 ** logN * r` bytes. */
export interface PasswordCost {
  readonly logN: number;
  readonly r: number;
  readonly p: number;
}

/** OWASP's second choice for scrypt: 32 MiB and about 0.2 s. @see https://cheatsheetseries.owasp.org */
export const DEFAULT_PASSWORD_COST: PasswordCost = Object.freeze({ logN: 15, r: 8, p: 3 });

const MIN_LENGTH = 8;
const MAX_LENGTH = 256;
const SALT_BYTES = 16;
const HASH_BYTES = 32;
/** Above what any hash of ours asks for: a damaged row must not take all memory. */
const MAX_MEMORY_BYTES = 256 << 20;

const ENCODED = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;

/** @throws {RequestError} BAD_REQUEST_ERR for one that is too short or too long; the text does not repeat it */
export function checkPassword(password: string): void {
  const { length } = password.normalize('NFC');
  if (length >= MIN_LENGTH && length <= MAX_LENGTH) return;
  const text = `Cannot use the password: it must have ${String(MIN_LENGTH)} to ${String(MAX_LENGTH)} characters`;
  throw new RequestError('BAD_REQUEST_ERR', text);
}

/** Runs on a thread of Node's own pool. */
function derive(password: string, salt: Uint8Array, { logN, r, p }: PasswordCost): Promise<Buffer> {
  const options: ScryptOptions = { N: 2 ** logN, r, p, maxmem: MAX_MEMORY_BYTES };
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFC'), salt, HASH_BYTES, options, (error, key) => {
      if (error === null) resolve(key);
      else reject(error);
    });
  });
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64').replace(/=+$/, '');

/** @returns the hash with its salt and cost, in the form of PHC strings */
export async function hashPassword(password: string, cost: PasswordCost = DEFAULT_PASSWORD_COST): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const key = await derive(password, salt, cost);
  const { logN, r, p } = cost;
  return `$scrypt$ln=${String(logN)},r=${String(r)},p=${String(p)}$${base64(salt)}$${base64(key)}`;
}

/**
 * Compares in constant time, after the same work whether there is something to compare with or not.
 *
 * @param encoded undefined for a client without a password, which nothing matches
 * @param cost of the work that is done in vain then
 */
export async function passwordMatches(
  password: string,
  encoded: string | undefined,
  cost: PasswordCost = DEFAULT_PASSWORD_COST,
): Promise<boolean> {
  const parts = ENCODED.exec(encoded ?? '');
  if (parts === null) {
    await derive(password, Buffer.alloc(SALT_BYTES), cost);
    return false;
  }
  const [, logN = '', r = '', p = '', salt = '', hash = ''] = parts;
  const stored = { logN: Number(logN), r: Number(r), p: Number(p) };
  const key = await derive(password, Buffer.from(salt, 'base64'), stored);
  const expected = Buffer.from(hash, 'base64');
  return expected.byteLength === key.byteLength && timingSafeEqual(key, expected);
}
