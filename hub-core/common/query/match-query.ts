import { JsonMatcher } from './json-match.ts';
import { RegexCache } from './linear-regex.ts';
import { matchesPattern, passesComparison } from './match-pattern.ts';
import {
  foldCase,
  type BodyTest,
  type NumberField,
  type Query,
  type Searchable,
  type StatusTest,
  type TextField,
} from './query.ts';
import { ORPHAN_OUTCOMES, OUTCOMES_WITHOUT_REPLY, TRAIT_BITS, TraitBit, type Trait } from './traits.ts';

/** Bytes of a body that `json:` and `body:` look at; a regular expression, which is slower, at fewer. */
export const SEARCHED_BODY_BYTES: number = 1 << 20;
export const REGEX_BODY_BYTES: number = 256 << 10;

export interface MatchOptions {
  /** Wall time that `last:` counts back from, ms since 1970. */
  readonly nowMs: number;
}

/** Path of the uri, without its query. */
export function routeOf(uri: string): string {
  const end = uri.indexOf('?');
  return end < 0 ? uri : uri.slice(0, end);
}

/** Connection of a provider channel, '' for none. */
export function connectionOf(provider: string): string {
  const at = provider.indexOf('@');
  return at < 0 ? '' : provider.slice(at + 1);
}

function searchedTexts(row: Searchable): readonly string[] {
  const { service, method, uri, from, provider, providerClient, error, tags, status } = row;
  return [service, method, uri, from, provider, providerClient, error, String(status ?? ''), ...tags];
}

/** `to` is the provider in either of its names: the client's, or the channel's; `conn` is either end's connection. */
// oxlint-disable-next-line complexity -- a switch over a union: one line each
function fieldValues(row: Searchable, field: TextField): readonly string[] {
  switch (field) {
    case 'to':
      return [row.provider, row.providerClient];
    case 'conn':
      return [row.connection, connectionOf(row.provider)];
    case 'route':
      return [routeOf(row.uri)];
    case 'tag':
      return row.tags;
    case 'rule':
      return row.rules;
    case 'frame':
      return [];
    case 'service':
    case 'method':
    case 'from':
    case 'transport':
    case 'provider':
    case 'error':
      return [row[field]];
  }
}

const NUMBERS: Readonly<Record<NumberField, (row: Searchable) => number | null>> = {
  code: (row) => row.status,
  id: (row) => row.seq,
  corr: (row) => row.correlationId,
  mark: (row) => row.mark,
  dur: (row) => row.durationMs,
  queue: (row) => row.queueMs,
  size: (row) => row.requestBytes + row.replyBytes,
  'req.size': (row) => row.requestBytes,
  'rep.size': (row) => row.replyBytes,
  attempt: (row) => row.attempts,
};

const isError = ({ status, error }: Searchable): boolean => (status ?? 0) >= 400 || error !== '';
const hasReply = ({ outcome }: Searchable): boolean => outcome !== null && !OUTCOMES_WITHOUT_REPLY.includes(outcome);

function passesStatus(row: Searchable, test: StatusTest): boolean {
  const { status } = row;
  switch (test.kind) {
    case 'compare':
      return status !== null && passesComparison(test.operator, status - test.code);
    case 'class':
      return status !== null && Math.trunc(status / 100) === test.hundreds;
    case 'ok':
      return hasReply(row) && !isError(row);
    case 'error':
      return isError(row);
    case 'pending':
      return status === null;
  }
}

/** The traits that are no bit of their own. */
// oxlint-disable-next-line complexity -- a switch over a union: one line each
function passesTrait(row: Searchable, trait: Trait): boolean {
  const bit = TRAIT_BITS[trait];
  if (bit !== undefined) return (row.traits & bit) !== 0;
  switch (trait) {
    case 'is:pending':
      return row.status === null;
    case 'is:late':
      return row.outcome === 'deadline';
    case 'is:orphan':
      return ORPHAN_OUTCOMES.includes(row.outcome ?? '');
    case 'is:gap':
      return row.outcome === 'gap';
    case 'is:mine':
    case 'dir:out':
      return row.via === 'console';
    case 'dir:in':
      return row.via !== 'console';
    case 'has:body':
      return row.requestBytes + row.replyBytes > 0;
    case 'has:reply':
      return hasReply(row);
    case 'has:error':
      return isError(row);
    case 'has:comment':
      return row.comment !== '';
    case 'kind:request':
      return (row.traits & (TraitBit.OneWay | TraitBit.Stream)) === 0;
    default:
      return false;
  }
}

/** An empty body is none. */
const storedBodies = (row: Searchable): readonly Uint8Array[] => row.bodies.filter((body) => body.byteLength > 0);

/** Lower case of A to Z in UTF-8 bytes, of which no other character has any. */
function foldBytes(bytes: Uint8Array): Uint8Array {
  return bytes.map((byte) => (byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte));
}

function containsBytes(bytes: Uint8Array, wanted: Uint8Array): boolean {
  for (let at = 0; at + wanted.length <= bytes.length; at += 1) {
    if (wanted.every((byte, offset) => bytes[at + offset] === byte)) return true;
  }
  return false;
}

/** The text of a body that a regular expression looks at; what is no UTF-8 is shown as U+FFFD. */
export function regexText(body: Uint8Array): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(body.subarray(0, REGEX_BODY_BYTES));
}

function passesBody(body: Uint8Array, test: BodyTest, regexes: RegexCache): boolean {
  if ('regex' in test) return regexes.get(test.regex).test(regexText(body));
  const searched = foldBytes(body.subarray(0, SEARCHED_BODY_BYTES));
  return containsBytes(searched, new TextEncoder().encode(foldCase(test.text)));
}

/** One evaluation of a filter: what it needs besides the row. */
class Evaluation {
  readonly #regexes = new RegexCache();
  readonly #nowMs: number;

  constructor(nowMs: number) {
    this.#nowMs = nowMs;
  }

  // oxlint-disable-next-line complexity -- a switch over a union: one line each
  matches(query: Query, row: Searchable): boolean {
    const regexes = this.#regexes;
    switch (query.kind) {
      case 'all':
        return true;
      case 'and':
        return query.terms.every((term) => this.matches(term, row));
      case 'or':
        return query.terms.some((term) => this.matches(term, row));
      case 'not':
        return !this.matches(query.term, row);
      case 'text':
        return searchedTexts(row).some((text) => foldCase(text).includes(foldCase(query.text)));
      case 'regex':
        return searchedTexts(row).some((text) => regexes.get(query.source).test(text));
      case 'field':
        return fieldValues(row, query.field).some((value) =>
          query.patterns.some((pattern) => matchesPattern(pattern, value, regexes)),
        );
      case 'number':
        return this.#number(query, row);
      case 'status':
        return query.tests.some((test) => passesStatus(row, test));
      case 'time':
        return query.bound === 'after' ? row.atMs >= query.atMs : row.atMs < query.atMs;
      case 'last':
        return row.atMs >= this.#nowMs - query.ms;
      case 'trait':
        return query.traits.some((trait) => passesTrait(row, trait));
      case 'json':
        return this.#json(query, row);
      case 'body':
        return storedBodies(row).some((body) => query.contents.some((test) => passesBody(body, test, regexes)));
    }
  }

  #number({ field, tests }: Extract<Query, { kind: 'number' }>, row: Searchable): boolean {
    const value = NUMBERS[field](row);
    return value !== null && tests.some((test) => passesComparison(test.operator, value - test.value));
  }

  #json(query: Extract<Query, { kind: 'json' }>, row: Searchable): boolean {
    const matcher = new JsonMatcher(query, this.#regexes);
    return storedBodies(row).some((body) => matcher.matches(body.subarray(0, SEARCHED_BODY_BYTES)));
  }
}

/**
 * Whether a row passes a filter: the meaning of {@link Query} that every other evaluation is tested against. Plain rather than
 * fast: nothing is made ready.
 */
export function matchesQuery(query: Query, row: Searchable, { nowMs }: MatchOptions): boolean {
  return new Evaluation(nowMs).matches(query, row);
}
