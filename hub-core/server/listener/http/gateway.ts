import type { IncomingMessage, ServerResponse } from 'node:http';
import { RequestError } from '../../../common/errors/hub-error.ts';
import { EMPTY_BYTES, Flag, Kind, Method } from '../../../common/protocol/message.ts';
import { parseMethod } from '../../../common/protocol/words.ts';
import type { RequestTarget } from '../request-target.ts';
import { encodingOf } from './body-encoding.ts';
import { GatewayAnswer } from './gateway-answer.ts';
import { forwardedHeaders } from './http-headers.ts';
import { MethodError } from './http-problem.ts';
import type { HttpRelay } from './http-relay.ts';
import { isUpload } from './upload.ts';

/** Methods that HTTP and the protocol have in common. */
export const GATEWAY_METHODS = 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS';
const MAX_U32 = 0xffff_ffff;
/** The caller of an HTTP request makes no other, so any id of a client's will do. */
const REQUEST_ID = 1;

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

/**
 * Turns `<METHOD> /<service>/<route>?query` into a Request, and its Response back; docs/protocol.md, section 8.
 *
 * @throws {HubError} for what is refused before it is a Request
 */
export async function relayHttp(
  http: HttpRelay,
  target: RequestTarget,
  [request, response]: readonly [IncomingMessage, ServerResponse],
): Promise<void> {
  const { clock, codec, headers } = http.deps;
  const receivedMs = clock.nowMs();
  const principal = await http.authenticate(request);
  const method = methodOf(request.method);
  const timeoutMs = budgetOf(request.headers['whub-timeout-ms']?.toString());
  const flags = flagsOf(request.headers['whub-idempotent']?.toString());
  const streams = isUpload(request) && http.deps.takesStream(target.uri, method);
  const payload = streams ? EMPTY_BYTES : await http.body(request, response);
  if (payload === undefined) return;
  const frame = codec.encode({
    kind: Kind.Request,
    method,
    flags: streams ? flags | Flag.Stream : flags,
    encoding: encodingOf(request.headers['content-type']),
    id: REQUEST_ID,
    timeoutMs,
    uri: target.uri,
    from: principal.clientId,
    headers: forwardedHeaders(request, headers),
    payload,
  });
  const caller = http.caller(principal, response, (flow) => new GatewayAnswer(response, flow));
  const upload = streams ? http.upload(caller, request, REQUEST_ID) : undefined;
  http.send(caller, codec.decode(frame), { receivedMs, response });
  if (caller.answered || upload === undefined) return;
  http.sayContinue(request, response);
  upload.start();
}
