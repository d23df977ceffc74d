import type { IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';
import { RequestError } from '../../common/errors/hub-error.ts';
import type { Gate } from '../access/gate.ts';
import type { HostPolicy } from '../access/host-policy.ts';
import type { OriginPolicy } from '../access/origin-policy.ts';
import { checkAmbientCredential } from './ambient-credential.ts';
import type { PeerCertificates } from './peer-certificates.ts';
import { requestTarget, type RequestTarget } from './request-target.ts';

/** What is checked first of every HTTP request and upgrade, whatever it asks for. */
export interface RequestGuard {
  readonly hosts: HostPolicy;
  readonly origins: OriginPolicy;
  readonly gate: Gate;
  /** What `Host` may say where only clients' services are reached. */
  readonly pageHosts: ReadonlySet<string>;
  readonly certificates: PeerCertificates;
}

/**
 * @returns where the request goes
 * @throws {RequestError} MISDIRECTED_ERR for a Host that is not the hub's, then FORBIDDEN_ERR for a foreign
 *   Origin, or a foreign page that asks with the browser's login
 */
export function admitHttp(request: IncomingMessage, guard: RequestGuard): RequestTarget {
  const target = requestTarget(request);
  const { host } = target;
  if (host === undefined || !guard.hosts.accepts(host, request.socket.localAddress)) {
    throw new RequestError('MISDIRECTED_ERR', `Cannot answer for host "${host ?? ''}": this hub goes by other names`);
  }
  const { origin } = request.headers;
  if (!guard.origins.accepts(origin, host, request.socket instanceof TLSSocket ? 'https' : 'http')) {
    throw new RequestError(
      'FORBIDDEN_ERR',
      `Cannot answer a page of origin "${origin ?? ''}": its origin is not allowed here`,
    );
  }
  checkAmbientCredential(request, host, guard.certificates);
  return target;
}

/** True where only clients' services are reached. */
export function isPageHost({ pageHosts }: RequestGuard, { host }: RequestTarget): boolean {
  return host !== undefined && pageHosts.has(host.toLowerCase());
}
