/** What stands at a place of a JSON text. */
export const JsonKind = { Object: 0, Array: 1, String: 2, Number: 3, Boolean: 4, Null: 5 } as const;
export type JsonKind = (typeof JsonKind)[keyof typeof JsonKind];

/** No such node, no such key. */
export const NONE = 0xffff_ffff;

/**
 * Where every value of a JSON text lies, as columns of numbers: a node is an index, in the order in which values begin. 21 bytes a
 * value, and it goes between threads without being copied.
 */
export interface JsonIndex {
  readonly count: number;
  readonly kind: Uint8Array<ArrayBuffer>;
  /** Offset of the first byte. */
  readonly start: Uint32Array<ArrayBuffer>;
  /** Offset behind the last byte; of a value that the text breaks off in, one more than the text has bytes. */
  readonly end: Uint32Array<ArrayBuffer>;
  /** Offset of the quote that begins the member's key, else `NONE`. */
  readonly key: Uint32Array<ArrayBuffer>;
  readonly parent: Uint32Array<ArrayBuffer>;
  /** The node behind all that is inside this one. */
  readonly next: Uint32Array<ArrayBuffer>;
}

const MAX_DEPTH = 1_000;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const MINUS = 0x2d;
const ESCAPES: ReadonlySet<number> = new Set(Array.from('"\\/bfnrt', (char) => char.charCodeAt(0)));
const LITERALS: ReadonlyMap<number, readonly [kind: JsonKind, rest: string]> = new Map([
  [0x74, [JsonKind.Boolean, 'true']],
  [0x66, [JsonKind.Boolean, 'false']],
  [0x6e, [JsonKind.Null, 'null']],
]);

class Malformed extends Error {
  override readonly name = 'Malformed';
}

/** The text ends where more must come. */
class BrokenOff extends Error {
  override readonly name = 'BrokenOff';
}

const isDigit = (byte: number): boolean => byte >= 0x30 && byte <= 0x39;
const isHex = (byte: number): boolean => isDigit(byte) || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66);

/** Columns that grow. */
class Columns {
  kind: Uint8Array<ArrayBuffer>;
  start: Uint32Array<ArrayBuffer>;
  end: Uint32Array<ArrayBuffer>;
  key: Uint32Array<ArrayBuffer>;
  parent: Uint32Array<ArrayBuffer>;
  next: Uint32Array<ArrayBuffer>;
  count = 0;

  constructor(capacity: number) {
    this.kind = new Uint8Array(capacity);
    this.start = new Uint32Array(capacity);
    this.end = new Uint32Array(capacity);
    this.key = new Uint32Array(capacity);
    this.parent = new Uint32Array(capacity);
    this.next = new Uint32Array(capacity);
  }

  /** Room for one more. */
  reserve(): void {
    if (this.count < this.kind.length) return;
    const capacity = this.kind.length * 2;
    const grown = (column: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> => {
      const larger = new Uint32Array(capacity);
      larger.set(column);
      return larger;
    };
    const kind = new Uint8Array(capacity);
    kind.set(this.kind);
    this.kind = kind;
    this.start = grown(this.start);
    this.end = grown(this.end);
    this.key = grown(this.key);
    this.parent = grown(this.parent);
    this.next = grown(this.next);
  }

  /** The columns at their length. */
  taken(): JsonIndex {
    const { count } = this;
    return {
      count,
      kind: this.kind.slice(0, count),
      start: this.start.slice(0, count),
      end: this.end.slice(0, count),
      key: this.key.slice(0, count),
      parent: this.parent.slice(0, count),
      next: this.next.slice(0, count),
    };
  }
}

/** Recursive descent over bytes, by the grammar of RFC 8259. */
class Scanner {
  readonly #bytes: Uint8Array;
  readonly #columns: Columns;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#columns = new Columns(Math.max(16, bytes.length >>> 4));
  }

  /** @throws {Malformed} @throws {BrokenOff} */
  scan(): void {
    this.#skip();
    this.#value(NONE, NONE, 0);
    this.#skip();
    if (this.#at < this.#bytes.length) throw new Malformed();
  }

  /** What was found until now; values that have no end yet are marked. */
  index(): JsonIndex {
    const index = this.#columns.taken();
    for (let node = 0; node < index.count; node += 1) {
      if (index.end[node] !== NONE) continue;
      index.end[node] = this.#bytes.length + 1;
      index.next[node] = index.count;
    }
    return index;
  }

  #peek(): number {
    const byte = this.#bytes[this.#at];
    if (byte === undefined) throw new BrokenOff();
    return byte;
  }

  #skip(): void {
    for (;;) {
      const byte = this.#bytes[this.#at];
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return;
      this.#at += 1;
    }
  }

  #value(parent: number, key: number, depth: number): void {
    if (depth > MAX_DEPTH) throw new Malformed();
    const first = this.#peek();
    const columns = this.#columns;
    columns.reserve();
    const node = columns.count;
    columns.count += 1;
    columns.start[node] = this.#at;
    columns.end[node] = NONE;
    columns.key[node] = key;
    columns.parent[node] = parent;
    columns.kind[node] = this.#content(first, node, depth);
    columns.end[node] = this.#at;
    columns.next[node] = columns.count;
  }

  #content(first: number, node: number, depth: number): JsonKind {
    // Set before the members are read: a text that breaks off in them is still an object.
    if (first === 0x7b) {
      this.#columns.kind[node] = JsonKind.Object;
      this.#members(node, depth, 0x7d);
      return JsonKind.Object;
    }
    if (first === 0x5b) {
      this.#columns.kind[node] = JsonKind.Array;
      this.#members(node, depth, 0x5d);
      return JsonKind.Array;
    }
    if (first === QUOTE) {
      this.#columns.kind[node] = JsonKind.String;
      this.#string();
      return JsonKind.String;
    }
    const literal = LITERALS.get(first);
    this.#columns.kind[node] = literal?.[0] ?? JsonKind.Number;
    if (literal === undefined) this.#number();
    else this.#word(literal[1]);
    return literal?.[0] ?? JsonKind.Number;
  }

  #members(node: number, depth: number, close: number): void {
    this.#at += 1;
    this.#skip();
    if (this.#peek() === close) {
      this.#at += 1;
      return;
    }
    for (;;) {
      const key = close === 0x7d ? this.#key() : NONE;
      this.#value(node, key, depth + 1);
      this.#skip();
      const byte = this.#peek();
      this.#at += 1;
      if (byte === close) return;
      if (byte !== COMMA) throw new Malformed();
      this.#skip();
    }
  }

  #key(): number {
    const key = this.#at;
    if (this.#peek() !== QUOTE) throw new Malformed();
    this.#string();
    this.#skip();
    if (this.#peek() !== COLON) throw new Malformed();
    this.#at += 1;
    this.#skip();
    return key;
  }

  #string(): void {
    this.#at += 1;
    for (;;) {
      const byte = this.#peek();
      this.#at += 1;
      if (byte === QUOTE) return;
      if (byte < 0x20) throw new Malformed();
      if (byte === BACKSLASH) this.#escape();
    }
  }

  #escape(): void {
    const byte = this.#peek();
    this.#at += 1;
    if (byte === 0x75) {
      for (let digit = 0; digit < 4; digit += 1) {
        if (!isHex(this.#peek())) throw new Malformed();
        this.#at += 1;
      }
    } else if (!ESCAPES.has(byte)) throw new Malformed();
  }

  #word(word: string): void {
    for (let place = 0; place < word.length; place += 1) {
      if (this.#peek() !== word.charCodeAt(place)) throw new Malformed();
      this.#at += 1;
    }
  }

  #number(): void {
    if (this.#peek() === MINUS) this.#at += 1;
    if (this.#peek() === 0x30) this.#at += 1;
    else this.#digits();
    if (this.#bytes[this.#at] === 0x2e) {
      this.#at += 1;
      this.#digits();
    }
    const exponent = this.#bytes[this.#at];
    if (exponent !== 0x65 && exponent !== 0x45) return;
    this.#at += 1;
    const sign = this.#bytes[this.#at];
    if (sign === 0x2b || sign === MINUS) this.#at += 1;
    this.#digits();
  }

  #digits(): void {
    if (!isDigit(this.#peek())) throw new Malformed();
    while (isDigit(this.#bytes[this.#at] ?? 0)) this.#at += 1;
  }
}

/**
 * Finds every value of a JSON text by its bytes. Nothing is converted, so numbers stay what they are.
 *
 * @param partial the text may break off anywhere: it is understood as far as it goes
 * @returns undefined when it is no JSON, or is nested deeper than 1,000
 */
export function indexJson(bytes: Uint8Array, partial = false): JsonIndex | undefined {
  const scanner = new Scanner(bytes);
  try {
    scanner.scan();
  } catch (error) {
    if (error instanceof Malformed) return undefined;
    if (!(error instanceof BrokenOff)) throw error;
    if (!partial) return undefined;
  }
  const index = scanner.index();
  return index.count === 0 ? undefined : index;
}

/** Offset behind the closing quote of a string that begins at `start`. */
export function stringEnd(bytes: Uint8Array, start: number): number {
  let at = start + 1;
  while (at < bytes.length && bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1;
  return Math.min(at + 1, bytes.length);
}

/** The innermost value whose bytes, or whose key's bytes, hold that offset; undefined outside of the text. */
export function nodeAt(index: JsonIndex, offset: number): number | undefined {
  let low = 0;
  let high = index.count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (firstByte(index, middle) <= offset) low = middle + 1;
    else high = middle;
  }
  for (let node = low - 1; node >= 0 && node !== NONE; node = index.parent[node] ?? NONE) {
    if (offset < (index.end[node] ?? 0)) return node;
  }
  return undefined;
}

/** Where a value begins, with its key. */
export function firstByte({ key, start }: JsonIndex, node: number): number {
  const at = key[node] ?? NONE;
  return at === NONE ? (start[node] ?? 0) : at;
}
