import type { IncomingMessage, ServerResponse } from 'node:http';
import { ProtocolError, RequestError } from '../../../common/errors/hub-error.ts';
import { Flag, Kind, type Message, type MessageInit } from '../../../common/protocol/message.ts';
import { AnswerCollector } from '../../access/answer-collector.ts';
import { problemResponse } from '../../access/problem-response.ts';
import { admitRequest, assertClientId } from '../../access/request-admission.ts';
import type { HttpCaller } from './http-caller.ts';
import type { HttpRelay } from './http-relay.ts';
import { REQUEST_ID, requestIdOf } from './request-id.ts';

/** The content type of `POST /rpc`, both ways. */
const RPC_CONTENT_TYPE = 'application/vnd.whub.v1+flatbuffers';

function decodeRequest(http: HttpRelay, frame: Uint8Array): Message {
  const message = http.deps.codec.decode(frame);
  if (message.kind !== Kind.Request) throw new ProtocolError('Cannot take the message: /rpc takes a Request');
  assertClientId(message.id);
  return message;
}

/** What policy leaves of the request; undefined when it was refused, which is an answer like any other here. */
function admit(http: HttpRelay, message: Message, caller: HttpCaller): Message | undefined {
  const { relay, headers, codec, hub } = http.deps;
  try {
    if ((message.flags & Flag.Stream) !== 0) {
      throw new RequestError('BAD_REQUEST_ERR', 'Cannot take a stream: /rpc takes a request in one piece only');
    }
    return admitRequest(message, { caller, relay, headers, codec });
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    caller.respond(message.id, problemResponse(error, { hub: hub.id, request: message.id, instance: message.uri }));
    return undefined;
  }
}

/**
 * `POST /rpc`: the body is a Request as a FlatBuffer, and so is the Response, whatever its status is.
 *
 * @throws {HubError} when the body is no Request or the credential is bad: those are answered in HTTP's own terms
 */
export async function relayRpc(http: HttpRelay, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { clock, codec } = http.deps;
  const receivedMs = clock.nowMs();
  response.setHeader(REQUEST_ID, requestIdOf(request));
  const principal = await http.authenticate(request);
  const type = request.headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase();
  if (type !== RPC_CONTENT_TYPE) {
    throw new ProtocolError(`Cannot read a body of type "${type ?? ''}": /rpc takes ${RPC_CONTENT_TYPE}`);
  }
  const frame = await http.body(request, response);
  if (frame === undefined) return;
  const message = decodeRequest(http, frame);
  const { id, flags } = message;
  const deliver = (answer: Message | MessageInit): void => {
    if (response.destroyed) return;
    const bytes = 'frame' in answer ? codec.readdress(answer, id) : codec.encode({ ...answer, id });
    response.writeHead(200, { 'content-type': RPC_CONTENT_TYPE, 'content-length': bytes.byteLength });
    response.end(bytes);
  };
  const { maxBodyBytes: maxBytes } = http;
  const caller = http.caller(
    principal,
    request,
    (flow) => new AnswerCollector({ hubId: http.deps.hub.id, maxBytes, done: deliver, ...flow }),
  );
  const admitted = admit(http, message, caller);
  if (admitted === undefined) return;
  http.send(caller, admitted, { receivedMs, line: response });
  // Nobody will answer it: that it was taken is all there is to say.
  if ((flags & Flag.OneWay) !== 0) response.writeHead(202, { 'content-length': 0 }).end();
}
