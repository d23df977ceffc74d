import { CredentialError } from '../../common/errors/hub-error.ts';
import type { Credential } from './authenticator.ts';

/** RFC 6750, section 2.1: `b64token`. */
const BEARER = /^bearer +([A-Za-z0-9\-._~+/]+=*)$/i;
/** RFC 7617, section 2. */
const BASIC = /^basic +([A-Za-z0-9+/]+=*)$/i;
const KEY_PREFIX = 'whub_';

/**
 * What whoever shows no credential may show, a header each: browsers look for no second one in the first, and ask their users
 * for a Basic one only.
 */
export const CHALLENGES: readonly string[] = Object.freeze(['Bearer', 'Basic realm="whub", charset="UTF-8"']);

/** The text in base64, if it is one of a user, a colon and a password (RFC 7617). */
function basicCredential(encoded: string): Credential | undefined {
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon < 0) return undefined;
  const client = text.slice(0, colon);
  const secret = text.slice(colon + 1);
  // A key names its client by itself, so the user may be left out.
  if (secret.startsWith(KEY_PREFIX)) return client === '' ? { key: secret } : { client, key: secret };
  return client === '' ? undefined : { client, password: secret };
}

/** True for a credential that a browser adds by itself to whatever is asked for, by whichever page. */
export function isAmbient(header: string | undefined): boolean {
  return header !== undefined && BASIC.test(header.trim());
}

/**
 * Reads an `Authorization` header. Of a Bearer credential a value with the prefix of the hub's keys is a key, any other a
 * token; a Basic one is a client's id and its key or password.
 *
 * @returns undefined when there is no header
 * @throws {CredentialError} when it is neither; the text does not repeat it
 */
export function parseAuthorization(header: string | undefined): Credential | undefined {
  if (header === undefined) return undefined;
  const value = header.trim();
  const encoded = BASIC.exec(value)?.[1];
  const basic = encoded === undefined ? undefined : basicCredential(encoded);
  if (basic !== undefined) return basic;
  const bearer = BEARER.exec(value)?.[1];
  if (bearer === undefined) {
    throw new CredentialError(
      'Cannot use the Authorization header: it must be "Bearer" and a key or token of this hub, or "Basic" with a client and its key or password',
    );
  }
  return bearer.startsWith(KEY_PREFIX) ? { key: bearer } : { token: bearer };
}
