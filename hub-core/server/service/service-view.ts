import type { ClientId, ConnectionId, ProviderId, ServiceId } from '../../common/base/ids.ts';
import type { Method } from '../../common/protocol/message.ts';

/** How callers may reach a service: over sockets, over the HTTP gateway, or both. The console reaches every service. */
export type ServiceAccess = 'socket' | 'http' | 'both';

export const POLICY_NAMES = ['round-robin', 'least-in-flight', 'two-choices', 'weighted', 'sticky'] as const;
export type PolicyName = (typeof POLICY_NAMES)[number];

/**
 * `saturated`: at `max_in_flight` or over its link's high-water mark. `ejected`: kept out by its circuit breaker, its health
 * or a person. `half-open`: it gets one request at a time, as a trial. `suspect`: its connection leaves a Ping unanswered.
 */
export type ProviderState = 'ready' | 'saturated' | 'draining' | 'ejected' | 'half-open' | 'suspect';

export interface RouteView {
  readonly pattern: string;
  /** Empty: all. */
  readonly methods: readonly Method[];
  readonly summary: string;
}

/** One provider channel as it is now. */
export interface ProviderView {
  readonly id: ProviderId;
  readonly client: ClientId;
  readonly connection: ConnectionId;
  readonly state: ProviderState;
  readonly weight: number;
  readonly inFlight: number;
  /** 0 = no limit. */
  readonly maxInFlight: number;
  readonly calls: number;
  readonly errors: number;
  /** Answers that broke their route's schema; callers got them. */
  readonly warnings: number;
  /** Of its latest answers; null before the first. */
  readonly latencyP50Ms: number | null;
  readonly latencyP95Ms: number | null;
  /** Wall ms of registration. */
  readonly sinceMs: number;
  readonly lastFailure: string | null;
}

/** One service as it is now. */
export interface ServiceView {
  readonly id: ServiceId;
  readonly builtIn: boolean;
  readonly description: string;
  readonly version: string;
  readonly access: ServiceAccess;
  readonly policy: PolicyName;
  readonly routes: readonly RouteView[];
  readonly providers: readonly ProviderView[];
  readonly queued: number;
  readonly calls: number;
  readonly errors: number;
  /** Wall ms since when a remembered service has no provider, else null. */
  readonly emptySinceMs: number | null;
}

/** What happened to the registry. */
export interface ServiceChange {
  readonly event:
    | 'added'
    | 'updated'
    | 'removed'
    | 'provider-added'
    | 'provider-draining'
    | 'provider-removed'
    | 'provider-ejected'
    | 'provider-half-open'
    | 'provider-admitted';
  readonly service: ServiceId;
  /** For the `provider-*` events. */
  readonly provider?: ProviderId;
  readonly client?: ClientId;
  /** For people: why a provider was ejected or let back. */
  readonly reason?: string;
  /** Wall ms. */
  readonly atMs: number;
}
