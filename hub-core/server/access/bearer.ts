import { CredentialError } from '../../common/errors/hub-error.ts';
import type { Credential } from './authenticator.ts';

/** RFC 6750, section 2.1: `b64token`. */
const BEARER = /^bearer +([A-Za-z0-9\-._~+/]+=*)$/i;

/**
 * Reads an `Authorization` header. A value with the prefix of the hub's keys is a key, any other a token.
 *
 * @returns undefined when there is no header
 * @throws {CredentialError} when it is no Bearer credential; the text does not repeat it
 */
export function parseAuthorization(header: string | undefined): Credential | undefined {
  if (header === undefined) return undefined;
  const value = BEARER.exec(header.trim())?.[1];
  if (value === undefined) {
    throw new CredentialError(
      'Cannot use the Authorization header: it must be "Bearer" and a key or token of this hub',
    );
  }
  return value.startsWith('whub_') ? { key: value } : { token: value };
}
