import { ProtocolError, RequestError } from '../../common/errors/hub-error.ts';
import type { Codec } from '../../common/protocol/codec.ts';
import { HUB_ID_BIT, type Message } from '../../common/protocol/message.ts';
import type { Caller, Relay } from '../relay.ts';
import type { HeaderPolicy } from './header-policy.ts';
import { rebuiltMessage } from './rebuilt-message.ts';

/** No client id is longer, whatever is claimed to be one. */
const MAX_SHOWN = 64;

export interface Admission {
  readonly caller: Caller;
  readonly relay: Relay;
  readonly headers: HeaderPolicy;
  /** Writes what has to be rebuilt. */
  readonly codec: Codec;
}

/** @throws {ProtocolError} when a Request carries an id that its sender may not choose */
export function assertClientId(id: number): void {
  if (id === 0 || id >= HUB_ID_BIT) {
    throw new ProtocolError(
      `Cannot accept request id "${String(id)}": a client chooses ids from 1 to ${String(HUB_ID_BIT - 1)}`,
    );
  }
}

/**
 * Checks what a client may not claim, in the order of docs/protocol.md, section 4: the id's form, the id in flight, `from`.
 *
 * @returns the message to relay: itself, unless `from` had to be filled in or a header dropped
 * @throws {ProtocolError} for which the connection ends
 * @throws {RequestError} CONFLICT_ERR or FORBIDDEN_ERR, for which the request is refused
 */
export function admitRequest(message: Message, { caller, relay, headers: policy, codec }: Admission): Message {
  assertClientId(message.id);
  if (relay.isInFlight(caller.connectionId, message.id)) {
    throw new RequestError(
      'CONFLICT_ERR',
      `Cannot accept request id "${String(message.id)}": a request with it is still in flight`,
    );
  }
  const { clientId } = caller.principal;
  const { from, headers } = message;
  if (from !== undefined && from !== clientId) {
    throw new RequestError(
      'FORBIDDEN_ERR',
      `Cannot send a request from "${from.slice(0, MAX_SHOWN)}": this session is of client "${clientId}"`,
    );
  }
  const kept = policy.ofRequest(headers);
  if (from !== undefined && kept === headers) return message;
  return rebuiltMessage(message, codec, { from: clientId, headers: kept });
}

/** A provider's Response without the headers that may not pass. */
export function admitResponse(message: Message, { headers, codec }: Pick<Admission, 'headers' | 'codec'>): Message {
  const kept = headers.ofAnswer(message.headers);
  return kept === message.headers ? message : rebuiltMessage(message, codec, { headers: kept });
}
