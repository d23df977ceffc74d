import { RequestError } from '../../../common/errors/hub-error.ts';
import type { Principal, ProviderLink } from '../../relay.ts';
import type { Registration } from '../registration.ts';
import { firstDifference } from '../route-definition.ts';
import { mayProvide, type RegistrationResult, type ServiceRegistry } from '../service-registry.ts';

const replaced = (id: string): RequestError =>
  new RequestError(
    'CONFLICT_ERR',
    `Cannot go on: this connection left a Ping unanswered, and its client registered service "${id}" on another one; connect again`,
  );

/**
 * Registers, and ends those connections of the same client that provide the service but leave a Ping unanswered: who comes
 * back after its link broke without a word does not have to wait until the old one is given up.
 *
 * @throws {RequestError} as `ServiceRegistry.register`
 */
export function registerOver(
  registry: ServiceRegistry,
  wish: { readonly principal: Principal; readonly link: ProviderLink; readonly registration: Registration },
): RegistrationResult {
  const { principal, link, registration } = wish;
  const { id, routes } = registration.definition;
  const known = mayProvide(principal, id) ? registry.find(id) : undefined;
  const dead = (known?.channels ?? [])
    .map((channel) => channel.link)
    .filter(
      ({ suspect, clientId, connectionId }) =>
        suspect && clientId === principal.clientId && connectionId !== link.connectionId,
    );
  const endDead = (): void => {
    for (const old of dead) old.goodbye(replaced(id));
  };
  // Other routes are refused while the old channel is there; with the same ones the new channel takes over what that had.
  const hasOtherRoutes = known !== undefined && firstDifference(known.definition.routes, routes) !== undefined;
  if (hasOtherRoutes) endDead();
  const result = registry.register(principal, link, registration);
  if (!hasOtherRoutes) endDead();
  return result;
}
