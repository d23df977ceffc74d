import { ProtocolError } from '../common/errors/hub-error.ts';
import { parseJsonPayload } from '../common/protocol/payload.ts';

/** What the hub says when it lets a connection in. */
export interface Welcome {
  readonly session: string;
  /** The client that this connection is, also when only a key was given. */
  readonly client: string;
  readonly role: string;
  readonly hub: { readonly id: string; readonly name: string; readonly version: string };
  readonly limits: {
    readonly maxFrameBytes: number;
    readonly maxInFlight: number;
    /** Bytes of a stream that may be sent before the first Credit, in each direction. */
    readonly creditBytes: number;
  };
  readonly heartbeatMs: number;
}

type Members = Readonly<Record<string, unknown>>;

function member(of: Members, name: string): unknown {
  return Object.hasOwn(of, name) ? of[name] : undefined;
}

function text(of: Members, name: string): string {
  const value = member(of, name);
  if (typeof value === 'string') return value;
  throw new ProtocolError(`Cannot read Welcome: "${name}" is no string`);
}

function count(of: Members, name: string): number {
  const value = member(of, name);
  if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return value;
  throw new ProtocolError(`Cannot read Welcome: "${name}" is no number of 0 or more`);
}

function members(value: unknown, name: string): Members {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Members;
  throw new ProtocolError(`Cannot read Welcome: "${name}" is no object`);
}

/**
 * Members that this client does not know are ignored, so that a newer hub can say more.
 *
 * @throws {ProtocolError} when something that is needed is missing
 */
export function parseWelcome(payload: Uint8Array): Welcome {
  const root = members(parseJsonPayload(payload), 'payload');
  const hub = members(member(root, 'hub'), 'hub');
  const limits = members(member(root, 'limits'), 'limits');
  return {
    session: text(root, 'session'),
    client: text(root, 'client'),
    role: text(root, 'role'),
    hub: { id: text(hub, 'id'), name: text(hub, 'name'), version: text(hub, 'version') },
    limits: {
      maxFrameBytes: count(limits, 'max_frame_bytes'),
      maxInFlight: count(limits, 'max_in_flight'),
      creditBytes: count(limits, 'credit_bytes'),
    },
    heartbeatMs: count(root, 'heartbeat_ms'),
  };
}
