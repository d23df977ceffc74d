import type { Database } from 'better-sqlite3';
import { JsonMatcher } from '../common/query/json-match.ts';
import { RegexCache } from '../common/query/linear-regex.ts';
import { regexText } from '../common/query/match-query.ts';
import type { Query } from '../common/query/query.ts';

export const TEXT_REGEX = 'whub_text_regex';
export const BODY_REGEX = 'whub_body_regex';
export const JSON_MATCH = 'whub_json_match';

type JsonTerm = Extract<Query, { kind: 'json' }>;

/** Terms of filters used lately; each is made ready once, not for each row. */
const MAX_KNOWN = 64;

/** What of a filter SQL has no word for: regular expressions in linear time, and values of JSON texts. */
export function addSqlFunctions(db: Database): void {
  const regexes = new RegexCache();
  const matchers = new Map<string, JsonMatcher>();
  const matcherOf = (term: string): JsonMatcher => {
    const known = matchers.get(term);
    if (known !== undefined) return known;
    if (matchers.size >= MAX_KNOWN) matchers.clear();
    const made = new JsonMatcher(JSON.parse(term) as JsonTerm, regexes);
    matchers.set(term, made);
    return made;
  };
  // SQLite's part of an empty blob is null.
  const bit = (holds: boolean): number => (holds ? 1 : 0);
  db.function(TEXT_REGEX, { deterministic: true, varargs: true }, (source: string, ...texts: readonly string[]) =>
    bit(texts.some((text) => regexes.get(source).test(text))),
  );
  db.function(BODY_REGEX, { deterministic: true }, (source: string, body: Buffer | null) =>
    bit(body !== null && regexes.get(source).test(regexText(body))),
  );
  db.function(JSON_MATCH, { deterministic: true }, (term: string, body: Buffer | null) =>
    bit(body !== null && matcherOf(term).matches(body)),
  );
}
