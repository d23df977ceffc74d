import { parseJsonPath } from './json-path.ts';
import { findKey, type QueryKey } from './query-keys.ts';
import { QuerySyntaxError } from './query-syntax-error.ts';
import type { Comparison, Query } from './query.ts';
import {
  bodyTest,
  jsonTest,
  numberTest,
  numberValue,
  patternValue,
  statusTest,
  textRegex,
  timeValue,
  traitValue,
  VALUE_NAMES,
} from './query-values.ts';
import { tokenize, type KeyToken, type Operator, type Token, type ValueToken } from './tokenize.ts';

/** More than a person writes; keeps every evaluation of a filter, SQL among them, far from its limits. */
const MAX_TERMS = 128;

/** Deep enough for anything a person writes, and far from the stack's end. */
const MAX_DEPTH = 64;

export interface ParseOptions {
  /** Wall time, whose day times like `10:30` are of; ms since 1970. */
  readonly nowMs: number;
}

const isValue = (token: Token | undefined): token is ValueToken =>
  token?.kind === 'word' || token?.kind === 'quoted' || token?.kind === 'regex';

/** What `key<operator>value` comes down to; `!=` is the negation of `=`. */
const comparisonOf = (operator: Operator): Comparison => (operator === ':' || operator === '!=' ? '=' : operator);

const COMPARED: ReadonlySet<QueryKey['type']> = new Set(['number', 'duration', 'size', 'status', 'json']);

/** Recursive descent, one token of look-ahead: or := and { OR and }; and := { not }; not := ["-"] term. */
class Parser {
  readonly #input: string;
  readonly #nowMs: number;
  readonly #tokens: readonly Token[];
  #at = 0;
  #depth = 0;
  #terms = 0;

  constructor(input: string, { nowMs }: ParseOptions) {
    this.#input = input;
    this.#nowMs = nowMs;
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
    if (isValue(token)) {
      this.#count();
      this.#at += 1;
      return token.kind === 'regex' ? { kind: 'regex', source: textRegex(token) } : { kind: 'text', text: token.text };
    }
    if (token?.kind === 'key') {
      this.#at += 1;
      return this.#keyed(token);
    }
    if (token?.kind === '(') return this.#nested(() => this.#group(token.start));
    if (token?.kind === ',') {
      throw new QuerySyntaxError(
        'A comma separates the values of a key, as in service:a,b; quote the text to search for a comma',
        { column: token.start + 1 },
      );
    }
    throw this.#errorHere('A search term is missing');
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

  #keyed(token: KeyToken): Query {
    const key = findKey(token.key);
    if (key === undefined) throw this.#unknownKey(token);
    const { operator } = token;
    const compares = operator !== ':' && operator !== '=' && operator !== '!=';
    if (key.type === 'json') return this.#json(token);
    if (compares && !COMPARED.has(key.type))
      throw new QuerySyntaxError(`"${key.key}" is not compared with "${operator}": write ${key.key}:`, {
        column: token.end - operator.length + 1,
      });
    const query = this.#field(key, token, comparisonOf(operator));
    return operator === '!=' ? { kind: 'not', term: query } : query;
  }

  #field(key: Exclude<QueryKey, { type: 'json' }>, token: KeyToken, comparison: Comparison): Query {
    const name = VALUE_NAMES[key.type];
    switch (key.type) {
      case 'text':
        return { kind: 'field', field: key.key, patterns: this.#values(token, name).map(patternValue) };
      case 'number':
      case 'duration':
      case 'size': {
        const tests = this.#values(token, name).map((value) => numberTest(value, key.type, comparison));
        return { kind: 'number', field: key.key, tests };
      }
      case 'status':
        return { kind: 'status', tests: this.#values(token, name).map((value) => statusTest(value, comparison)) };
      case 'trait':
        return { kind: 'trait', traits: this.#values(token, name).map((value) => traitValue(value, key)) };
      case 'body':
        return { kind: 'body', contents: this.#values(token, name).map(bodyTest) };
      case 'time':
        return { kind: 'time', bound: key.key, atMs: timeValue(this.#onlyValue(token, name), this.#nowMs) };
      case 'age':
        return { kind: 'last', ms: numberValue(this.#onlyValue(token, name), 'age') };
    }
  }

  #json(token: KeyToken): Query {
    const path = this.#tokens[this.#at];
    if (token.operator !== ':' || path?.kind !== 'path' || path.start !== token.end)
      throw new QuerySyntaxError('A path is missing after "json:", as in json:$.order.id=7', { column: token.end + 1 });
    this.#at += 1;
    const parsed = parseJsonPath(path.text, path.start + 1);
    const operator = this.#tokens[this.#at];
    if (operator?.kind !== 'operator' || operator.start !== path.end) {
      this.#count();
      return { kind: 'json', path: parsed, tests: [] };
    }
    this.#at += 1;
    const values = this.#values({ key: token.key, end: operator.end }, 'value');
    const tests = values.map((value) => jsonTest(value, comparisonOf(operator.operator)));
    const query: Query = { kind: 'json', path: parsed, tests };
    return operator.operator === '!=' ? { kind: 'not', term: query } : query;
  }

  /** One or more values with commas between, none of them preceded by a space. */
  #values(key: Pick<KeyToken, 'key' | 'end'>, name: string): ValueToken[] {
    const values: ValueToken[] = [];
    let { end } = key;
    for (;;) {
      const value = this.#tokens[this.#at];
      if (!isValue(value) || value.start !== end || value.end === value.start) {
        const written =
          this.#input
            .slice(0, key.end)
            .split(/[\s()]/)
            .at(-1) ?? key.key;
        throw new QuerySyntaxError(`A ${name} is missing after "${written}"`, { column: end + 1 });
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

  #onlyValue(key: KeyToken, name: string): ValueToken {
    const [value, another] = this.#values(key, name);
    if (value === undefined || another !== undefined)
      throw new QuerySyntaxError(`"${key.key}" takes one ${name} only`, { column: (another ?? key).start + 1 });
    return value;
  }

  #unknownKey(token: KeyToken): QuerySyntaxError {
    const rest = this.#input.slice(token.start);
    const word = /^[^\s()"]*/.exec(rest)?.[0] ?? rest;
    const suggestion = `${this.#input.slice(0, token.start)}"${word.replaceAll('\\', String.raw`\\`)}"${rest.slice(word.length)}`;
    return new QuerySyntaxError(`There is no key "${token.key}"; quote the text to search for it as it is`, {
      column: token.start + 1,
      suggestion,
    });
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
 * Parses a filter; docs/query.md is its specification. Terms side by side must all hold; `OR` binds weaker; `-` negates;
 * brackets group. A word, a "quoted text" or a /regular expression/ is searched in what a row shows; `key:value` looks at one
 * thing; a comma between values means any of them.
 *
 * @throws {QuerySyntaxError}
 *
 * @example
 * const query = parseQuery('service:math.* -status:2xx dur>50ms "order 7"', { nowMs: clock.wallMs() });
 */
export function parseQuery(input: string, options: ParseOptions): Query {
  return new Parser(input.toWellFormed(), options).parse();
}
