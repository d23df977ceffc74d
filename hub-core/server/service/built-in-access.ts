import { RequestError } from '../../common/errors/hub-error.ts';
import type { RouteParams } from '../../common/route/route-table.ts';
import type { Principal } from '../relay.ts';
import { isManager } from '../roles.ts';
import type { BuiltInAccess } from './built-in.ts';
import { RefusedError } from './problem-answer.ts';

const WWW_AUTHENTICATE = [{ name: 'www-authenticate', value: 'Bearer' }] as const;

function holds(access: BuiltInAccess, principal: Principal, params: RouteParams): boolean {
  if (access === 'anonymous' || isManager(principal)) return true;
  if (principal.role === 'anonymous' || access === 'manager') return false;
  return access === 'client' || principal.clientId === params['id'];
}

/** False when there are no parameters with which `principal` may call the route. */
export function mayAskEver(access: BuiltInAccess, principal: Principal): boolean {
  return holds(access, principal, { id: principal.clientId });
}

/** The error of a caller without a grant: 401 to one that has not said who it is, else 403. */
export function noGrant(principal: Principal, path: string, needed: string): RequestError | RefusedError {
  if (principal.role === 'anonymous') {
    return new RefusedError('UNAUTHORIZED_ERR', `Cannot call "${path}" without a key: ${needed}`, WWW_AUTHENTICATE);
  }
  return new RequestError('FORBIDDEN_ERR', `Cannot call "${path}" as client "${principal.clientId}": ${needed}`);
}

const NEEDED: Readonly<Record<BuiltInAccess, string>> = {
  anonymous: 'everyone may',
  client: 'it is for registered clients',
  manager: 'it is for managers',
  self: 'it is for that client itself and for managers',
};

/** @throws {RequestError | RefusedError} UNAUTHORIZED_ERR or FORBIDDEN_ERR when `principal` may not call the route */
export function checkBuiltInAccess(
  access: BuiltInAccess,
  principal: Principal,
  at: { readonly path: string; readonly params: RouteParams },
): void {
  if (!holds(access, principal, at.params)) throw noGrant(principal, at.path, NEEDED[access]);
}
