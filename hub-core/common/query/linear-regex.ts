import { RE2JS } from 're2js';

/** A pattern that a person writes is far shorter; a longer one would only be slow. */
const MAX_SOURCE_LENGTH = 1_000;
const MAX_PROGRAM_SIZE = 4_000;

/**
 * A regular expression that takes time linear in its text, whatever the two are: RE2's syntax, so without look-around and
 * back-references; `(?i)` at its beginning ignores case.
 *
 * @see Cox, "Regular Expression Matching Can Be Simple And Fast", 2007
 */
class LinearRegex {
  readonly #program: RE2JS;

  /** @throws {Error} saying what of it is not understood */
  constructor(source: string) {
    if (source.length > MAX_SOURCE_LENGTH) throw new RangeError(`longer than ${String(MAX_SOURCE_LENGTH)} characters`);
    this.#program = RE2JS.compile(RE2JS.translateRegExp(source));
    if (this.#program.programSize() > MAX_PROGRAM_SIZE)
      throw new RangeError('too large once its repetitions are laid out');
  }

  /** True when it matches anywhere in the text. */
  test(text: string): boolean {
    return this.#program.test(text);
  }
}

/** @throws {Error} saying what of it is not understood */
export function assertRegex(source: string): void {
  void new LinearRegex(source);
}

/** More than the filters that are in use at a time have. */
const MAX_KNOWN = 256;

/** Patterns compiled lately, by their source: none is compiled for each row. */
export class RegexCache {
  readonly #known = new Map<string, LinearRegex>();

  /** @throws {Error} as the constructor of {@link LinearRegex} */
  get(source: string): LinearRegex {
    const known = this.#known.get(source);
    if (known !== undefined) return known;
    if (this.#known.size >= MAX_KNOWN) this.#known.clear();
    const made = new LinearRegex(source);
    this.#known.set(source, made);
    return made;
  }
}
