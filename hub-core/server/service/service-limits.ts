import { DEFAULT_RESILIENCE_LIMITS, type ResilienceLimits } from './resilience/resilience-limits.ts';

/** What the service layer keeps to; docs/protocol.md, section 9. 0 means no limit. */
export interface ServiceLimits {
  /** Budget of a request that names none. */
  readonly defaultTimeoutMs: number;
  /** Longest budget; more is cut down to it. */
  readonly maxTimeoutMs: number;
  /** Requests of one caller's connection in flight at a time. */
  readonly maxInFlightPerConnection: number;
  /** Requests at one provider channel that sets no `max_in_flight` of its own. */
  readonly maxInFlightPerChannel: number;
  /** Requests of one service that wait for a free channel. */
  readonly queueMessages: number;
  readonly queueBytes: number;
  /** Times that a request is handed to another provider after one was lost. Here 0 means never. */
  readonly retries: number;
  /** How long a service without providers is remembered. Here 0 means not at all. */
  readonly rememberMs: number;
  /** Registered services of one hub. */
  readonly maxServices: number;
  /** Initial credit of each direction of a stream, bytes. */
  readonly creditBytes: number;
  /** Most outstanding credit of each direction of a stream, bytes. */
  readonly maxStreamWindowBytes: number;
  /** Largest body that is held to a route's schema, bytes. */
  readonly maxCheckedBytes: number;
  readonly resilience: ResilienceLimits;
}

export const DEFAULT_SERVICE_LIMITS: ServiceLimits = Object.freeze({
  defaultTimeoutMs: 30_000,
  maxTimeoutMs: 600_000,
  maxInFlightPerConnection: 4_096,
  maxInFlightPerChannel: 1_024,
  queueMessages: 1_024,
  queueBytes: 64 << 20,
  retries: 2,
  rememberMs: 60_000,
  maxServices: 10_000,
  creditBytes: 256 << 10,
  maxStreamWindowBytes: 1 << 20,
  maxCheckedBytes: 1 << 20,
  resilience: DEFAULT_RESILIENCE_LIMITS,
});
