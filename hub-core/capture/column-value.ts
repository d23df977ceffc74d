import { isDecimal } from '../common/query/decimal.ts';
import type { JsonPath } from '../common/query/json-path.ts';
import { JsonScanner, jsonString } from '../common/query/json-scan.ts';
import { SEARCHED_BODY_BYTES } from '../common/query/match-query.ts';
import type { ColumnValue } from '../common/traffic/custom-column.ts';

/** What is kept of a value, in UTF-16 units. */
export const MAX_VALUE_LENGTH = 256;

/** A string of more bytes is longer than that, however it is written: an escape takes six bytes a unit, quotes two. */
const MAX_VALUE_BYTES = 6 * MAX_VALUE_LENGTH + 2;

const [QUOTE, BACKSLASH, SMALL_U, OPEN_OBJECT, OPEN_ARRAY] = [0x22, 0x5c, 0x75, 0x7b, 0x5b];
const WORDS: ReadonlySet<string> = new Set(['true', 'false', 'null']);

/** A value in a body, and whether it reaches to the end of what was looked at: what is behind may belong to it, too. */
export interface FoundValue extends ColumnValue {
  readonly atEnd: boolean;
}

const decoder = new TextDecoder();
const decode = (bytes: Uint8Array): string => decoder.decode(bytes);

/** The beginning of a text, without half a character at its end. */
function shortened(text: string): string {
  const isPair = /[\uD800-\uDBFF]/.test(text.charAt(MAX_VALUE_LENGTH - 1));
  return text.slice(0, isPair ? MAX_VALUE_LENGTH - 1 : MAX_VALUE_LENGTH);
}

/** Bytes of a string in JSON up to a character that is not within the bound any more, without a closing quote. */
function beginningOf(bytes: Uint8Array): Uint8Array {
  let [at, units] = [1, 0];
  while (at < bytes.length && units <= MAX_VALUE_LENGTH) {
    const byte = bytes[at] ?? 0;
    if (byte === BACKSLASH) at += bytes[at + 1] === SMALL_U ? 6 : 2;
    else if (byte < 0x80) at += 1;
    else if (byte < 0xe0) at += 2;
    else at += byte < 0xf0 ? 3 : 4;
    units += byte >= 0xf0 ? 2 : 1;
  }
  return bytes.subarray(0, Math.min(at, bytes.length));
}

function stringValue(bytes: Uint8Array): ColumnValue | undefined {
  if (bytes.length <= MAX_VALUE_BYTES) {
    const text = jsonString(bytes);
    if (text === undefined) return undefined;
    return { kind: 'string', text: shortened(text), cut: text.length > MAX_VALUE_LENGTH };
  }
  const text = jsonString(new TextEncoder().encode(`${decode(beginningOf(bytes))}"`));
  return text === undefined ? undefined : { kind: 'string', text: shortened(text), cut: true };
}

function valueOf(bytes: Uint8Array): ColumnValue | undefined {
  const first = bytes[0];
  if (first === QUOTE) return stringValue(bytes);
  const text = decode(bytes.subarray(0, MAX_VALUE_BYTES));
  const cut = text.length > MAX_VALUE_LENGTH;
  if (first === OPEN_OBJECT || first === OPEN_ARRAY) return { kind: 'json', text: shortened(text), cut };
  if (WORDS.has(text)) return { kind: 'word', text, cut: false };
  if (!isDecimal(text)) return undefined;
  // A number of which a part is missing would be another number.
  return cut ? { kind: 'json', text: shortened(text), cut } : { kind: 'number', text, cut };
}

/** Takes the value at a path out of bodies: the first that the scanner finds, as far as `json:` looks. */
export class ColumnExtractor {
  readonly #scanner: JsonScanner;
  #found: FoundValue | undefined;
  #body: Uint8Array = new Uint8Array(0);

  constructor(path: JsonPath) {
    this.#scanner = new JsonScanner(path);
  }

  /** @returns undefined when there is nothing at the path, or nothing that can be read as JSON */
  valueIn(body: Uint8Array): FoundValue | undefined {
    this.#found = undefined;
    this.#body = body.length > SEARCHED_BODY_BYTES ? body.subarray(0, SEARCHED_BODY_BYTES) : body;
    this.#scanner.scan(this.#body, this.#take);
    const found = this.#found as FoundValue | undefined;
    return found?.atEnd === true && this.#body !== body ? undefined : found;
  }

  // One function for all bodies: this runs for each that is stored.
  readonly #take = (start: number, end: number): boolean => {
    const bytes = this.#body.subarray(start, end);
    const value = valueOf(bytes);
    // A string that is there to its quote ends there.
    const atEnd = end === this.#body.length && bytes[0] !== QUOTE;
    if (value !== undefined) this.#found = { ...value, atEnd };
    return true;
  };
}
