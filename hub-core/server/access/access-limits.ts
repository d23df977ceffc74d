/** What the access layer keeps to; docs/protocol.md, section 9. 0 means no limit. */
export interface AccessLimits {
  readonly maxFrameBytes: number;
  readonly handshakeTimeoutMs: number;
  readonly heartbeatMs: number;
  readonly defaultTimeoutMs: number;
  readonly maxTimeoutMs: number;
  readonly maxInFlightPerConnection: number;
  readonly maxHeldMessages: number;
  readonly maxHeldBytes: number;
  readonly maxOutgoingBytes: number;
  readonly maxHeldRequestBytes: number;
  readonly creditBytes: number;
}

/** How the hub presents itself. */
export interface HubIdentity {
  readonly id: string;
  readonly name: string;
  readonly version: string;
}

/** A limit as something to compare with: 0 means that there is none. */
export function orNone(limit: number): number {
  return limit === 0 ? Number.POSITIVE_INFINITY : limit;
}
