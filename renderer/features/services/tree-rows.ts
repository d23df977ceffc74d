import type { ProviderRow, ServiceRow } from '../../../hub-core/console/contract/hub-contract.ts';

export type Route = ServiceRow['routes'][number];

/** One visible line of the tree. */
export type TreeRow = { readonly id: string; readonly service: ServiceRow } & (
  | { readonly kind: 'service'; readonly open: boolean }
  | { readonly kind: 'route'; readonly route: Route }
  | { readonly kind: 'provider'; readonly provider: ProviderRow }
);

/** The lines to show: services, and below open ones their routes and providers. */
export function treeRows(services: readonly ServiceRow[], openIds: ReadonlySet<string>): readonly TreeRow[] {
  return services.flatMap((service): TreeRow[] => {
    const open = openIds.has(service.id);
    const head: TreeRow = { id: service.id, kind: 'service', service, open };
    if (!open) return [head];
    return [
      head,
      ...service.routes.map((route): TreeRow => ({
        id: `${service.id} ${route.pattern}`,
        kind: 'route',
        service,
        route,
      })),
      ...service.providers.map((provider): TreeRow => ({ id: provider.id, kind: 'provider', service, provider })),
    ];
  });
}

/** `GET PUT`, or `any` for a route without methods. */
export const methodsText = (route: Route): string => (route.methods.length === 0 ? 'any' : route.methods.join(' '));

/** A uri to start from: the pattern under its service, its parameters left in place. */
export function routeUri(service: string, pattern: string): string {
  return `/${service}${pattern === '/' ? '/' : pattern}`;
}
