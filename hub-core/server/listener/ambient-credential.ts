import type { IncomingMessage } from 'node:http';
import { RequestError } from '../../common/errors/hub-error.ts';
import { isAmbient } from '../access/bearer.ts';
import type { PeerCertificates } from './peer-certificates.ts';

/** A link that somebody follows: its page is not shown to the one that holds the link. */
function isNavigation({ method, headers }: IncomingMessage): boolean {
  const isReading = method === 'GET' || method === 'HEAD';
  return isReading && headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document';
}

/** True when the page that asks was loaded from this host. No page can claim that of itself. */
function isFromHost(referer: string | undefined, host: string): boolean {
  const from = referer === undefined ? null : URL.parse(referer);
  return from !== null && from.host === host.toLowerCase();
}

/**
 * A browser adds what it remembers of a login, and its user's certificate, to whatever any page embeds, and names no `Origin` for pictures and the like;
 * what it does say is how the page stands to the host (Fetch Metadata Request Headers, W3C). A page that runs in an origin
 * of none, as those of services do, counts as foreign too, and is told by its address.
 *
 * @throws {RequestError} FORBIDDEN_ERR for another site's page that would ask in the name of the browser's user
 */
export function checkAmbientCredential(request: IncomingMessage, host: string, certificates: PeerCertificates): void {
  const { authorization, origin, referer, 'sec-fetch-site': site } = request.headers;
  if (site !== 'cross-site' && site !== 'same-site') return;
  // Whose origin is named was judged by it.
  const isAdded =
    authorization === undefined ? certificates.credentialOf(request.socket) !== undefined : isAmbient(authorization);
  if (origin !== undefined || !isAdded || isNavigation(request) || isFromHost(referer, host)) return;
  throw new RequestError('FORBIDDEN_ERR', "Cannot answer another site's page with the login of this browser's user");
}
