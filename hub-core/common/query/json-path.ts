import { QuerySyntaxError } from './query-syntax-error.ts';

/** `within`: at any depth below. A step without a name or an index takes every child. */
export interface JsonStep {
  readonly within: boolean;
  readonly name?: string;
  readonly index?: number;
}

/** A path into a JSON text: RFC 9535 with names, indexes, `*` and `..`, without slices and filters. */
export interface JsonPath {
  /** As it was written. */
  readonly text: string;
  readonly steps: readonly JsonStep[];
}

/** The scanner keeps the steps that are matched as bits of one number. */
const MAX_STEPS = 24;

const DOT_NAME = /^[^\s.[\]()"'=!<>,*]+/;
const INDEX = /^\d{1,9}(?=\])/;
const QUOTED = /^(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')(?=\])/;

class PathReader {
  readonly #text: string;
  readonly #column: number;
  #at = 1;

  constructor(text: string, column: number) {
    this.#text = text;
    this.#column = column;
  }

  read(): JsonStep[] {
    if (!this.#text.startsWith('$')) throw this.#error('A path starts with "$", as in json:$.order.id=7', 0);
    const steps: JsonStep[] = [];
    while (this.#at < this.#text.length) {
      if (steps.length === MAX_STEPS) throw this.#error(`A path has at most ${String(MAX_STEPS)} steps`, this.#at);
      steps.push(this.#step());
    }
    return steps;
  }

  #step(): JsonStep {
    const within = this.#take('..');
    if (this.#take('[')) return { within, ...this.#bracket() };
    if (!within && !this.#take('.')) throw this.#error('A step starts with "." or "["', this.#at);
    if (this.#take('*')) return { within };
    const name = DOT_NAME.exec(this.#text.slice(this.#at))?.[0];
    if (name === undefined) throw this.#error('A name is missing in the path', this.#at);
    this.#at += name.length;
    return { within, name };
  }

  #bracket(): Omit<JsonStep, 'within'> {
    const rest = this.#text.slice(this.#at);
    const quoted = QUOTED.exec(rest)?.[0];
    const word = quoted ?? INDEX.exec(rest)?.[0] ?? (rest.startsWith('*]') ? '*' : undefined);
    if (word === undefined)
      throw this.#error('Brackets take a number, a quoted name or "*", and are closed by "]"', this.#at);
    this.#at += word.length + 1;
    if (quoted !== undefined) return { name: quoted.slice(1, -1).replaceAll(/\\(.)/g, '$1') };
    return word === '*' ? {} : { index: Number(word) };
  }

  #take(text: string): boolean {
    if (!this.#text.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }

  #error(message: string, at: number): QuerySyntaxError {
    return new QuerySyntaxError(message, { column: this.#column + at });
  }
}

/**
 * Reads `$.order.id`, `$["a b"][0]`, `$.items[*].id`, `$..password`.
 *
 * @param column of its first character in the text that an error is about, from 1
 * @throws {QuerySyntaxError}
 */
export function parseJsonPath(text: string, column = 1): JsonPath {
  return { text, steps: new PathReader(text, column).read() };
}

export function isJsonPath(text: string): boolean {
  try {
    parseJsonPath(text);
    return true;
  } catch (error) {
    if (error instanceof QuerySyntaxError) return false;
    throw error;
  }
}
