import { Entries, float, Term } from './notation.ts';

const MAX_DEPTH = 1_000;
const TIMESTAMP = -1;
const lenient = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * Reads one value at a time. A reader of our own, since what others make of a map (an object of the language) loses the order of
 * keys, keys that repeat and those that are no texts.
 */
class Reader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get done(): boolean {
    return this.#at >= this.#bytes.length;
  }

  value(depth: number): unknown {
    if (depth > MAX_DEPTH) throw new RangeError('it is nested deeper than 1,000');
    const type = this.#unsigned(1);
    if (type <= 0x7f) return type;
    if (type <= 0x8f) return this.#map(type & 0x0f, depth);
    if (type <= 0x9f) return this.#array(type & 0x0f, depth);
    if (type <= 0xbf) return this.#text(type & 0x1f);
    if (type >= 0xe0) return type - 0x100;
    if (type <= 0xc3) return this.#simple(type);
    if (type <= 0xd3) return this.#wide(type);
    return this.#long(type, depth);
  }

  #simple(type: number): unknown {
    if (type === 0xc1) throw new RangeError('it holds the byte c1, which is never used');
    return type === 0xc0 ? null : type === 0xc3;
  }

  /** c4 to d3: bytes, extensions, floats and whole numbers. */
  #wide(type: number): unknown {
    if (type <= 0xc6) return this.#take(this.#unsigned(1 << (type - 0xc4)));
    if (type <= 0xc9) return this.#extension(this.#unsigned(1 << (type - 0xc7)));
    if (type === 0xca) return float(this.#view.getFloat32(this.#skip(4)));
    if (type === 0xcb) return float(this.#view.getFloat64(this.#skip(8)));
    if (type === 0xcf) return this.#view.getBigUint64(this.#skip(8));
    if (type <= 0xce) return this.#unsigned(1 << (type - 0xcc));
    if (type === 0xd0) return this.#view.getInt8(this.#skip(1));
    if (type === 0xd1) return this.#view.getInt16(this.#skip(2));
    if (type === 0xd2) return this.#view.getInt32(this.#skip(4));
    return this.#view.getBigInt64(this.#skip(8));
  }

  /** d4 to df: extensions of a fixed size, long texts, arrays and maps. */
  #long(type: number, depth: number): unknown {
    if (type <= 0xd8) return this.#extension(1 << (type - 0xd4));
    if (type <= 0xdb) return this.#text(this.#unsigned(1 << (type - 0xd9)));
    if (type <= 0xdd) return this.#array(this.#unsigned(type === 0xdc ? 2 : 4), depth);
    return this.#map(this.#unsigned(type === 0xde ? 2 : 4), depth);
  }

  #skip(count: number): number {
    const at = this.#at;
    if (at + count > this.#bytes.length) throw new RangeError(`it ends within a value, at byte ${this.#bytes.length}`);
    this.#at += count;
    return at;
  }

  #unsigned(width: number): number {
    const at = this.#skip(width);
    return width === 1 ? this.#view.getUint8(at) : width === 2 ? this.#view.getUint16(at) : this.#view.getUint32(at);
  }

  #take(length: number): Uint8Array {
    const at = this.#skip(length);
    return this.#bytes.subarray(at, at + length);
  }

  #text(length: number): string {
    return lenient.decode(this.#take(length));
  }

  #array(length: number, depth: number): unknown[] {
    const items: unknown[] = [];
    while (items.length < length) items.push(this.value(depth + 1));
    return items;
  }

  #map(length: number, depth: number): Entries {
    const entries: [unknown, unknown][] = [];
    while (entries.length < length) entries.push([this.value(depth + 1), this.value(depth + 1)]);
    return new Entries(entries);
  }

  #extension(length: number): Term {
    const type = this.#view.getInt8(this.#skip(1));
    const content = this.#take(length);
    return (type === TIMESTAMP ? timestamp(content) : undefined) ?? new Term('ext', type, content);
  }
}

/** A point in time in one of the three layouts of MessagePack; undefined for any other. */
function timestamp(content: Uint8Array): Term | undefined {
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  let seconds: bigint;
  let nanos = 0;
  if (content.length === 4) seconds = BigInt(view.getUint32(0));
  else if (content.length === 8) {
    nanos = view.getUint32(0) >>> 2;
    seconds = view.getBigUint64(0) & 0x3_ffff_ffffn;
  } else if (content.length === 12) {
    nanos = view.getUint32(0);
    seconds = view.getBigInt64(4);
  } else return undefined;
  const at = new Date(Number(seconds) * 1_000);
  if (Number.isNaN(at.getTime()) || nanos > 999_999_999) return undefined;
  const fraction = nanos === 0 ? '' : `.${String(nanos).padStart(9, '0')}`;
  return new Term('timestamp', at.toISOString().replace('.000Z', `${fraction}Z`));
}

/**
 * The values of MessagePack, one after another.
 *
 * @throws {RangeError} for bytes that are none
 * @see https://github.com/msgpack/msgpack/blob/master/spec.md
 */
export function readMessagePack(bytes: Uint8Array): readonly unknown[] {
  const reader = new Reader(bytes);
  const values: unknown[] = [];
  while (!reader.done) values.push(reader.value(0));
  return values;
}
