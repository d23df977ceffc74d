import { decodeLeniently } from '../bytes.ts';
import { firstByte, indexJson, JsonKind, NONE, stringEnd } from './json-index.ts';
import type { JsonIndex } from './json-index.ts';

const NEWLINE = 0x0a;
const SPACE = 0x20;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN = [0x7b, 0x5b] as const;
const CLOSE = [0x7d, 0x5d] as const;

/** A text in bytes that grows. */
class Output {
  #bytes: Uint8Array<ArrayBuffer>;
  #length = 0;

  constructor(capacity: number) {
    this.#bytes = new Uint8Array(capacity);
  }

  byte(byte: number): void {
    this.#reserve(1);
    this.#bytes[this.#length] = byte;
    this.#length += 1;
  }

  copy(from: Uint8Array, start: number, end: number): void {
    this.#reserve(end - start);
    this.#bytes.set(from.subarray(start, end), this.#length);
    this.#length += end - start;
  }

  line(depth: number): void {
    this.#reserve(1 + 2 * depth);
    this.#bytes[this.#length] = NEWLINE;
    this.#bytes.fill(SPACE, this.#length + 1, this.#length + 1 + 2 * depth);
    this.#length += 1 + 2 * depth;
  }

  taken(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#length);
  }

  #reserve(length: number): void {
    if (this.#length + length <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + length));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }
}

class Printer {
  readonly #bytes: Uint8Array;
  readonly #index: JsonIndex;
  readonly #out: Output;

  constructor(bytes: Uint8Array, index: JsonIndex) {
    this.#bytes = bytes;
    this.#index = index;
    this.#out = new Output(Math.max(64, bytes.length * 2));
  }

  print(): Uint8Array<ArrayBuffer> {
    this.#value(0, 0);
    return this.#out.taken();
  }

  #value(node: number, depth: number): void {
    const kind = this.#index.kind[node];
    const start = this.#index.start[node] ?? 0;
    const end = this.#index.end[node] ?? 0;
    if (kind === JsonKind.Object || kind === JsonKind.Array) this.#list(node, kind, depth);
    else this.#out.copy(this.#bytes, start, Math.min(end, this.#bytes.length));
  }

  #list(node: number, kind: 0 | 1, depth: number): void {
    const { next, end } = this.#index;
    const behind = next[node] ?? 0;
    this.#out.byte(OPEN[kind]);
    for (let child = node + 1; child < behind; child = next[child] ?? behind) {
      if (child > node + 1) this.#out.byte(COMMA);
      this.#out.line(depth + 1);
      this.#key(child);
      this.#value(child, depth + 1);
    }
    // A list that the text breaks off in is not closed.
    if ((end[node] ?? 0) > this.#bytes.length) return;
    if (behind > node + 1) this.#out.line(depth);
    this.#out.byte(CLOSE[kind]);
  }

  #key(node: number): void {
    if (this.#index.key[node] === NONE) return;
    const start = firstByte(this.#index, node);
    this.#out.copy(this.#bytes, start, stringEnd(this.#bytes, start));
    this.#out.byte(COLON);
    this.#out.byte(SPACE);
  }
}

/**
 * JSON with a line for every member, from its own bytes: no number changes, keys stay in order and duplicates stay visible.
 *
 * @param index of these bytes
 */
export function printJson(bytes: Uint8Array, index: JsonIndex): Uint8Array<ArrayBuffer> {
  return new Printer(bytes, index).print();
}

/**
 * The lines that the beginning of a JSON text is laid out as, without the one in which it breaks off: they are the same whatever
 * follows, so that they can be shown before the rest is read.
 *
 * @returns '' where there are none, or where it is no JSON
 */
export function firstLines(beginning: Uint8Array): string {
  const index = indexJson(beginning, true);
  if (index === undefined) return '';
  const text = decodeLeniently(printJson(beginning, index));
  return text.slice(0, Math.max(0, text.lastIndexOf('\n')));
}

/**
 * The same for a text in memory.
 *
 * @returns undefined when the text is no JSON (or nested deeper than 1,000)
 */
export function prettyJson(text: string): string | undefined {
  const bytes = new TextEncoder().encode(text);
  const index = indexJson(bytes);
  return index === undefined
    ? undefined
    : new TextDecoder('utf-8', { ignoreBOM: true }).decode(printJson(bytes, index));
}
