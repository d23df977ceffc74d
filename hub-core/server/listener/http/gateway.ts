import type { IncomingMessage, ServerResponse } from 'node:http';
import { RequestError } from '../../../common/errors/hub-error.ts';
import { STATUS_OF } from '../../../common/errors/status.ts';
import {
  EMPTY_BYTES,
  Encoding,
  Flag,
  Kind,
  Method,
  NO_HEADERS,
  type Message,
  type MessageInit,
} from '../../../common/protocol/message.ts';
import { parseMethod } from '../../../common/protocol/words.ts';
import type { RequestTarget } from '../request-target.ts';
import { contentTypeOf, encodingOf } from './body-encoding.ts';
import { forwardedHeaders, returnHeaders } from './http-headers.ts';
import { MethodError, retryAfterSeconds } from './http-problem.ts';
import type { HttpRelay } from './http-relay.ts';

/** Isolates a provider's pages from the console, which lives at the same origin: their scripts run in an origin of none. */
const PROVIDER_PAGE_POLICY = 'sandbox allow-downloads allow-forms allow-modals allow-popups allow-scripts';

/** Methods that HTTP and the protocol have in common. */
export const GATEWAY_METHODS = 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS';
const MAX_U32 = 0xffff_ffff;
const STATUS_WITH_RETRY: ReadonlySet<number> = new Set([429, 503]);
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

function hasNoBody(status: number): boolean {
  return status === 204 || status === 304;
}

/** The hub says in milliseconds, HTTP in seconds, when to come back. */
function retryAfter(answer: Message | MessageInit): string | undefined {
  if ('frame' in answer || !STATUS_WITH_RETRY.has(answer.status ?? 0)) return undefined;
  const problem: unknown = JSON.parse(new TextDecoder().decode(answer.payload));
  return typeof problem === 'object' && problem !== null && 'retry_after_ms' in problem
    ? retryAfterSeconds(problem.retry_after_ms)
    : undefined;
}

/** Of a HEAD without a body the provider alone knows how long that would have been. */
function headLength({ headers = NO_HEADERS, payload = EMPTY_BYTES }: Message | MessageInit): string {
  const declared = headers.find(({ name }) => name === 'content-length')?.value ?? '';
  return payload.byteLength === 0 && /^\d+$/.test(declared) ? declared : String(payload.byteLength);
}

function writeHeaders(answer: Message | MessageInit, response: ServerResponse): void {
  const { headers = NO_HEADERS, payload = EMPTY_BYTES, encoding = Encoding.Bytes } = answer;
  returnHeaders(headers, response);
  // The hub's own answers are no pages, and come without a frame.
  if ('frame' in answer) response.appendHeader('content-security-policy', PROVIDER_PAGE_POLICY);
  const seconds = response.hasHeader('retry-after') ? undefined : retryAfter(answer);
  if (seconds !== undefined) response.setHeader('retry-after', seconds);
  if (payload.byteLength > 0 && !response.hasHeader('content-type')) {
    response.setHeader('content-type', contentTypeOf(encoding));
  }
}

function writeAnswer(answer: Message | MessageInit, response: ServerResponse): void {
  const { payload = EMPTY_BYTES } = answer;
  // The service layer lets no other than a final status of HTTP pass.
  response.statusCode = answer.status ?? STATUS_OF.INTERNAL_ERR;
  writeHeaders(answer, response);
  if (response.req.method === 'HEAD') {
    response.setHeader('content-length', headLength(answer));
    response.end();
  } else if (hasNoBody(response.statusCode)) {
    response.end();
  } else {
    response.setHeader('content-length', payload.byteLength);
    response.end(payload);
  }
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
  const payload = await http.body(request, response);
  if (payload === undefined) return;
  const frame = codec.encode({
    kind: Kind.Request,
    method,
    flags,
    encoding: encodingOf(request.headers['content-type']),
    id: REQUEST_ID,
    timeoutMs,
    uri: target.uri,
    from: principal.clientId,
    headers: forwardedHeaders(request, headers),
    payload,
  });
  const caller = http.caller(principal, response, writeAnswer);
  http.send(caller, codec.decode(frame), { receivedMs, response });
}
