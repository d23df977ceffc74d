import { compareDecimals, isDecimal } from './decimal.ts';
import { JsonScanner, jsonString } from './json-scan.ts';
import type { RegexCache } from './linear-regex.ts';
import { matchesPattern, passesComparison } from './match-pattern.ts';
import type { JsonTest, Query } from './query.ts';

const STRING = 0x22;
const WORDS: ReadonlySet<string> = new Set(['true', 'false', 'null']);

/** A scalar as a test sees it: a string's text, or a number or word as it is written. */
interface Scalar {
  readonly text: string;
  readonly isString: boolean;
}

function scalarOf(bytes: Uint8Array): Scalar | undefined {
  if (bytes[0] === STRING) {
    const text = jsonString(bytes);
    return text === undefined ? undefined : { text, isString: true };
  }
  const text = new TextDecoder().decode(bytes);
  return isDecimal(text) || WORDS.has(text) ? { text, isString: false } : undefined;
}

function passes(test: JsonTest, { text, isString }: Scalar, regexes: RegexCache): boolean {
  switch (test.kind) {
    case 'decimal':
      return !isString && isDecimal(text) && passesComparison(test.operator, compareDecimals(text, test.decimal));
    case 'string':
      return isString && matchesPattern({ text: test.text, wild: false }, text, regexes);
    case 'pattern':
      return matchesPattern(test.pattern, text, regexes);
  }
}

/** A `json:` term made ready to look at many bodies. */
export class JsonMatcher {
  readonly #scanner: JsonScanner;
  readonly #tests: readonly JsonTest[];
  readonly #regexes: RegexCache;

  constructor({ path, tests }: Extract<Query, { kind: 'json' }>, regexes: RegexCache) {
    this.#scanner = new JsonScanner(path);
    this.#tests = tests;
    this.#regexes = regexes;
  }

  /** True when a value at the path passes any of the tests, or is there, when there are none. */
  matches(body: Uint8Array): boolean {
    let found = false;
    this.#scanner.scan(body, (start, end) => {
      found = this.#passes(body.subarray(start, end));
      return found;
    });
    return found;
  }

  #passes(value: Uint8Array): boolean {
    const open = value[0];
    const isContainer = open === 0x7b || open === 0x5b;
    if (isContainer) return this.#tests.length === 0;
    const scalar = scalarOf(value);
    if (scalar === undefined) return false;
    return this.#tests.length === 0 || this.#tests.some((test) => passes(test, scalar, this.#regexes));
  }
}
