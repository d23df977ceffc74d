import type { Header } from '../../common/protocol/message.ts';
import { createNameFilter, type NameFilter } from './name-filter.ts';

/** The one header of the hub's own namespace that clients may set. */
const TRACE = 'whub-trace';
/** Says what a body is: without it nobody could read one, so no list can take it away. */
const CONTENT_TYPE = 'content-type';

/** RFC 9110, section 7.6.1, and those that older programs still send. */
const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
]);

/** Of an HTTP request: meant for the hub, or made anew from the message. */
const NOT_FORWARDED: ReadonlySet<string> = new Set([
  ...HOP_BY_HOP,
  'authorization',
  'host',
  'content-length',
  'expect',
]);

/** Says from where a request came: who may write that, can claim any address. RFC 7239, and what came before it. */
const isForwarding = (name: string): boolean => name === 'forwarded' || name.startsWith('x-forwarded-');

/** Of an answer to an HTTP caller: the length is that of the payload. */
const NOT_RETURNED: ReadonlySet<string> = new Set([...HOP_BY_HOP, 'content-length']);

/** Names of headers in lower case; one that ends in `*` stands for all that begin so. */
export interface HeaderPolicyConfig {
  /** Never reach a provider, however they came in. */
  readonly requestDeny: readonly string[];
  /** Of a client's request, these alone reach a provider; empty = all. */
  readonly requestAllow: readonly string[];
  /** Of a provider's answer, never reach a caller. */
  readonly answerDeny: readonly string[];
  /** Of a provider's answer, these alone reach a caller; empty = all. */
  readonly answerAllow: readonly string[];
  /** Cookies of HTTP requests reach providers, without those that are the hub's own. */
  readonly forwardCookies: boolean;
  /** What clients say in `forwarded` and `x-forwarded-*` reaches providers: for a hub behind a proxy that sets them. */
  readonly trustForwarded: boolean;
}

export const DEFAULT_HEADER_POLICY: HeaderPolicyConfig = Object.freeze({
  requestDeny: Object.freeze([]),
  requestAllow: Object.freeze([]),
  answerDeny: Object.freeze([]),
  answerAllow: Object.freeze([]),
  forwardCookies: false,
  trustForwarded: false,
});

/** Which headers pass the hub, and in which direction. */
export interface HeaderPolicy {
  /** What of a client's request may pass. @returns `headers` itself when all of them may, so that nothing is rebuilt */
  ofRequest(headers: readonly Header[]): readonly Header[];
  /** What of a provider's answer may pass. @returns `headers` itself when all of them may */
  ofAnswer(headers: readonly Header[]): readonly Header[];
  /** What of this header of an HTTP request goes on. @returns undefined = nothing */
  forwarded(name: string, value: string): string | undefined;
  /** True for a header that the hub itself may add to a request, by the lists. */
  mayAdd(name: string): boolean;
}

/** Names that a `Connection` header declares to end at this hop. */
export function connectionOptions(value: string | undefined): ReadonlySet<string> {
  return new Set((value ?? '').split(',').map((name) => name.trim().toLowerCase()));
}

/** True for a header that belongs to the hub: whoever else sends it, it is dropped. */
export function isHubHeader(name: string): boolean {
  return name.startsWith('whub-') && name !== TRACE;
}

/** A cookie of the hub's own, which no provider may see or set. */
const isHubCookie = (pair: string): boolean => /^\s*whub-/i.test(pair);

/** May this header of an answer go back to an HTTP caller? */
export function isReturned(name: string, value: string): boolean {
  return !NOT_RETURNED.has(name) && !isHubHeader(name) && (name !== 'set-cookie' || !isHubCookie(value));
}

function withoutHubCookies(value: string): string | undefined {
  const kept = value.split(';').filter((pair) => !isHubCookie(pair));
  return kept.length === 0 ? undefined : kept.join(';').trim();
}

function passing(headers: readonly Header[], passes: NameFilter): readonly Header[] {
  for (const header of headers) {
    if (!passes(header.name)) return headers.filter(({ name }) => passes(name));
  }
  return headers;
}

/** @returns who passes, whatever lists there are: without lists, no more is looked at than the hub's own names */
function direction(deny: readonly string[], allow: readonly string[]): NameFilter {
  const filter = createNameFilter({ deny, allow });
  if (filter === undefined) return (name) => !isHubHeader(name);
  return (name) => !isHubHeader(name) && (name === CONTENT_TYPE || name === TRACE || filter(name));
}

export function createHeaderPolicy(config: HeaderPolicyConfig = DEFAULT_HEADER_POLICY): HeaderPolicy {
  const { forwardCookies, trustForwarded } = config;
  const mayAdd = direction(config.requestDeny, config.requestAllow);
  const request: NameFilter = trustForwarded ? mayAdd : (name) => !isForwarding(name) && mayAdd(name);
  const answer = direction(config.answerDeny, config.answerAllow);
  return {
    ofRequest: (headers) => passing(headers, request),
    ofAnswer: (headers) => passing(headers, answer),
    forwarded(name, value) {
      if (NOT_FORWARDED.has(name) || !request(name)) return undefined;
      if (name !== 'cookie') return value;
      return forwardCookies ? withoutHubCookies(value) : undefined;
    },
    mayAdd,
  };
}
