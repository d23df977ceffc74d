import { QuerySyntaxError } from './query-syntax-error.ts';
import type { Comparison } from './query.ts';

/** What stands between a key and its values. */
export type Operator = ':' | '!=' | Comparison;

interface Place {
  readonly start: number;
  readonly end: number;
}

export type ValueToken = Place & { readonly kind: 'word' | 'quoted' | 'regex'; readonly text: string };
export type KeyToken = Place & { readonly kind: 'key'; readonly key: string; readonly operator: Operator };

export type Token =
  | ValueToken
  | KeyToken
  /** After `json:`. */
  | (Place & { readonly kind: 'path'; readonly text: string })
  /** After a path. */
  | (Place & { readonly kind: 'operator'; readonly operator: Operator })
  | (Place & { readonly kind: '(' | ')' | '-' | ',' });

const SPACE = /\s/;
/** Ends a bare word. A comma only separates values after a key: in a text it is an ordinary character. */
const WORD_END = /[\s()"]/;
const OPERATOR = /^(?:!=|>=|<=|[:=><])/;
/** What can stand before an operator other than the colon; else it is part of a text, as in `/math/add?a=1`. */
const KEY_LIKE = /^[A-Za-z][A-Za-z.]*$/;
/** `$.a["b c"][0]`: up to what cannot go on a path, brackets and the quotes in them skipped whole. */
const PATH = /^(?:\[(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^\]\s"'])*\]?|[^\s()"'[=!<>,])+/;

const QUOTE = '"';

/** Reads the quoted text that begins at `start`; `\"` and `\\` stand for the character itself. */
function readQuoted(input: string, start: number): Token {
  let text = '';
  for (let at = start + 1; at < input.length; at += 1) {
    const character = input.charAt(at);
    if (character === QUOTE) return { kind: 'quoted', text, start, end: at + 1 };
    if (character === '\\' && (input[at + 1] === QUOTE || input[at + 1] === '\\')) at += 1;
    text += input.charAt(at);
  }
  // A backslash at the end would take the quote for its own.
  const escape = (/\\*$/.exec(input)?.[0].length ?? 0) % 2 === 1 ? '\\' : '';
  throw new QuerySyntaxError('The closing quote is missing', { column: start + 1, suggestion: `${input}${escape}"` });
}

/**
 * Reads `/regex/`, in which `\/` is a slash. One that goes on behind its second slash, as paths do, is none.
 *
 * @returns undefined when it is none
 */
function readRegex(input: string, start: number, amongValues: boolean): Token | undefined {
  let end = start + 1;
  while (end < input.length && input[end] !== '/') end += input[end] === '\\' ? 2 : 1;
  const next = input[end + 1];
  const ends = next === undefined || WORD_END.test(next) || (amongValues && next === ',');
  if (end >= input.length || end === start + 1 || !ends) return undefined;
  return { kind: 'regex', text: input.slice(start + 1, end).replaceAll(String.raw`\/`, '/'), start, end: end + 1 };
}

/** Reads a bare word, up to a space, bracket, quote or, among the values of a key, a comma; or a key with its operator. */
function readWord(input: string, start: number, amongValues: boolean): Token {
  let end = start;
  while (end < input.length && !WORD_END.test(input.charAt(end))) {
    if (amongValues && input[end] === ',') break;
    const key = amongValues ? undefined : readKey(input, start, end);
    if (key !== undefined) return key;
    end += 1;
  }
  return { kind: 'word', text: input.slice(start, end), start, end };
}

function readKey(input: string, start: number, end: number): Token | undefined {
  const operator = OPERATOR.exec(input.slice(end, end + 2))?.[0] as Operator | undefined;
  if (operator === undefined) return undefined;
  const key = input.slice(start, end);
  if (operator !== ':' && !KEY_LIKE.test(key)) return undefined;
  return { kind: 'key', key, operator, start, end: end + operator.length };
}

/**
 * Splits a filter into tokens.
 *
 * @throws {QuerySyntaxError}
 */
export function tokenize(input: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < input.length) {
    const character = input.charAt(at);
    if (SPACE.test(character)) {
      at += 1;
      continue;
    }
    const token = nextToken(input, at, tokens.at(-1));
    tokens.push(token);
    at = token.end;
  }
  return tokens;
}

/** A path after `json:`, and the operator after a path. */
function nextOfJson(input: string, at: number, touching: Token | undefined): Token | undefined {
  if (touching?.kind === 'key' && touching.key.toLowerCase() === 'json') {
    const path = PATH.exec(input.slice(at))?.[0];
    return path === undefined ? undefined : { kind: 'path', text: path, start: at, end: at + path.length };
  }
  if (touching?.kind !== 'path') return undefined;
  const operator = OPERATOR.exec(input.slice(at, at + 2))?.[0] as Operator | undefined;
  return operator === undefined ? undefined : { kind: 'operator', operator, start: at, end: at + operator.length };
}

const AFTER_KEY: ReadonlySet<Token['kind'] | undefined> = new Set(['key', ',', 'operator']);
const VALUES: ReadonlySet<Token['kind'] | undefined> = new Set(['word', 'quoted', 'regex']);

/** Inside a value a dash is an ordinary character, and a comma goes on with the list. */
function isSign(character: string, touching: Token['kind'] | undefined): character is '(' | ')' | '-' | ',' {
  if (character === '(' || character === ')') return true;
  return character === '-' ? !AFTER_KEY.has(touching) : character === ',' && VALUES.has(touching);
}

function nextToken(input: string, at: number, previous: Token | undefined): Token {
  const character = input.charAt(at);
  const touching = previous?.end === at ? previous : undefined;
  if (isSign(character, touching?.kind)) return { kind: character, start: at, end: at + 1 };
  const ofJson = nextOfJson(input, at, touching);
  if (ofJson !== undefined) return ofJson;
  if (character === QUOTE) return readQuoted(input, at);
  const amongValues = AFTER_KEY.has(touching?.kind);
  return (character === '/' ? readRegex(input, at, amongValues) : undefined) ?? readWord(input, at, amongValues);
}
