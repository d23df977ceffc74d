import type { Method } from '../../common/protocol/message.ts';
import { methodWord } from '../../common/protocol/words.ts';
import type { BuiltInTarget } from './built-in-target.ts';
import type { TargetService } from './relayed-exchange.ts';
import type { ProviderView } from './service-view.ts';

function routesDocument(service: TargetService): unknown {
  return service.definition.routes.map((route) => ({
    pattern: route.pattern,
    ...(route.methods.length === 0 ? {} : { methods: route.methods.map((method) => methodWord(method)) }),
    summary: route.summary,
    request_schema: route.requestSchema,
    response_schema: route.responseSchema,
    idempotent: route.idempotent,
    timeout_ms: route.timeoutMs,
    stream: route.stream,
  }));
}

/** One provider channel, as the routes below `/services` show it. */
export function providerDocument(provider: ProviderView): unknown {
  return {
    provider: provider.id,
    client: provider.client,
    state: provider.state,
    weight: provider.weight,
    in_flight: provider.inFlight,
    max_in_flight: provider.maxInFlight,
    calls: provider.calls,
    errors: provider.errors,
    warnings: provider.warnings,
    latency_p50_ms: provider.latencyP50Ms,
    latency_p95_ms: provider.latencyP95Ms,
    since_ms: provider.sinceMs,
    last_failure: provider.lastFailure,
  };
}

/** A registered service. */
export function serviceDocument(service: TargetService): Readonly<Record<string, unknown>> {
  const { definition } = service;
  return {
    id: service.id,
    description: definition.description,
    version: definition.version,
    access: definition.access,
    policy: definition.policy,
    sticky_header: definition.stickyHeader,
    metadata: definition.metadata,
    creator: service.creator,
    routes: routesDocument(service),
    providers: service.channels.length,
    queued: service.queue.size,
    empty_since_ms: service.emptySinceMs,
  };
}

/** A service of the hub's own. */
export function builtInDocument({ service }: BuiltInTarget): unknown {
  return {
    id: service.id,
    built_in: true,
    description: service.description,
    routes: service.routes.map((route) => ({
      pattern: route.pattern,
      ...(route.methods.includes('any') ? {} : { methods: route.methods.map((each) => methodWordOf(each)) }),
      summary: route.summary,
      access: route.access,
      request_schema: route.requestSchema,
      response_schema: route.responseSchema,
    })),
  };
}

const methodWordOf = (method: Method | 'any'): string => (method === 'any' ? method : methodWord(method));
