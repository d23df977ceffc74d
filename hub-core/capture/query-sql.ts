import {
  foldCase,
  type BodyTest,
  type NumberField,
  type NumberTest,
  type Pattern,
  type Query,
  type StatusTest,
  type TextField,
} from '../common/query/query.ts';
import { SEARCHED_BODY_BYTES, type MatchOptions } from '../common/query/match-query.ts';
import { ORPHAN_OUTCOMES, OUTCOMES_WITHOUT_REPLY, TRAIT_BITS, TraitBit, type Trait } from '../common/query/traits.ts';
import { BODY_REGEX, JSON_MATCH, TEXT_REGEX } from './sql-functions.ts';

/** A condition over the table `exchange`. Never null for any row, so that NOT is safe. */
export interface SqlCondition {
  readonly where: string;
  readonly parameters: readonly (string | number | Uint8Array)[];
  /** Rows differ much in what they cost, since bodies or regular expressions are looked at: the clock is read for each. */
  readonly uneven: boolean;
}

const TEXT_COLUMNS = ['service', 'method', 'uri', 'sender', 'provider', 'provider_client', 'error'];
const STATUS_TEXT = "coalesce(CAST(status AS TEXT), '')";

/** What the values of a key are found in. */
export const FIELD_COLUMNS: Readonly<Record<Exclude<TextField, 'tag' | 'rule' | 'frame'>, readonly string[]>> = {
  service: ['service'],
  route: ["CASE instr(uri, '?') WHEN 0 THEN uri ELSE substr(uri, 1, instr(uri, '?') - 1) END"],
  method: ['method'],
  from: ['sender'],
  to: ['provider', 'provider_client'],
  conn: ['connection', "CASE instr(provider, '@') WHEN 0 THEN '' ELSE substr(provider, instr(provider, '@') + 1) END"],
  transport: ['transport'],
  provider: ['provider'],
  error: ['error'],
};

const NUMBER_COLUMNS: Readonly<Record<NumberField, string>> = {
  code: 'status',
  id: 'seq',
  corr: 'correlation',
  mark: 'coalesce((SELECT mark FROM note WHERE note.seq = exchange.seq), 0)',
  dur: 'duration_ms',
  queue: 'queue_ms',
  size: '(request_bytes + reply_bytes)',
  'req.size': 'request_bytes',
  'rep.size': 'reply_bytes',
  attempt: 'tries',
};

const anyOf = (conditions: readonly string[]): string => `(${conditions.join(' OR ')})`;
const words = (list: readonly string[]): string => list.map((word) => `'${word}'`).join(', ');

/** A status of 400 and above, or any error's name. */
export const IS_ERROR: string = "(coalesce(status, 0) >= 400 OR error <> '')";
const HAS_REPLY = `(outcome IS NOT NULL AND outcome NOT IN (${words(OUTCOMES_WITHOUT_REPLY)}))`;

/** The traits that are no bit of their own. */
const TRAIT_CONDITIONS: Readonly<Partial<Record<Trait, string>>> = {
  'is:pending': '(status IS NULL)',
  'is:late': "coalesce(outcome = 'deadline', 0)",
  'is:orphan': `coalesce(outcome IN (${words(ORPHAN_OUTCOMES)}), 0)`,
  'is:gap': "coalesce(outcome = 'gap', 0)",
  'is:mine': "(via = 'console')",
  'dir:out': "(via = 'console')",
  'dir:in': "(via <> 'console')",
  'has:body': '(request_bytes + reply_bytes > 0)',
  'has:reply': HAS_REPLY,
  'has:error': IS_ERROR,
  'has:comment': "(seq IN (SELECT seq FROM note WHERE comment <> ''))",
  'kind:request': `((traits & ${String(TraitBit.OneWay | TraitBit.Stream)}) = 0)`,
};

function traitSql(trait: Trait): string {
  const bit = TRAIT_BITS[trait];
  return bit === undefined ? (TRAIT_CONDITIONS[trait] ?? '0') : `((traits & ${String(bit)}) <> 0)`;
}

/** GLOB's `*` and `?` are ours; its `[` must be taken literally. */
const globOf = (text: string): string => foldCase(text).replaceAll('[', '[[]');

class Compiler {
  readonly parameters: (string | number | Uint8Array)[] = [];
  readonly #nowMs: number;
  uneven = false;

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
        return this.#regex(part.source);
      case 'field':
        return anyOf(part.patterns.map((pattern) => this.#field(part.field, pattern)));
      case 'number':
        return anyOf(part.tests.map((test) => this.#number(NUMBER_COLUMNS[part.field], test)));
      case 'status':
        return anyOf(part.tests.map((test) => this.#status(test)));
      case 'time':
        return `(at_ms ${part.bound === 'after' ? '>=' : '<'} ${this.#put(part.atMs)})`;
      case 'last':
        return `(at_ms >= ${this.#put(this.#nowMs - part.ms)})`;
      case 'trait':
        return anyOf(part.traits.map(traitSql));
      case 'json':
        return this.#inBodies(`${JSON_MATCH}(${this.#put(JSON.stringify(part))}, ${searchedBytes()})`);
      case 'body':
        return this.#inBodies(anyOf(part.contents.map((test) => this.#body(test))));
    }
  }

  #put(parameter: string | number | Uint8Array): string {
    this.parameters.push(parameter);
    return '?';
  }

  /** `instr` and not LIKE: nothing to escape, and it sees past a NUL. */
  #contains(column: string, text: string): string {
    return `instr(lower(${column}), ${this.#put(foldCase(text))}) > 0`;
  }

  #text(text: string): string {
    const columns = [...TEXT_COLUMNS, STATUS_TEXT].map((column) => this.#contains(column, text));
    return anyOf([...columns, labelled("kind = 'tag'", this.#contains('name', text))]);
  }

  #regex(source: string): string {
    this.uneven = true;
    const columns = `${TEXT_REGEX}(${this.#put(source)}, ${[...TEXT_COLUMNS, STATUS_TEXT].join(', ')})`;
    return anyOf([columns, labelled("kind = 'tag'", `${TEXT_REGEX}(${this.#put(source)}, name)`)]);
  }

  #field(field: TextField, pattern: Pattern): string {
    if (field === 'frame') return '0';
    if (field === 'tag' || field === 'rule') return labelled(`kind = '${field}'`, this.#matches('name', pattern));
    return anyOf(FIELD_COLUMNS[field].map((column) => this.#matches(column, pattern)));
  }

  #matches(column: string, pattern: Pattern): string {
    if ('regex' in pattern) {
      this.uneven = true;
      return `${TEXT_REGEX}(${this.#put(pattern.regex)}, ${column})`;
    }
    const wild = pattern.wild && /[*?]/.test(pattern.text);
    return `lower(${column}) ${wild ? 'GLOB' : '='} ${this.#put(wild ? globOf(pattern.text) : foldCase(pattern.text))}`;
  }

  #number(column: string, { operator, value }: NumberTest): string {
    return `coalesce(${column} ${operator} ${this.#put(value)}, 0)`;
  }

  #status(test: StatusTest): string {
    switch (test.kind) {
      case 'compare':
        return this.#number('status', { operator: test.operator, value: test.code });
      case 'class':
        return `coalesce(status / 100 = ${this.#put(test.hundreds)}, 0)`;
      case 'ok':
        return `(${HAS_REPLY} AND NOT ${IS_ERROR})`;
      case 'error':
        return IS_ERROR;
      case 'pending':
        return '(status IS NULL)';
    }
  }

  #inBodies(condition: string): string {
    this.uneven = true;
    return `EXISTS (SELECT 1 FROM body WHERE id BETWEEN exchange.seq * 2 AND exchange.seq * 2 + 1 AND ${condition})`;
  }

  #body(test: BodyTest): string {
    if ('regex' in test) return `${BODY_REGEX}(${this.#put(test.regex)}, ${searchedBytes()})`;
    // Bytes are compared, since `instr` over text would read each character; only A to Z are folded, as everywhere.
    const folded = `CAST(lower(CAST(${searchedBytes()} AS TEXT)) AS BLOB)`;
    return `instr(${folded}, ${this.#put(new TextEncoder().encode(foldCase(test.text)))}) > 0`;
  }
}

const searchedBytes = (): string => `substr(bytes, 1, ${String(SEARCHED_BODY_BYTES)})`;

/** Few rows have a label: they are looked up once for a statement. */
const labelled = (kind: string, condition: string): string =>
  `(seq IN (SELECT seq FROM label WHERE ${kind} AND ${condition}))`;

/** Compiles a filter to SQL that finds exactly the rows that `matchesQuery` does. */
export function toSql(query: Query, { nowMs }: MatchOptions): SqlCondition {
  const compiler = new Compiler(nowMs);
  const where = compiler.compile(query);
  return { where, parameters: compiler.parameters, uneven: compiler.uneven };
}
