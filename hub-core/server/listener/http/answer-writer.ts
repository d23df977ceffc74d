import type { ServerResponse } from 'node:http';
import { STATUS_OF } from '../../../common/errors/status.ts';
import {
  EMPTY_BYTES,
  Encoding,
  Flag,
  NO_HEADERS,
  type Message,
  type MessageInit,
} from '../../../common/protocol/message.ts';
import { CHALLENGES } from '../../access/bearer.ts';
import { contentTypeOf } from './body-encoding.ts';
import { returnHeaders } from './http-headers.ts';
import { endLingering, retryAfterSeconds } from './http-problem.ts';

/** Isolates a provider's pages from the console, which lives at the same origin: their scripts run in an origin of none. */
const PROVIDER_PAGE_POLICY = 'sandbox allow-downloads allow-forms allow-modals allow-popups allow-scripts';
const STATUS_WITH_RETRY: ReadonlySet<number> = new Set([429, 503]);

/** True when Data follow. */
export function isStream({ flags = 0 }: Message | MessageInit): boolean {
  return (flags & Flag.Stream) !== 0;
}

/** The answer to a HEAD, 204 and 304 have no body in HTTP, whatever a provider sends. */
export function hasNoBody({ status }: Message | MessageInit, { req }: ServerResponse): boolean {
  return req.method === 'HEAD' || status === 204 || status === 304;
}

/** The hub says in milliseconds, HTTP in seconds, when to come back. */
function retryAfter(answer: MessageInit): string | undefined {
  if (!STATUS_WITH_RETRY.has(answer.status ?? 0)) return undefined;
  const problem: unknown = JSON.parse(new TextDecoder().decode(answer.payload));
  return typeof problem === 'object' && problem !== null && 'retry_after_ms' in problem
    ? retryAfterSeconds(problem.retry_after_ms)
    : undefined;
}

/** What a provider says of its body's length, bytes; undefined when it says nothing, or two things. */
export function declaredLength({ headers = NO_HEADERS }: Message | MessageInit): number | undefined {
  const [declared, another] = headers.filter(({ name }) => name === 'content-length');
  if (declared === undefined || another !== undefined || !/^\d{1,15}$/.test(declared.value)) return undefined;
  return Number(declared.value);
}

/** Of a HEAD without a body the provider alone knows how long that would have been; of a stream perhaps nobody. */
function headLength(answer: Message | MessageInit): number | undefined {
  const { payload = EMPTY_BYTES } = answer;
  const declared = payload.byteLength === 0 ? declaredLength(answer) : undefined;
  return declared ?? (isStream(answer) ? undefined : payload.byteLength);
}

/** What HTTP says in headers beside an answer of the hub's own. */
function finishOwn(answer: MessageInit, response: ServerResponse): void {
  if (answer.status === STATUS_OF.UNAUTHORIZED_ERR) response.setHeader('www-authenticate', CHALLENGES);
  const seconds = response.hasHeader('retry-after') ? undefined : retryAfter(answer);
  if (seconds !== undefined) response.setHeader('retry-after', seconds);
}

/** How an answer is written, beside what it says itself. */
export interface AnswerForm {
  /** A provider's pages are kept apart from the console's. */
  readonly isIsolated: boolean;
  /** Id of the hub, for problems. */
  readonly hub: string;
}

/** Sets status and headers. */
export function writeHead(answer: Message | MessageInit, response: ServerResponse, { isIsolated }: AnswerForm): void {
  const { headers = NO_HEADERS, payload = EMPTY_BYTES, encoding = Encoding.Bytes } = answer;
  // The service layer lets no other than a final status of HTTP pass.
  response.statusCode = answer.status ?? STATUS_OF.INTERNAL_ERR;
  returnHeaders(headers, response);
  // The hub's own answers are no pages, and come without a frame.
  if (!('frame' in answer)) finishOwn(answer, response);
  else if (isIsolated) response.appendHeader('content-security-policy', PROVIDER_PAGE_POLICY);
  if ((payload.byteLength > 0 || isStream(answer)) && !response.hasHeader('content-type')) {
    response.setHeader('content-type', contentTypeOf(encoding));
  }
}

/** Ends the response, also while its request's body still comes. */
export function endResponse(response: ServerResponse, body: Uint8Array | string): void {
  if (response.req.complete) response.end(body);
  else endLingering(response.req, response, body);
}

/** Writes an answer in one piece; of a stream that has no place in HTTP, its head. */
export function writeAnswer(answer: Message | MessageInit, response: ServerResponse, form: AnswerForm): void {
  const { payload = EMPTY_BYTES } = answer;
  writeHead(answer, response, form);
  if (!hasNoBody(answer, response)) {
    response.setHeader('content-length', payload.byteLength);
    endResponse(response, payload);
    return;
  }
  const length = response.req.method === 'HEAD' ? headLength(answer) : undefined;
  if (length !== undefined) response.setHeader('content-length', length);
  endResponse(response, EMPTY_BYTES);
}
