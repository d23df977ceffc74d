import { ProtocolError } from '../common/errors/hub-error.ts';
import { Encoding, Kind, type Message, type MessageInit } from '../common/protocol/message.ts';
import { jsonPayload, parseJsonPayload } from '../common/protocol/payload.ts';

const REFUSED = 401;
/** Requests under way at a time; a browser lets six of them out at once. */
const MAX_IN_FLIGHT = 256;
/** What streams begin with; there are none over HTTP, but a Welcome says it. */
const CREDIT_BYTES = 262_144;

type Members = Readonly<Record<string, unknown>>;

/** What a Hello says of who says it. */
export interface Identity {
  readonly client: string | undefined;
  /** A key or a token; undefined for the anonymous. */
  readonly secret: string | undefined;
}

function membersOf(payload: Uint8Array): Members {
  const value = parseJsonPayload(payload);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Members;
  throw new ProtocolError('Cannot read the answer of the hub: it is no object');
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
const numberOf = (value: unknown): number => (typeof value === 'number' ? value : 0);

export function identityIn(hello: Message): Identity {
  const { client, key, token } = membersOf(hello.payload);
  return { client: textOf(client), secret: textOf(key) ?? textOf(token) };
}

/** @param payload a problem document as JSON, passed on as it is */
export function goodbye(status: number, payload: Uint8Array): MessageInit {
  return { kind: Kind.Goodbye, status, encoding: Encoding.Json, payload };
}

/** How the hub would refuse that, were it asked over a connection. */
export function refusal(detail: string): MessageInit {
  return goodbye(REFUSED, jsonPayload({ status: REFUSED, detail }));
}

/**
 * The answer to a Hello, made of what `GET /status/info` told: there is no session, and what does not begin with a request
 * does not exist.
 *
 * @returns a Goodbye when the credential is another client's
 * @throws {ProtocolError} when it is no such answer
 */
export function greeting(info: Uint8Array, { client: claimed }: Identity): MessageInit {
  const { id, name, version, client, role, request_limits: limits } = membersOf(info);
  const known = textOf(client);
  if (known === undefined) throw new ProtocolError('Cannot read the answer of the hub: it does not say who asks');
  if (claimed !== undefined && claimed !== known) {
    return refusal(`Cannot accept the credential for client "${claimed}": it belongs to another client`);
  }
  const { max_frame_bytes: maxFrameBytes } = typeof limits === 'object' && limits !== null ? (limits as Members) : {};
  const welcome = {
    session: 'http',
    client: known,
    role,
    hub: { id, name, version },
    limits: { max_frame_bytes: numberOf(maxFrameBytes), max_in_flight: MAX_IN_FLIGHT, credit_bytes: CREDIT_BYTES },
    heartbeat_ms: 0,
  };
  return { kind: Kind.Welcome, encoding: Encoding.Json, payload: jsonPayload(welcome) };
}
