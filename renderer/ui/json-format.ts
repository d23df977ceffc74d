const WHITESPACE = /[ \t\n\r]+/y;
// A control character in a string is no JSON, hence the range.
// oxlint-disable-next-line no-control-regex -- JSON itself names that range
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const SCALAR = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
const INDENT = '  ';
const MAX_DEPTH = 1_000;

class Malformed extends Error {
  override readonly name = 'Malformed';
}

/** Writes tokens out again one by one: numbers and strings stay the characters that they were. */
class Printer {
  readonly #text: string;
  #at = 0;
  readonly #out: string[] = [];

  constructor(text: string) {
    this.#text = text;
  }

  print(): string {
    this.#value(0);
    this.#skip();
    if (this.#at !== this.#text.length) throw new Malformed();
    return this.#out.join('');
  }

  #skip(): void {
    WHITESPACE.lastIndex = this.#at;
    if (WHITESPACE.test(this.#text)) this.#at = WHITESPACE.lastIndex;
  }

  #take(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at;
    if (!pattern.test(this.#text)) return false;
    this.#out.push(this.#text.slice(this.#at, pattern.lastIndex));
    this.#at = pattern.lastIndex;
    return true;
  }

  #is(char: string): boolean {
    this.#skip();
    if (this.#text[this.#at] !== char) return false;
    this.#at += 1;
    return true;
  }

  #line(depth: number): void {
    this.#out.push('\n', INDENT.repeat(depth));
  }

  #value(depth: number): void {
    if (depth > MAX_DEPTH) throw new Malformed();
    this.#skip();
    if (this.#is('{')) this.#list(depth, '{', '}');
    else if (this.#is('[')) this.#list(depth, '[', ']');
    else if (!this.#take(STRING) && !this.#take(SCALAR)) throw new Malformed();
  }

  #list(depth: number, open: '{' | '[', close: '}' | ']'): void {
    this.#out.push(open);
    if (this.#is(close)) {
      this.#out.push(close);
      return;
    }
    for (let first = true; first || this.#is(','); first = false) {
      if (!first) this.#out.push(',');
      this.#line(depth + 1);
      if (open === '{') this.#key();
      this.#value(depth + 1);
    }
    if (!this.#is(close)) throw new Malformed();
    this.#line(depth);
    this.#out.push(close);
  }

  #key(): void {
    this.#skip();
    if (!this.#take(STRING) || !this.#is(':')) throw new Malformed();
    this.#out.push(': ');
  }
}

/**
 * JSON with a line for every member. It is never parsed into values, so no number changes, keys stay in order and
 * duplicates stay visible.
 *
 * @returns undefined when the text is no JSON (or nested deeper than 1,000)
 */
export function prettyJson(text: string): string | undefined {
  try {
    return new Printer(text).print();
  } catch (error) {
    if (error instanceof Malformed) return undefined;
    throw error;
  }
}
