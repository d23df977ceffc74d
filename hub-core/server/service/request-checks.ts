import { RequestError } from '../../common/errors/hub-error.ts';
import type { Message } from '../../common/protocol/message.ts';
import { methodWord } from '../../common/protocol/words.ts';
import { splitUri } from '../../common/route/path.ts';
import type { PathMatch } from '../../common/route/route-table.ts';
import type { Caller } from '../relay.ts';
import { noGrant } from './built-in-access.ts';
import { RefusedError } from './problem-answer.ts';
import type { RelayedExchange, TargetService } from './relayed-exchange.ts';
import { mayCall } from './service-registry.ts';

/** Who asks for what. */
export interface Asked {
  readonly caller: Pick<Caller, 'principal' | 'via'>;
  readonly message: Pick<Message, 'method' | 'uri'>;
}

const pathOf = ({ message }: Asked): string => splitUri(message.uri ?? '').path;

/** @throws {RequestError} BAD_REQUEST_ERR for a stream that nobody could be told the end of */
export function checkForm(exchange: RelayedExchange): void {
  if (!exchange.isStream || !exchange.isOneWay) return;
  throw new RequestError(
    'BAD_REQUEST_ERR',
    'Cannot relay a one-way request with the flag "stream": send it without one of the two',
  );
}

/** The route that answers the request's method. @throws {RefusedError} METHOD_NOT_ALLOWED_ERR with `allow` */
export function routeFor<T>(match: PathMatch<T>, exchange: Asked): T {
  const { method } = exchange.message;
  const route = match.route(method);
  if (route !== undefined) return route;
  const allow = match.allowed.map((allowed) => methodWord(allowed)).join(', ');
  throw new RefusedError(
    'METHOD_NOT_ALLOWED_ERR',
    `Cannot ${methodWord(method)} "${pathOf(exchange)}": it answers to ${allow}`,
    [{ name: 'allow', value: allow }],
  );
}

/** @throws {RequestError} NOT_FOUND_ERR when the service is not offered on the way that the caller came */
export function checkReach(service: TargetService, exchange: Asked): void {
  const { access } = service.definition;
  const { via } = exchange.caller;
  if (access === 'both' || via === 'console' || access === via) return;
  const way = via === 'http' ? 'over HTTP' : 'over a socket';
  throw new RequestError(
    'NOT_FOUND_ERR',
    `Cannot find "${pathOf(exchange)}" ${way}: service "${service.id}" has access "${access}"`,
  );
}

/** @throws {RequestError | RefusedError} UNAUTHORIZED_ERR or FORBIDDEN_ERR without a grant for the service */
export function checkGrant(service: TargetService, exchange: Asked): void {
  const { principal } = exchange.caller;
  if (mayCall(principal, service.id)) return;
  throw noGrant(principal, pathOf(exchange), `it takes a grant to call "${service.id}"`);
}
