/** One connection as the console lists it. Times are wall ms. */
export interface ConnectionSnapshot {
  readonly id: string;
  readonly state: 'handshaking' | 'open' | 'draining' | 'closed';
  readonly client: string | null;
  readonly role: string;
  readonly part: 'idle' | 'caller' | 'provider' | 'both';
  readonly agent: string;
  readonly transport: string;
  readonly subprotocol: string;
  readonly remoteAddress: string;
  readonly connectedAtMs: number;
  readonly closedAtMs: number | null;
  readonly closeReason: string | null;
  readonly messagesIn: number;
  readonly messagesOut: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly inFlight: number;
  /** Its requests that were answered with an error. */
  readonly errors: number;
  readonly bufferedBytes: number;
  readonly lastMessageAtMs: number | null;
  readonly services: readonly string[];
}
