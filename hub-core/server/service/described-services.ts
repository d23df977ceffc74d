import type { Principal } from '../relay.ts';
import { mayAskEver } from './built-in-access.ts';
import type { BuiltInRoute } from './built-in.ts';
import type { BuiltInTarget } from './built-in-target.ts';
import type { DescribedRoute, DescribedService } from './openapi/described-service.ts';
import type { TargetService } from './relayed-exchange.ts';
import type { ServiceDirectory } from './service-directory.ts';
import { maySee } from './service-registry.ts';

function builtInRoute({
  pattern,
  methods,
  summary,
  requestSchema,
  responseSchema,
  access,
}: BuiltInRoute): DescribedRoute {
  const named = methods.filter((method) => method !== 'any');
  return {
    pattern,
    methods: named.length < methods.length ? [] : named,
    summary,
    requestSchema,
    responseSchema,
    access,
  };
}

function describedBuiltIn({ service }: BuiltInTarget, principal: Principal): DescribedService | undefined {
  const routes = service.routes
    .filter(({ access }) => mayAskEver(access, principal))
    .map((route) => builtInRoute(route));
  return routes.length === 0 ? undefined : { id: service.id, description: service.description, version: '', routes };
}

function describedService({ definition }: TargetService): DescribedService {
  const { id, description, version } = definition;
  return { id, description, version, routes: definition.routes.map((route) => ({ ...route, access: undefined })) };
}

/** What `principal` may see of services, and reach over HTTP; in the order of their ids, the hub's own first. */
export function describedServices(directory: ServiceDirectory, principal: Principal): readonly DescribedService[] {
  const byId = (one: DescribedService, other: DescribedService): number => (one.id < other.id ? -1 : 1);
  const builtIns = Array.from(directory.builtIns(), (target) => describedBuiltIn(target, principal));
  const registered = Array.from(directory.registered())
    .filter(({ id, definition }) => definition.access !== 'socket' && maySee(principal, id))
    .map((service) => describedService(service));
  return [...builtIns.filter((each) => each !== undefined).toSorted(byId), ...registered.toSorted(byId)];
}
