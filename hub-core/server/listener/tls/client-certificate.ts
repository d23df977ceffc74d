import type { TLSSocket } from 'node:tls';
import { isClientId } from '../../../common/base/ids.ts';

/** What the other side showed of itself. `client` is the one that a valid certificate names. */
export type ClientCertificate =
  | { readonly kind: 'none' }
  | { readonly kind: 'valid'; readonly client: string | undefined }
  | { readonly kind: 'invalid'; readonly fault: string };

const CLIENT_URI = 'whub:client/';
const URI_PREFIX = 'URI:';

const FAULTS: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'it has expired',
  CERT_NOT_YET_VALID: 'it is not valid yet',
  INVALID_PURPOSE: 'it is not made for clients',
};
const FOREIGN = 'it is not from an authority that this hub trusts';
const FOREIGN_CODES: ReadonlySet<string> = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'CERT_SIGNATURE_FAILURE',
]);

/** Node gives a code where it promises an error. */
function faultOf(error: unknown): string {
  const code = error instanceof Error ? ('code' in error ? String(error.code) : error.message) : String(error);
  return FAULTS[code] ?? (FOREIGN_CODES.has(code) ? FOREIGN : `it does not hold: ${code}`);
}

/**
 * The entries of `subjectaltname` as Node writes them: separated by `, `, and quoted as JSON where a value holds something
 * that could be taken for a separator.
 */
export function altNamesOf(text: string): readonly string[] {
  return (text.match(/(?:[^,"]|"(?:[^"\\]|\\.)*")+/g) ?? []).map((entry) => entry.trim());
}

/**
 * Which client a certificate names: by the one URI `whub:client/<id>` among its alternative names, else by its common name.
 *
 * @returns undefined when that is no client id, or when it names several
 */
export function clientNamedBy(altNames: string | undefined, commonName: unknown): string | undefined {
  const uris = altNamesOf(altNames ?? '').filter((entry) => entry.startsWith(URI_PREFIX + CLIENT_URI));
  if (uris.length > 1) return undefined;
  const named = uris[0]?.slice(URI_PREFIX.length + CLIENT_URI.length) ?? commonName;
  return typeof named === 'string' && isClientId(named) ? named : undefined;
}

/** @param socket of the hub's side, which asked for a certificate, behind the handshake */
export function readClientCertificate(socket: TLSSocket): ClientCertificate {
  const certificate = socket.getPeerCertificate();
  // Node gives an empty object for none.
  if (Object.keys(certificate).length === 0) return { kind: 'none' };
  if (!socket.authorized) return { kind: 'invalid', fault: faultOf(socket.authorizationError) };
  const { subject, subjectaltname } = certificate;
  return { kind: 'valid', client: clientNamedBy(subjectaltname, subject.CN) };
}
