import { ServerResponse, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { Flag, Kind, Method } from '../../../common/protocol/message.ts';
import type { UpgradeRequest } from '../websocket/upgrade.ts';
import { encodingOf } from './body-encoding.ts';
import type { GatewayTarget } from './gateway.ts';
import { forwardedHeaders } from './http-headers.ts';
import { sendProblem } from './http-problem.ts';
import type { HttpRelay } from './http-relay.ts';
import { REQUEST_ID, requestIdOf } from './request-id.ts';
import { endSlowly, TunnelAnswer } from './tunnel-answer.ts';

const MESSAGE_ID = 1;
/** Both ends may be silent for days: what is asked after is whether they are there. */
const KEEP_ALIVE_MS = 30_000;

/** A response on a socket that Node's server has given away. It ends the socket. */
function responseOn(request: IncomingMessage, socket: Socket): ServerResponse {
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(socket);
  response.once('finish', () => {
    response.detachSocket(socket);
    endSlowly(socket);
  });
  return response;
}

/**
 * Takes a WebSocket to a service through the hub: its upgrade becomes a Request whose body is what the client sends from then
 * on, and what the provider answers with 101 goes back as it is. Nothing of it is looked into.
 *
 * @param upgrade its socket is this function's from now on
 */
export async function relayUpgrade(http: HttpRelay, target: GatewayTarget, upgrade: UpgradeRequest): Promise<void> {
  const { request, head } = upgrade;
  const { socket } = request;
  const response = responseOn(request, socket);
  socket.on('error', () => socket.destroy());
  try {
    await openTunnel(http, target, { request, response, socket, head });
  } catch (error) {
    sendProblem(request, response, { error, about: { hub: http.deps.hub.id, instance: target.path } });
    throw error;
  }
}

interface TunnelParts {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly socket: Socket;
  /** What came behind the upgrade already. */
  readonly head: Buffer;
}

async function openTunnel(
  http: HttpRelay,
  target: GatewayTarget,
  { request, response, socket, head }: TunnelParts,
): Promise<void> {
  const { clock, codec, headers, hub, creditBytes } = http.deps;
  const receivedMs = clock.nowMs();
  const requestId = requestIdOf(request);
  response.setHeader(REQUEST_ID, requestId);
  const principal = await http.authenticate(request);
  const passed = forwardedHeaders(request, headers, { host: target.host, requestId });
  // It ends at each hop, so it is said anew: from it the provider knows what the body is.
  passed.push({ name: 'upgrade', value: 'websocket' });
  const frame = codec.encode({
    kind: Kind.Request,
    method: Method.Get,
    flags: Flag.Stream,
    encoding: encodingOf(request.headers['content-type']),
    id: MESSAGE_ID,
    timeoutMs: 0,
    uri: target.uri,
    from: principal.clientId,
    headers: passed,
  });
  socket.setNoDelay(true).setKeepAlive(true, KEEP_ALIVE_MS);
  if (head.byteLength > 0) socket.unshift(head);
  const form = { isIsolated: !target.isPage, hub: hub.id };
  const onOpen = (): void => pieces.grant(creditBytes);
  const caller = http.caller(principal, request, (flow) => new TunnelAnswer({ response, socket, form, onOpen }, flow));
  // Without credit before the 101: nobody knows yet what the bytes are. An end is noticed all the same.
  const pieces = http.pieces(caller, socket, { id: MESSAGE_ID, creditBytes: 0 });
  caller.onGrant = (bytes) => pieces.grant(bytes);
  http.send(caller, codec.decode(frame), { receivedMs, line: socket });
  if (!caller.answered) pieces.start();
}
