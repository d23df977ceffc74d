import { RegexCache } from '../common/query/linear-regex.ts';
import { matchesPattern } from '../common/query/match-pattern.ts';
import type { MatchOptions } from '../common/query/match-query.ts';
import {
  foldCase,
  type NumberField,
  type NumberTest,
  type Pattern,
  type Query,
  type StatusTest,
  type TextField,
} from '../common/query/query.ts';
import { QuerySyntaxError } from '../common/query/query-syntax-error.ts';
import type { Trait } from '../common/query/traits.ts';
import { FRAME_KINDS, FRAME_METHODS } from './frame-words.ts';
import { Kind } from '../common/protocol/message.ts';
import type { SqlCondition } from './query-sql.ts';
import { TEXT_REGEX } from './sql-functions.ts';

/** Keys that look at frames; every other looks at exchanges. */
const NUMBER_COLUMNS: Readonly<Partial<Record<NumberField, string>>> = {
  id: 'exchange',
  corr: 'id',
  size: 'bytes',
  code: 'status',
};

const DIRECTIONS: Readonly<Partial<Record<Trait, number>>> = { 'dir:in': 0, 'dir:out': 1 };
const FIRST_ERROR = 400;
/** Kinds of which a status says how a request ended. */
const ANSWERS = `kind IN (${[Kind.Response, Kind.Data, Kind.Goodbye].join(', ')})`;

const anyOf = (conditions: readonly string[]): string => `(${conditions.join(' OR ')})`;

function onlyOfExchanges(key: string): QuerySyntaxError {
  const keys = 'conn, frame, method, dir, id, corr, size, status, code, after, before and last';
  return new QuerySyntaxError(`Frames cannot be filtered by "${key}": use ${keys}`, { column: 1 });
}

class Compiler {
  readonly parameters: (string | number)[] = [];
  readonly #regexes = new RegexCache();
  readonly #nowMs: number;

  constructor(nowMs: number) {
    this.#nowMs = nowMs;
  }

  // oxlint-disable-next-line complexity -- a switch over a union: one line each
  compile(part: Query): string {
    switch (part.kind) {
      case 'all':
        return '1';
      case 'and':
        return `(${part.terms.map((term) => this.compile(term)).join(' AND ')})`;
      case 'or':
        return anyOf(part.terms.map((term) => this.compile(term)));
      case 'not':
        return `(NOT ${this.compile(part.term)})`;
      case 'text':
        return this.#text(part.text);
      case 'regex':
        return anyOf([`${TEXT_REGEX}(${this.#put(part.source)}, connection)`, ...this.#words({ regex: part.source })]);
      case 'field':
        return anyOf(part.patterns.map((pattern) => this.#field(part.field, pattern)));
      case 'number':
        return this.#number(part);
      case 'status':
        return anyOf(part.tests.map((test) => this.#status(test)));
      case 'time':
        return `(at_ms ${part.bound === 'after' ? '>=' : '<'} ${this.#put(part.atMs)})`;
      case 'last':
        return `(at_ms >= ${this.#put(this.#nowMs - part.ms)})`;
      case 'trait':
        return anyOf(part.traits.map(traitSql));
      case 'json':
      case 'body':
        throw onlyOfExchanges(part.kind);
    }
  }

  #put(parameter: string | number): string {
    this.parameters.push(parameter);
    return '?';
  }

  #text(text: string): string {
    const wanted = foldCase(text);
    const isIn = (word: string): boolean => foldCase(word).includes(wanted);
    return anyOf([`instr(lower(connection), ${this.#put(wanted)}) > 0`, ...kindsAndMethods(isIn)]);
  }

  #words(pattern: Pattern): string[] {
    return kindsAndMethods((word) => matchesPattern(pattern, word, this.#regexes));
  }

  #field(field: TextField, pattern: Pattern): string {
    const passes = (word: string): boolean => matchesPattern(pattern, word, this.#regexes);
    switch (field) {
      case 'conn':
        return this.#connection(pattern);
      case 'frame':
        return isOneOf('kind', FRAME_KINDS, passes);
      case 'method':
        return methodIs(passes);
      default:
        throw onlyOfExchanges(field);
    }
  }

  #connection(pattern: Pattern): string {
    if ('regex' in pattern) return `${TEXT_REGEX}(${this.#put(pattern.regex)}, connection)`;
    const text = foldCase(pattern.text);
    const wild = pattern.wild && /[*?]/.test(text);
    return `lower(connection) ${wild ? 'GLOB' : '='} ${this.#put(wild ? text.replaceAll('[', '[[]') : text)}`;
  }

  #number({ field, tests }: { readonly field: NumberField; readonly tests: readonly NumberTest[] }): string {
    const column = NUMBER_COLUMNS[field];
    if (column === undefined) throw onlyOfExchanges(field);
    return anyOf(tests.map(({ operator, value }) => `(${column} <> 0 AND ${column} ${operator} ${this.#put(value)})`));
  }

  #status(test: StatusTest): string {
    switch (test.kind) {
      case 'compare':
        return `(status <> 0 AND status ${test.operator} ${this.#put(test.code)})`;
      case 'class':
        return `(status / 100 = ${this.#put(test.hundreds)})`;
      case 'ok':
        return `(${ANSWERS} AND status < ${String(FIRST_ERROR)})`;
      case 'error':
        return `(${ANSWERS} AND status >= ${String(FIRST_ERROR)})`;
      case 'pending':
        throw onlyOfExchanges('status:pending');
    }
  }
}

function traitSql(trait: Trait): string {
  const direction = DIRECTIONS[trait];
  if (direction === undefined) throw onlyOfExchanges(trait);
  return `(direction = ${String(direction)})`;
}

function isOneOf(column: string, words: ReadonlyMap<string, number>, passes: (word: string) => boolean): string {
  const numbers = [...words].filter(([word]) => passes(word)).map(([, number]) => number);
  return `(${column} IN (${numbers.join(', ')}))`;
}

const methodIs = (passes: (word: string) => boolean): string =>
  `(kind = ${String(Kind.Request)} AND ${isOneOf('method', FRAME_METHODS, passes)})`;

const kindsAndMethods = (passes: (word: string) => boolean): string[] => [
  isOneOf('kind', FRAME_KINDS, passes),
  methodIs(passes),
];

/**
 * Compiles a filter to SQL over the table `frame`.
 *
 * @throws {QuerySyntaxError} for keys that only exchanges have
 */
export function toFrameSql(query: Query, { nowMs }: MatchOptions): SqlCondition {
  const compiler = new Compiler(nowMs);
  const where = compiler.compile(query);
  return { where, parameters: compiler.parameters, uneven: false };
}
