/** Codes of OpenSSL's verdict on a chain that ends nowhere known. */
const UNTRUSTED: ReadonlySet<string> = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

const TEXTS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there; start a hub with "whub serve"',
  ENOTFOUND: 'there is no host of that name',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet; is this clock right?',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'it does not speak TLS',
};

/** What TLS says when one side will not have the other; which, stands in the alert. */
const ALERT = /alert ([a-z ]+?)(?:[:,]|$)/;

/** Why a dial failed, for people: what they can do about it, where that is known. */
export function describeDialFault(error: NodeJS.ErrnoException): string {
  const { code = '', message, name } = error;
  const text = TEXTS[code];
  if (text !== undefined) return text;
  if (UNTRUSTED.has(code))
    return 'its certificate is not from an authority that is trusted here; name that authority with tls.ca (whub --ca FILE)';
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return `its certificate is for another name: ${altNames(message)}`;
  const alert = ALERT.exec(message)?.[1];
  if (alert !== undefined) return `it refuses TLS with this client: ${alert}`;
  // A host with several addresses fails with an AggregateError whose own message is empty.
  return message === '' ? code || name : message;
}

/** Node's own text, without its beginning, which repeats the code. */
function altNames(message: string): string {
  return message.replace(/^Hostname\/IP does not match certificate's altnames: /, '');
}
