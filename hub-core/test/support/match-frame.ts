import type { StoredFrame } from '../../capture/stored-frame.ts';
import { RegexCache } from '../../common/query/linear-regex.ts';
import { matchesPattern, passesComparison } from '../../common/query/match-pattern.ts';
import { foldCase, type NumberField, type Query, type StatusTest } from '../../common/query/query.ts';

/** Kinds of which a status says how a request, or a connection, ended. */
const ANSWERS: readonly string[] = ['response', 'data', 'goodbye'];

const numberOf = (field: NumberField, { exchange, id, bytes, status }: StoredFrame): number =>
  ({ id: exchange ?? 0, corr: id, size: bytes, code: status })[field as string] ?? 0;

function matchesStatus(test: StatusTest, { kind, status }: StoredFrame): boolean {
  switch (test.kind) {
    case 'compare':
      return status !== 0 && passesComparison(test.operator, status - test.code);
    case 'class':
      return Math.floor(status / 100) === test.hundreds;
    case 'ok':
      return ANSWERS.includes(kind) && status < 400;
    case 'error':
      return ANSWERS.includes(kind) && status >= 400;
    case 'pending':
      return false;
  }
}

/**
 * What docs/query.md says of frames, word by word and slowly: the measure of what is compiled for them. Of keys that only
 * exchanges have nothing holds.
 */
// oxlint-disable-next-line complexity -- a switch over a union: one line each
export function matchesFrame(query: Query, frame: StoredFrame, nowMs: number): boolean {
  const regexes = new RegexCache();
  const words = [frame.connection, frame.kind, ...(frame.method === '' ? [] : [frame.method])];
  const fields: Readonly<Record<string, string>> = { conn: frame.connection, frame: frame.kind, method: frame.method };
  switch (query.kind) {
    case 'all':
      return true;
    case 'and':
      return query.terms.every((term) => matchesFrame(term, frame, nowMs));
    case 'or':
      return query.terms.some((term) => matchesFrame(term, frame, nowMs));
    case 'not':
      return !matchesFrame(query.term, frame, nowMs);
    case 'text':
      return words.some((word) => foldCase(word).includes(foldCase(query.text)));
    case 'regex':
      return words.some((word) => regexes.get(query.source).test(word));
    case 'field': {
      const value = fields[query.field];
      // What is no request has no method, not an empty one.
      if (value === undefined || (query.field === 'method' && value === '')) return false;
      return query.patterns.some((pattern) => matchesPattern(pattern, value, regexes));
    }
    case 'number': {
      const value = numberOf(query.field, frame);
      return value !== 0 && query.tests.some((test) => passesComparison(test.operator, value - test.value));
    }
    case 'status':
      return query.tests.some((test) => matchesStatus(test, frame));
    case 'time':
      return query.bound === 'after' ? frame.atMs >= query.atMs : frame.atMs < query.atMs;
    case 'last':
      return frame.atMs >= nowMs - query.ms;
    case 'trait':
      return query.traits.includes(`dir:${frame.direction}`);
    case 'json':
    case 'body':
      return false;
  }
}
