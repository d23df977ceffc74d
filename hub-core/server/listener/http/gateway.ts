import type { IncomingMessage, ServerResponse } from 'node:http';
import { RequestError } from '../../../common/errors/hub-error.ts';
import { EMPTY_BYTES, Flag, Kind, Method } from '../../../common/protocol/message.ts';
import { parseMethod } from '../../../common/protocol/words.ts';
import type { RequestTarget } from '../request-target.ts';
import { encodingOf } from './body-encoding.ts';
import { GatewayAnswer } from './gateway-answer.ts';
import { forwardedHeaders } from './http-headers.ts';
import { MethodError } from './http-problem.ts';
import { REQUEST_ID, requestIdOf } from './request-id.ts';
import type { Asked, HttpRelay } from './http-relay.ts';
import { isUpload } from './upload.ts';

/** Where a request goes, and how its answer is shown. */
export interface GatewayTarget extends RequestTarget {
  /** Its host is a place for clients' pages alone. */
  readonly isPage: boolean;
}

/** Methods that HTTP and the protocol have in common. */
export const GATEWAY_METHODS = 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS';
const MAX_U32 = 0xffff_ffff;
/** The caller of an HTTP request makes no other, so any id of a client's will do. */
const MESSAGE_ID = 1;

function budgetOf(value: string | undefined): number {
  if (value === undefined) return 0;
  const budgetMs = /^\d{1,10}$/.test(value) ? Number(value) : 0;
  if (budgetMs === 0 || budgetMs > MAX_U32) {
    throw new RequestError(
      'BAD_REQUEST_ERR',
      `Cannot use whub-timeout-ms "${value}": it is a number of milliseconds from 1`,
    );
  }
  return budgetMs;
}

function flagsOf(value: string | undefined): number {
  if (value === undefined || value === '0') return 0;
  if (value === '1') return Flag.Idempotent;
  throw new RequestError('BAD_REQUEST_ERR', `Cannot use whub-idempotent "${value}": it is 1 or 0`);
}

function methodOf(word: string | undefined): Method {
  const method = parseMethod(word ?? '');
  if (method !== undefined && method !== Method.Call) return method;
  throw new MethodError(word, GATEWAY_METHODS);
}

/** How a body is read: in pieces where that is taken, and not at all for whoever may not ask, if it is long. */
function bodyForm(http: HttpRelay, request: IncomingMessage, asked: Asked): 'pieces' | 'whole' | 'unread' {
  if (!isUpload(request)) return 'whole';
  if (http.deps.takesStream(asked.message.uri, asked.message.method)) return 'pieces';
  return http.deps.refuses(asked) ? 'unread' : 'whole';
}

/**
 * Turns `<METHOD> /<service>/<route>?query` into a Request, and its Response back; docs/protocol.md, section 8.
 *
 * @throws {HubError} for what is refused before it is a Request
 */
export async function relayHttp(
  http: HttpRelay,
  target: GatewayTarget,
  [request, response]: readonly [IncomingMessage, ServerResponse],
): Promise<void> {
  const { clock, codec, headers } = http.deps;
  const receivedMs = clock.nowMs();
  const requestId = requestIdOf(request);
  response.setHeader(REQUEST_ID, requestId);
  const principal = await http.authenticate(request);
  const method = methodOf(request.method);
  const timeoutMs = budgetOf(request.headers['whub-timeout-ms']?.toString());
  const flags = flagsOf(request.headers['whub-idempotent']?.toString());
  const message = { uri: target.uri, method };
  const bodyIs = bodyForm(http, request, { caller: { principal, via: 'http' }, message });
  const streams = bodyIs === 'pieces';
  const payload = bodyIs === 'whole' ? await http.body(request, response) : EMPTY_BYTES;
  if (payload === undefined) return;
  const passed = forwardedHeaders(request, headers, { host: target.host, requestId });
  const length = request.headers['content-length'];
  // Of a body in pieces nothing else says how long it will be.
  if (streams && length !== undefined) passed.push({ name: 'content-length', value: length });
  const frame = codec.encode({
    kind: Kind.Request,
    method,
    flags: streams ? flags | Flag.Stream : flags,
    encoding: encodingOf(request.headers['content-type']),
    id: MESSAGE_ID,
    timeoutMs,
    uri: target.uri,
    from: principal.clientId,
    headers: passed,
    payload,
  });
  const form = { isIsolated: !target.isPage, hub: http.deps.hub.id };
  const caller = http.caller(principal, request, (flow) => new GatewayAnswer(response, flow, form));
  const upload = streams ? http.upload(caller, request, MESSAGE_ID) : undefined;
  http.send(caller, codec.decode(frame), { receivedMs, line: response });
  if (caller.answered || upload === undefined) return;
  http.sayContinue(request, response);
  upload.start();
}
