import { QuerySyntaxError } from './query-syntax-error.ts';

export type Token =
  | { readonly kind: 'word' | 'quoted'; readonly text: string; readonly start: number; readonly end: number }
  | { readonly kind: 'key'; readonly key: string; readonly start: number; readonly end: number }
  | { readonly kind: '(' | ')' | '-' | ','; readonly start: number; readonly end: number };

const SPACE = /\s/;
/** Ends a bare word. A comma only separates values after a key: in a text it is an ordinary character. */
const WORD_END = /[\s()"]/;

/** Reads the quoted text that begins at `start`; `\"` and `\\` stand for the character itself. */
function readQuoted(input: string, start: number): Token {
  let text = '';
  for (let at = start + 1; at < input.length; at += 1) {
    const character = input.charAt(at);
    if (character === '"') return { kind: 'quoted', text, start, end: at + 1 };
    if (character === '\\' && (input[at + 1] === '"' || input[at + 1] === '\\')) at += 1;
    text += input.charAt(at);
  }
  throw new QuerySyntaxError('The closing quote is missing', { column: start + 1, suggestion: `${input}"` });
}

/** Reads a bare word, up to a space, bracket, quote or, among the values of a key, a comma; or a key up to its colon. */
function readWord(input: string, start: number, amongValues: boolean): Token {
  let end = start;
  while (end < input.length && !WORD_END.test(input.charAt(end))) {
    if (amongValues && input[end] === ',') break;
    if (!amongValues && input[end] === ':') return { kind: 'key', key: input.slice(start, end), start, end: end + 1 };
    end += 1;
  }
  return { kind: 'word', text: input.slice(start, end), start, end };
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

function nextToken(input: string, at: number, previous: Token | undefined): Token {
  const character = input.charAt(at);
  const touching = previous?.end === at ? previous.kind : undefined;
  const afterKey = touching === 'key' || touching === ',';
  const afterValue = touching === 'word' || touching === 'quoted';
  if (character === '(' || character === ')') return { kind: character, start: at, end: at + 1 };
  // Inside a value a dash is an ordinary character, and a comma goes on with the list.
  if (character === '-' && !afterKey) return { kind: '-', start: at, end: at + 1 };
  if (character === ',' && afterValue) return { kind: ',', start: at, end: at + 1 };
  if (character === '"') return readQuoted(input, at);
  return readWord(input, at, afterKey);
}
