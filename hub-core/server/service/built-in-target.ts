import { ALL_METHODS, RouteTable } from '../../common/route/route-table.ts';
import type { Method } from '../../common/protocol/message.ts';
import type { BuiltInRoute, BuiltInService } from './built-in.ts';
import type { ServiceView } from './service-view.ts';

function methodsOf(route: BuiltInRoute): readonly Method[] {
  return ALL_METHODS.filter((method) => route.methods.includes('any') || route.methods.includes(method));
}

/** A service of the hub's own, with its routes compiled. */
export class BuiltInTarget {
  readonly service: BuiltInService;
  readonly routes = new RouteTable<BuiltInRoute>();
  calls = 0;
  errors = 0;

  constructor(service: BuiltInService) {
    this.service = service;
    for (const route of service.routes) this.routes.add(route.pattern, methodsOf(route), route);
  }

  view(): ServiceView {
    const { id, description, routes } = this.service;
    return {
      id,
      builtIn: true,
      description,
      version: '',
      access: 'both',
      policy: 'round-robin',
      routes: routes.map((route) => ({ pattern: route.pattern, methods: methodsOf(route), summary: route.summary })),
      providers: [],
      queued: 0,
      calls: this.calls,
      errors: this.errors,
      emptySinceMs: null,
    };
  }
}
