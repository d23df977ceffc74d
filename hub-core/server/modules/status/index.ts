import type { z } from 'zod';
import type { ServiceId } from '../../../common/base/ids.ts';
import type { LimitUse, MetricSample, ModuleStatus } from '../../../common/module/module.ts';
import { Encoding, Method } from '../../../common/protocol/message.ts';
import { jsonPayload } from '../../../common/protocol/payload.ts';
import type { AccessLimits, HubIdentity } from '../../access/access-limits.ts';
import { isManager } from '../../roles.ts';
import type { BuiltInAccess, BuiltInCall, BuiltInReply, BuiltInRoute, BuiltInService } from '../../service/built-in.ts';
import { schemaOf } from '../../service/schema-of.ts';
import type { StatsSnapshot } from '../metering/stats-snapshot.ts';
import type { ServiceSnapshot } from '../service-manager/service-snapshot.ts';
import { figuresSchema, infoSchema, modulesSchema, servicesSchema } from './status-schemas.ts';

const PROTOCOL = 'whub.v1';

export interface StatusDeps {
  readonly hub: HubIdentity;
  /** Wall ms. */
  readonly startedAtMs: () => number;
  readonly stats: () => StatsSnapshot;
  readonly services: () => readonly ServiceSnapshot[];
  readonly modules: () => readonly ModuleStatus[];
  /** By the module's name. */
  readonly metrics: () => ReadonlyMap<string, readonly MetricSample[]>;
  readonly limits: () => readonly LimitUse[];
  readonly requestLimits: Pick<AccessLimits, 'maxFrameBytes' | 'defaultTimeoutMs' | 'maxTimeoutMs'>;
}

function json(value: unknown): BuiltInReply {
  return { status: 200, encoding: Encoding.Json, payload: jsonPayload(value) };
}

function info(deps: StatusDeps, { caller: { principal } }: BuiltInCall): Readonly<Record<string, unknown>> {
  const { hub, startedAtMs, requestLimits } = deps;
  return {
    id: hub.id,
    name: hub.name,
    version: hub.version,
    protocol: PROTOCOL,
    started_at: new Date(startedAtMs()).toISOString(),
    client: principal.clientId,
    role: principal.role,
    request_limits: {
      max_frame_bytes: requestLimits.maxFrameBytes,
      default_timeout_ms: requestLimits.defaultTimeoutMs,
      max_timeout_ms: requestLimits.maxTimeoutMs,
    },
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

/** Whose use it is, which may be a client's name or address, is told to managers only. */
function limitDocument({ at, limit, ...use }: LimitUse, tellsWhose: boolean): Readonly<Record<string, unknown>> {
  const document = { ...use, limit: limit === 0 ? null : limit };
  return tellsWhose && at !== undefined ? { ...document, at } : document;
}

function figuresDocument(deps: StatusDeps, call: BuiltInCall): Readonly<Record<string, unknown>> {
  const tellsWhose = isManager(call.caller.principal);
  const limits = deps.limits().map((use) => limitDocument(use, tellsWhose));
  return { ...info(deps, call), ...figures(deps.stats()), limits };
}

function modulesDocument(deps: StatusDeps): Readonly<Record<string, unknown>> {
  const metrics = deps.metrics();
  const modules = deps.modules().map(({ name, state, health, dependsOn }) => ({
    name,
    state,
    health,
    depends_on: dependsOn,
    metrics: metrics.get(name) ?? [],
  }));
  return { modules };
}

interface StatusRoute {
  readonly summary: string;
  readonly schema: z.ZodType;
  readonly value: (call: BuiltInCall) => unknown;
}

function get(pattern: string, access: BuiltInAccess, { summary, schema, value }: StatusRoute): BuiltInRoute {
  return {
    pattern,
    methods: [Method.Get],
    access,
    summary,
    responseSchema: schemaOf(schema),
    handle: (call) => json(value(call)),
  };
}

/** The built-in service `status`: how the hub is doing, for whoever may know. */
export function createStatusService(deps: StatusDeps): BuiltInService {
  return {
    id: 'status' as ServiceId,
    description: 'How the hub is doing',
    routes: [
      get('/info', 'anonymous', {
        summary: 'Which hub this is, and who asks',
        schema: infoSchema,
        value: (call) => info(deps, call),
      }),
      get('/', 'client', {
        summary: 'Counts, rates, latencies, and how near each limit is',
        schema: figuresSchema,
        value: (call) => figuresDocument(deps, call),
      }),
      get('/services', 'client', {
        summary: 'Health of each service',
        schema: servicesSchema,
        value: () => ({ services: deps.services().map((service) => serviceHealth(service)) }),
      }),
      get('/modules', 'manager', {
        summary: 'State of each module, and what it counts',
        schema: modulesSchema,
        value: () => modulesDocument(deps),
      }),
    ],
  };
}
