import type { ServiceId } from '../../../common/base/ids.ts';
import type { ModuleStatus } from '../../../common/module/module.ts';
import { Encoding, Method } from '../../../common/protocol/message.ts';
import { jsonPayload } from '../../../common/protocol/payload.ts';
import type { HubIdentity } from '../../access/access-limits.ts';
import type { BuiltInAccess, BuiltInReply, BuiltInRoute, BuiltInService } from '../../service/built-in.ts';
import type { StatsSnapshot } from '../metering/stats-snapshot.ts';
import type { ServiceSnapshot } from '../service-manager/service-snapshot.ts';

const PROTOCOL = 'whub.v1';

export interface StatusDeps {
  readonly hub: HubIdentity;
  /** Wall ms. */
  readonly startedAtMs: () => number;
  readonly stats: () => StatsSnapshot;
  readonly services: () => readonly ServiceSnapshot[];
  readonly modules: () => readonly ModuleStatus[];
}

function json(value: unknown): BuiltInReply {
  return { status: 200, encoding: Encoding.Json, payload: jsonPayload(value) };
}

function info({ hub, startedAtMs }: StatusDeps): Readonly<Record<string, unknown>> {
  return {
    id: hub.id,
    name: hub.name,
    version: hub.version,
    protocol: PROTOCOL,
    started_at: new Date(startedAtMs()).toISOString(),
  };
}

function figures(stats: StatsSnapshot): Readonly<Record<string, unknown>> {
  return {
    connections: stats.connections,
    clients: stats.clients,
    services: stats.services,
    providers: stats.providers,
    in_flight: stats.inFlight,
    queued: stats.queued,
    requests_per_sec: stats.requestsPerSec,
    replies_per_sec: stats.repliesPerSec,
    errors_per_sec: stats.errorsPerSec,
    latency_ms: { p50: stats.latencyP50Ms, p95: stats.latencyP95Ms, p99: stats.latencyP99Ms },
    event_loop_delay_ms: stats.eventLoopDelayMs,
    rss_bytes: stats.rssBytes,
  };
}

function serviceHealth(service: ServiceSnapshot): Readonly<Record<string, unknown>> {
  const ready = service.providers.filter(({ state }) => state === 'ready').length;
  const health = service.builtIn || ready > 0 ? 'serving' : service.providers.length > 0 ? 'degraded' : 'not-serving';
  return {
    id: service.id,
    built_in: service.builtIn,
    health,
    providers: service.providers.length,
    ready,
    queued: service.queued,
    calls: service.calls,
    errors: service.errors,
  };
}

function moduleDocument({ name, state, health, dependsOn }: ModuleStatus): Readonly<Record<string, unknown>> {
  return { name, state, health, depends_on: dependsOn };
}

/** The built-in service `status`: how the hub is doing, for whoever may know. */
export function createStatusService(deps: StatusDeps): BuiltInService {
  const get = (
    pattern: string,
    access: BuiltInAccess,
    route: { summary: string; value: () => unknown },
  ): BuiltInRoute => ({
    pattern,
    methods: [Method.Get],
    access,
    summary: route.summary,
    handle: () => json(route.value()),
  });
  return {
    id: 'status' as ServiceId,
    description: 'How the hub is doing',
    routes: [
      get('/info', 'anonymous', { summary: 'Which hub this is', value: () => info(deps) }),
      get('/', 'client', {
        summary: 'Counts, rates and latencies',
        value: () => ({ ...info(deps), ...figures(deps.stats()) }),
      }),
      get('/services', 'client', {
        summary: 'Health of each service',
        value: () => ({ services: deps.services().map((service) => serviceHealth(service)) }),
      }),
      get('/modules', 'manager', {
        summary: 'State of each module',
        value: () => ({ modules: deps.modules().map((module) => moduleDocument(module)) }),
      }),
    ],
  };
}
