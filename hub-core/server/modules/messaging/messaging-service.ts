import type { ServiceId } from '../../../common/base/ids.ts';
import { RequestError } from '../../../common/errors/hub-error.ts';
import { Encoding, Method } from '../../../common/protocol/message.ts';
import { jsonPayload } from '../../../common/protocol/payload.ts';
import { noGrant } from '../../service/built-in-access.ts';
import type { BuiltInCall, BuiltInReply, BuiltInService } from '../../service/built-in.ts';
import { schemaOf } from '../../service/schema-of.ts';
import { mayCall } from '../../service/service-registry.ts';
import { broadcastSchema, deliveredSchema, parseMessage, sendSchema } from './message-body.ts';

export interface Letter {
  readonly from: string;
  readonly topic: string;
  /** JSON. */
  readonly payload: Uint8Array;
}

/** What the built-in service `message` does; the messaging module is behind it. */
export interface MessageOperations {
  /** @returns connections that it was written to; undefined when that client has none */
  send(to: string, letter: Letter): number | undefined;
  /**
   * @param service only to connections that provide it
   * @returns connections that it was written to; undefined when nobody provides the service
   */
  broadcast(letter: Letter, service: string | undefined): number | undefined;
}

const SERVICE = 'message';

function delivered(count: number): BuiltInReply {
  return { status: 200, encoding: Encoding.Json, payload: jsonPayload({ delivered: count }) };
}

function send({ message, caller }: BuiltInCall, operations: MessageOperations): BuiltInReply {
  const { principal } = caller;
  if (!mayCall(principal, SERVICE)) {
    throw noGrant(principal, '/message/send', `it takes a grant to call "${SERVICE}" by its name`);
  }
  const { body, payload } = parseMessage(sendSchema, message.payload);
  const count = operations.send(body.to, { from: principal.clientId, topic: body.topic, payload });
  if (count !== undefined) return delivered(count);
  throw new RequestError('NOT_FOUND_ERR', `Cannot send to client "${body.to}": it is not online, try again later`);
}

function broadcast({ message, caller }: BuiltInCall, operations: MessageOperations): BuiltInReply {
  const { body, payload } = parseMessage(broadcastSchema, message.payload);
  const letter = { from: caller.principal.clientId, topic: body.topic, payload };
  const count = operations.broadcast(letter, body.service);
  if (count !== undefined) return delivered(count);
  throw new RequestError(
    'NOT_FOUND_ERR',
    `Cannot broadcast to service "${body.service ?? ''}": nobody provides it; GET /services/ lists what is there`,
  );
}

/** The built-in service `message` (docs/protocol.md, section 5): from one client to another, or to all. */
export function createMessageService(operations: MessageOperations): BuiltInService {
  const shared = { methods: [Method.Post], responseSchema: schemaOf(deliveredSchema) };
  return {
    id: SERVICE as ServiceId,
    description: 'Messages from client to client, which nobody answers',
    routes: [
      {
        ...shared,
        pattern: '/send',
        access: 'client',
        summary: 'Sends a Notice to each connection of a client; takes a grant to call "message"',
        requestSchema: schemaOf(sendSchema),
        handle: (call) => send(call, operations),
      },
      {
        ...shared,
        pattern: '/broadcast',
        access: 'manager',
        summary: 'Sends a Notice to every connection, or to those that provide a service',
        requestSchema: schemaOf(broadcastSchema),
        handle: (call) => broadcast(call, operations),
      },
    ],
  };
}
