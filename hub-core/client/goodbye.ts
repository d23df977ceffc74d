import { ProtocolError } from '../common/errors/hub-error.ts';
import type { Message } from '../common/protocol/message.ts';
import { parseJsonPayload } from '../common/protocol/payload.ts';

/** The last message of a connection, read. */
export interface Goodbye {
  readonly status: number;
  readonly text: string;
  /** How long the hub asks to stay away, ms; 0 when it does not say. */
  readonly retryAfterMs: number;
  /** The hub does not want this client, now or later. */
  readonly isRefusal: boolean;
}

function membersOf(payload: Uint8Array): { readonly detail: unknown; readonly retryAfterMs: unknown } {
  if (payload.length === 0) return { detail: undefined, retryAfterMs: undefined };
  try {
    const value = parseJsonPayload(payload);
    if (typeof value !== 'object' || value === null) return { detail: undefined, retryAfterMs: undefined };
    return { detail: Reflect.get(value, 'detail'), retryAfterMs: Reflect.get(value, 'retry_after_ms') };
  } catch (error) {
    // The status alone says enough: the connection ends either way.
    if (error instanceof ProtocolError) return { detail: error.message, retryAfterMs: undefined };
    throw error;
  }
}

export function parseGoodbye(message: Message): Goodbye {
  const { status } = message;
  const { detail, retryAfterMs } = membersOf(message.payload);
  const fallback = status === 0 ? 'the hub left' : `the hub left with ${String(status)}`;
  return {
    status,
    text: typeof detail === 'string' && detail !== '' ? detail : fallback,
    retryAfterMs: typeof retryAfterMs === 'number' && retryAfterMs > 0 ? retryAfterMs : 0,
    isRefusal: status === 401 || status === 403,
  };
}
