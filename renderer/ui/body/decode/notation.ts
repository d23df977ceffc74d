/** Members in the order in which they came, also those whose key repeats. */
export class Entries {
  readonly list: readonly (readonly [key: unknown, value: unknown])[];

  constructor(list: readonly (readonly [key: unknown, value: unknown])[]) {
    this.list = list;
  }
}

/** What stands for itself: the text, and in brackets what belongs to it. */
export class Term {
  readonly text: string;
  readonly content: readonly unknown[];

  constructor(text: string, ...content: readonly unknown[]) {
    this.text = text;
    this.content = content;
  }
}

/** A number that is no whole one by its type, so that 1 is written `1.0`. */
export function float(value: number): Term {
  const text = Object.is(value, -0) ? '-0' : String(value);
  return new Term(Number.isInteger(value) && !text.includes('e') ? `${text}.0` : text);
}

const INDENT = '  ';
/** A body that is small on the wire can name values that are huge when written out. */
const MAX_CHARACTERS = 64 << 20;
const MAX_DEPTH = 1_000;

function hex(bytes: Uint8Array): string {
  const digits: string[] = [];
  for (const byte of bytes) digits.push(byte.toString(16).padStart(2, '0'));
  return digits.join('');
}

class NotationWriter {
  readonly #parts: string[] = [];
  #length = 0;

  get text(): string {
    return this.#parts.join('');
  }

  value(value: unknown, depth: number): void {
    if (depth > MAX_DEPTH) throw new RangeError('Cannot write this value: it is nested deeper than 1,000');
    if (value instanceof Uint8Array) this.#put(`h'${hex(value)}'`);
    else if (value instanceof Term) this.#term(value, depth);
    else if (value instanceof Entries) this.#entries(value.list, depth);
    else if (Array.isArray(value)) this.#items(value as readonly unknown[], depth);
    else this.#put(typeof value === 'string' ? JSON.stringify(value) : String(value));
  }

  #term({ text, content }: Term, depth: number): void {
    this.#put(text);
    if (content.length === 0) return;
    for (const [at, each] of content.entries()) {
      this.#put(at === 0 ? '(' : ', ');
      this.value(each, depth + 1);
    }
    this.#put(')');
  }

  #entries(list: Entries['list'], depth: number): void {
    this.#put('{');
    for (const [at, [key, value]] of list.entries()) {
      this.#line(at === 0 ? '' : ',', depth + 1);
      this.value(key, depth + 1);
      this.#put(': ');
      this.value(value, depth + 1);
    }
    if (list.length > 0) this.#line('', depth);
    this.#put('}');
  }

  #items(items: readonly unknown[], depth: number): void {
    this.#put('[');
    for (const [at, item] of items.entries()) {
      this.#line(at === 0 ? '' : ',', depth + 1);
      this.value(item, depth + 1);
    }
    if (items.length > 0) this.#line('', depth);
    this.#put(']');
  }

  #line(before: string, depth: number): void {
    this.#put(`${before}\n${INDENT.repeat(depth)}`);
  }

  #put(text: string): void {
    this.#length += text.length;
    if (this.#length > MAX_CHARACTERS)
      throw new RangeError('Cannot write this value: it is longer than 64 million characters');
    this.#parts.push(text);
  }
}

/**
 * A decoded value as text: JSON, and where that has no words the diagnostic notation of CBOR, such as `h'00ff'` for bytes, NaN and
 * Infinity. Whole numbers of any size are written out.
 *
 * @throws {RangeError} for a value that is nested deeper than 1,000 or too long to be read
 * @see RFC 8949, section 8
 */
export function notationOf(value: unknown): string {
  const writer = new NotationWriter();
  writer.value(value, 0);
  return writer.text;
}
