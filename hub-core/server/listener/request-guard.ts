import type { IncomingMessage } from 'node:http';
import { RequestError } from '../../common/errors/hub-error.ts';
import type { Gate } from '../access/gate.ts';
import type { HostPolicy } from '../access/host-policy.ts';
import type { OriginPolicy } from '../access/origin-policy.ts';
import { requestTarget, type RequestTarget } from './request-target.ts';

/** What is checked first of every HTTP request and upgrade, whatever it asks for. */
export interface RequestGuard {
  readonly hosts: HostPolicy;
  readonly origins: OriginPolicy;
  readonly gate: Gate;
}

/**
 * @returns where the request goes
 * @throws {RequestError} MISDIRECTED_ERR for a Host that is not the hub's, then FORBIDDEN_ERR for a foreign Origin
 */
export function admitHttp(request: IncomingMessage, guard: RequestGuard): RequestTarget {
  const target = requestTarget(request);
  const { host } = target;
  if (host === undefined || !guard.hosts.accepts(host, request.socket.localAddress)) {
    throw new RequestError('MISDIRECTED_ERR', `Cannot answer for host "${host ?? ''}": this hub goes by other names`);
  }
  const { origin } = request.headers;
  if (!guard.origins.accepts(origin, host)) {
    throw new RequestError(
      'FORBIDDEN_ERR',
      `Cannot answer a page of origin "${origin ?? ''}": its origin is not allowed here`,
    );
  }
  return target;
}
