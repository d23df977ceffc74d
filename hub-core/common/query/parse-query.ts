import { QuerySyntaxError } from './query-syntax-error.ts';
import type { Pattern, Query, StatusTest, TextField } from './query.ts';
import { tokenize, type Token } from './tokenize.ts';

const TEXT_FIELDS: readonly string[] = ['service', 'method', 'from', 'to'] satisfies TextField[];
/** The keys that a filter knows, in the order in which they are offered. */
export const QUERY_KEYS: readonly string[] = [...TEXT_FIELDS, 'status'];

/** More than a person writes; keeps every evaluation of a filter, SQL among them, far from its limits. */
const MAX_TERMS = 128;

/** Deep enough for anything a person writes, and far from the stack's end. */
const MAX_DEPTH = 64;

function isTextField(key: string): key is TextField {
  return TEXT_FIELDS.includes(key);
}

type ValueToken = Extract<Token, { kind: 'word' | 'quoted' }>;

function statusTest(value: ValueToken): StatusTest {
  const text = value.text.toLowerCase();
  if (text === 'error') return { kind: 'error' };
  if (text === 'pending') return { kind: 'pending' };
  if (/^[1-9]xx$/.test(text)) return { kind: 'class', hundreds: Number(text.charAt(0)) };
  if (/^\d{1,5}$/.test(text)) return { kind: 'code', code: Number(text) };
  throw new QuerySyntaxError(`"${value.text}" is no status: write a number, 4xx, 5xx, error or pending`, {
    column: value.start + 1,
  });
}

/** Recursive descent, one token of look-ahead: or := and { OR and }; and := { not }; not := ["-"] term. */
class Parser {
  readonly #input: string;
  readonly #tokens: readonly Token[];
  #at = 0;
  #depth = 0;
  #terms = 0;

  constructor(input: string) {
    this.#input = input;
    this.#tokens = tokenize(input);
  }

  parse(): Query {
    if (this.#tokens.length === 0) return { kind: 'all' };
    const query = this.#or();
    const rest = this.#tokens[this.#at];
    if (rest !== undefined)
      throw new QuerySyntaxError('This closing bracket has no opening one', { column: rest.start + 1 });
    return query;
  }

  #or(): Query {
    const terms = [this.#and()];
    while (this.#isOr(this.#tokens[this.#at])) {
      this.#at += 1;
      terms.push(this.#and());
    }
    const [only, ...more] = terms;
    return only !== undefined && more.length === 0 ? only : { kind: 'or', terms };
  }

  #and(): Query {
    const terms: Query[] = [];
    for (;;) {
      const token = this.#tokens[this.#at];
      if (token === undefined || token.kind === ')' || this.#isOr(token)) break;
      terms.push(this.#not());
    }
    const [only, ...more] = terms;
    if (only === undefined) throw this.#errorHere('A search term is missing');
    return more.length === 0 ? only : { kind: 'and', terms };
  }

  #not(): Query {
    if (this.#tokens[this.#at]?.kind !== '-') return this.#term();
    return this.#nested(() => {
      this.#at += 1;
      return { kind: 'not', term: this.#not() };
    });
  }

  #term(): Query {
    const token = this.#tokens[this.#at];
    switch (token?.kind) {
      case 'word':
      case 'quoted':
        this.#count();
        this.#at += 1;
        return { kind: 'text', text: token.text };
      case 'key':
        this.#at += 1;
        return this.#field(token);
      case '(':
        return this.#nested(() => this.#group(token.start));
      case ',':
        throw new QuerySyntaxError(
          'A comma separates the values of a key, as in service:a,b; quote the text to search for a comma',
          {
            column: token.start + 1,
          },
        );
      case '-':
      case ')':
      case undefined:
        throw this.#errorHere('A search term is missing');
    }
  }

  #group(start: number): Query {
    this.#at += 1;
    const query = this.#or();
    if (this.#tokens[this.#at]?.kind !== ')') {
      throw new QuerySyntaxError('The closing bracket is missing', {
        column: start + 1,
        suggestion: `${this.#input})`,
      });
    }
    this.#at += 1;
    return query;
  }

  #field(token: Extract<Token, { kind: 'key' }>): Query {
    const key = token.key.toLowerCase();
    if (!isTextField(key) && key !== 'status') throw this.#unknownKey(token);
    const values = this.#values(token);
    if (key === 'status') return { kind: 'status', tests: values.map(statusTest) };
    return {
      kind: 'field',
      field: key,
      patterns: values.map((value): Pattern => ({ text: value.text, wild: value.kind === 'word' })),
    };
  }

  /** One or more values with commas between, none of them preceded by a space. */
  #values(key: Extract<Token, { kind: 'key' }>): ValueToken[] {
    const values: ValueToken[] = [];
    let end = key.end;
    for (;;) {
      const value = this.#tokens[this.#at];
      if ((value?.kind !== 'word' && value?.kind !== 'quoted') || value.start !== end || value.end === value.start) {
        throw new QuerySyntaxError(`A value is missing after "${key.key}:"`, { column: end + 1 });
      }
      this.#count();
      this.#at += 1;
      values.push(value);
      const comma = this.#tokens[this.#at];
      if (comma?.kind !== ',' || comma.start !== value.end) return values;
      this.#at += 1;
      end = comma.end;
    }
  }

  #unknownKey(token: Extract<Token, { kind: 'key' }>): QuerySyntaxError {
    const rest = this.#input.slice(token.start);
    const word = /^[^\s()"]*/.exec(rest)?.[0] ?? rest;
    const suggestion = `${this.#input.slice(0, token.start)}"${word.replaceAll('\\', String.raw`\\`)}"${rest.slice(word.length)}`;
    return new QuerySyntaxError(
      `There is no key "${token.key}"; the keys are ${QUERY_KEYS.join(', ')}. Quote the text to search for it as it is`,
      {
        column: token.start + 1,
        suggestion,
      },
    );
  }

  #errorHere(message: string): QuerySyntaxError {
    const token = this.#tokens[this.#at];
    return new QuerySyntaxError(message, { column: (token?.start ?? this.#input.length) + 1 });
  }

  #count(): void {
    this.#terms += 1;
    if (this.#terms > MAX_TERMS) throw this.#errorHere(`More than ${String(MAX_TERMS)} search terms`);
  }

  #isOr(token: Token | undefined): boolean {
    return token?.kind === 'word' && token.text === 'OR';
  }

  #nested(parse: () => Query): Query {
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH)
      throw this.#errorHere(`More than ${String(MAX_DEPTH)} brackets or dashes within each other`);
    const query = parse();
    this.#depth -= 1;
    return query;
  }
}

/**
 * Parses a filter. Terms side by side must all hold; `OR` binds weaker; `-` negates; brackets group. A word or a "quoted
 * text" is searched in service, method, uri, from, provider, status and error; `service:`, `method:`, `from:` and `to:` take
 * values with `*` and `?`, `status:` a number, `4xx`, `error` or `pending`; a comma between values means any of them.
 *
 * @throws {QuerySyntaxError}
 *
 * @example
 * const query = parseQuery('service:math.* -status:2xx "order 7"');
 */
export function parseQuery(input: string): Query {
  return new Parser(input.toWellFormed()).parse();
}
