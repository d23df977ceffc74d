import { findKey, QUERY_KEYS, type QueryKey } from './query-keys.ts';
import { QuerySyntaxError } from './query-syntax-error.ts';
import { foldCase } from './query.ts';
import { tokenize, type Token } from './tokenize.ts';

export interface Completion {
  /** What replaces the part of the filter. */
  readonly text: string;
  /** What it means, in a few words; '' where it speaks for itself. */
  readonly about: string;
  /** Rows that have that value, of those that were looked at; absent for keys and for words of the language. */
  readonly count?: number;
}

export interface Completions {
  /** The part of the filter that a completion replaces, in UTF-16 units. */
  readonly from: number;
  readonly to: number;
  readonly items: readonly Completion[];
}

export interface SeenValue {
  readonly value: string;
  readonly count: number;
}

/** Values of a key that rows have and that start with `prefix` in either case, the most frequent first. */
export type SeenValues = (key: QueryKey['key'], prefix: string) => readonly SeenValue[];

interface Wish {
  readonly from: number;
  readonly prefix: string;
  /** Undefined: a key is wanted. */
  readonly key: QueryKey | undefined;
}

/** What cannot stand in a bare value, and a dash or slash that would begin something else. */
const NEEDS_QUOTES = /[\s()",*?]|^$|^\//;

/** A value as it stands behind a key: quoted where it would be understood otherwise. */
export function filterValue(value: string): string {
  if (!NEEDS_QUOTES.test(value)) return value;
  return `"${value.replaceAll('\\', String.raw`\\`).replaceAll('"', String.raw`\"`)}"`;
}

/** The tokens before the cursor; a quotation that is not closed yet ends there. */
function tokensBefore(text: string): readonly Token[] {
  try {
    return tokenize(text);
  } catch (error) {
    if (error instanceof QuerySyntaxError && error.suggestion !== undefined) return tokenize(error.suggestion);
    throw error;
  }
}

/** The key whose list of values the token at `place` goes on. */
function keyOfValue(tokens: readonly Token[], place: number): QueryKey | undefined {
  let at = place;
  while (at > 0) {
    const [token, before] = [tokens[at], tokens[at - 1]];
    if (token === undefined || before === undefined || before.end !== token.start) return undefined;
    if (before.kind === 'key') return findKey(before.key);
    if (before.kind === ',') at -= 2;
    else return undefined;
  }
  return undefined;
}

function wishAt(text: string): Wish {
  const tokens = tokensBefore(text);
  const last = tokens.at(-1);
  if (last === undefined || last.end < text.length) return { from: text.length, prefix: '', key: undefined };
  if (last.kind === 'key') return { from: text.length, prefix: '', key: findKey(last.key) };
  if (last.kind === ',') {
    // As if a value stood behind it.
    const key = keyOfValue([...tokens, { kind: 'word', text: '', start: last.end, end: last.end }], tokens.length);
    return { from: text.length, prefix: '', key };
  }
  if (last.kind === 'word' || last.kind === 'quoted') {
    const key = keyOfValue(tokens, tokens.length - 1);
    return { from: last.start, prefix: last.text, key };
  }
  return { from: text.length, prefix: '', key: undefined };
}

const startsWith = (text: string, prefix: string): boolean => foldCase(text).startsWith(foldCase(prefix));

function keyItems(prefix: string): Completion[] {
  return QUERY_KEYS.filter(({ key }) => startsWith(key, prefix)).map(({ key, about }) => ({ text: `${key}:`, about }));
}

function valueItems(key: QueryKey, prefix: string, seen: SeenValues): Completion[] {
  const found = seen(key.key, prefix).map(({ value, count }) => ({ text: filterValue(value), about: '', count }));
  const known = new Set(found.map(({ text }) => text));
  const words = key.words.filter((word) => startsWith(word, prefix) && !known.has(word));
  return [...words.map((word) => ({ text: word, about: '' })), ...found];
}

/**
 * What can stand where the cursor is: keys, or values of the key before it, of which those that rows have come with their
 * counts. Never throws, whatever the text.
 *
 * @param cursor in UTF-16 units
 */
export function completeQuery(input: string, cursor: number, seen: SeenValues): Completions {
  const text = input.toWellFormed().slice(0, cursor);
  const { from, prefix, key } = wishAt(text);
  const items = key === undefined ? keyItems(prefix) : valueItems(key, prefix, seen);
  return { from, to: text.length, items };
}
