/**
 * JSON (RFC 8259) read as bytes: finds where a value ends without building it, so that a payload can be cut out and passed
 * on byte for byte. The bytes are taken to be UTF-8; positions past the end read as undefined and match nothing.
 */

/** Deepest nesting of arrays and objects that is accepted. */
export const MAX_JSON_DEPTH = 256;

/** What the functions return when there is no value of that kind. */
export const NO_VALUE = -1;

const QUOTE = 0x22;
const COMMA = 0x2c;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const COLON = 0x3a;
const OPEN_ARRAY = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_ARRAY = 0x5d;
const LETTER_U = 0x75;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

const asciiBytes = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));
const SIMPLE_ESCAPES: ReadonlySet<number> = new Set(asciiBytes('"\\/bfnrt'));
const LITERALS: readonly Uint8Array[] = ['true', 'false', 'null'].map(asciiBytes);

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= ZERO && byte <= 0x39;
}

function isHexDigit(byte: number | undefined): boolean {
  return isDigit(byte) || (byte !== undefined && (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66);
}

function isExponentMark(byte: number | undefined): boolean {
  return byte === 0x65 || byte === 0x45;
}

function isSign(byte: number | undefined): boolean {
  return byte === MINUS || byte === 0x2b;
}

/** Where the space, tab, line feed and carriage return that may stand at `at` end. */
export function spaceEnd(bytes: Uint8Array, at: number): number {
  let end = at;
  for (;;) {
    const byte = bytes[end];
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return end;
    end++;
  }
}

/** @returns the position after the escape whose backslash is at `at` */
function escapeEnd(bytes: Uint8Array, at: number): number {
  const mark = bytes[at + 1];
  if (mark === undefined) return NO_VALUE;
  if (SIMPLE_ESCAPES.has(mark)) return at + 2;
  if (mark !== LETTER_U) return NO_VALUE;
  for (let digit = at + 2; digit < at + 6; digit++) {
    if (!isHexDigit(bytes[digit])) return NO_VALUE;
  }
  return at + 6;
}

/** @returns the position after the closing quote of the string that opens at `at`, or NO_VALUE */
export function stringEnd(bytes: Uint8Array, at: number): number {
  if (bytes[at] !== QUOTE) return NO_VALUE;
  let next = at + 1;
  while (next !== NO_VALUE) {
    const byte = bytes[next];
    if (byte === QUOTE) return next + 1;
    if (byte === undefined || byte < 0x20) return NO_VALUE;
    next = byte === BACKSLASH ? escapeEnd(bytes, next) : next + 1;
  }
  return NO_VALUE;
}

/** @returns the position after the digits at `at`, or NO_VALUE when there is none */
function digitsEnd(bytes: Uint8Array, at: number): number {
  let end = at;
  while (isDigit(bytes[end])) end++;
  return end === at ? NO_VALUE : end;
}

function numberEnd(bytes: Uint8Array, at: number): number {
  const first = bytes[at] === MINUS ? at + 1 : at;
  let end = bytes[first] === ZERO ? first + 1 : digitsEnd(bytes, first);
  if (end !== NO_VALUE && bytes[end] === POINT) end = digitsEnd(bytes, end + 1);
  if (end !== NO_VALUE && isExponentMark(bytes[end]))
    end = digitsEnd(bytes, isSign(bytes[end + 1]) ? end + 2 : end + 1);
  return end;
}

function literalEnd(bytes: Uint8Array, at: number): number {
  const literal = LITERALS.find((candidate) => candidate.every((byte, index) => bytes[at + index] === byte));
  return literal === undefined ? NO_VALUE : at + literal.length;
}

/**
 * @param at of the value's first byte
 * @param depth how many arrays and objects are around it
 * @returns the position after the value, or NO_VALUE when it is no JSON or nested too deeply
 */
export function valueEnd(bytes: Uint8Array, at: number, depth = 0): number {
  switch (bytes[at]) {
    case QUOTE:
      return stringEnd(bytes, at);
    case OPEN_OBJECT:
      return containerEnd(bytes, at, depth + 1);
    case OPEN_ARRAY:
      return containerEnd(bytes, at, depth + 1);
    default:
      return isDigit(bytes[at]) || bytes[at] === MINUS ? numberEnd(bytes, at) : literalEnd(bytes, at);
  }
}

function containerEnd(bytes: Uint8Array, at: number, depth: number): number {
  if (depth > MAX_JSON_DEPTH) return NO_VALUE;
  const isObject = bytes[at] === OPEN_OBJECT;
  const close = isObject ? CLOSE_OBJECT : CLOSE_ARRAY;
  let next = spaceEnd(bytes, at + 1);
  if (bytes[next] === close) return next + 1;
  for (;;) {
    const start = isObject ? memberValueAt(bytes, next) : next;
    const end = start === NO_VALUE ? NO_VALUE : valueEnd(bytes, start, depth);
    if (end === NO_VALUE) return NO_VALUE;
    next = spaceEnd(bytes, end);
    if (bytes[next] === close) return next + 1;
    if (bytes[next] !== COMMA) return NO_VALUE;
    next = spaceEnd(bytes, next + 1);
  }
}

/** @returns where the value of the member starts whose name opens at `at` */
function memberValueAt(bytes: Uint8Array, at: number): number {
  const nameEnd = stringEnd(bytes, at);
  if (nameEnd === NO_VALUE) return NO_VALUE;
  const colon = spaceEnd(bytes, nameEnd);
  return bytes[colon] === COLON ? spaceEnd(bytes, colon + 1) : NO_VALUE;
}

/** Whether `bytes` are one JSON value, with space around it at most. UTF-8 is not looked at. */
export function isJson(bytes: Uint8Array): boolean {
  const end = valueEnd(bytes, spaceEnd(bytes, 0));
  return end !== NO_VALUE && spaceEnd(bytes, end) === bytes.length;
}

/** Where one item of an array or object, already known to be well-formed, lies. */
export type VisitItem = (start: number, end: number) => void;

/** Calls `visit` for each element of the well-formed array at `at`. */
export function forEachElement(bytes: Uint8Array, at: number, visit: VisitItem): void {
  let next = spaceEnd(bytes, at + 1);
  while (bytes[next] !== CLOSE_ARRAY) {
    const end = valueEnd(bytes, next);
    visit(next, end);
    next = spaceEnd(bytes, end);
    if (bytes[next] === COMMA) next = spaceEnd(bytes, next + 1);
  }
}

/** Calls `visit` with name and value, each the position of its first byte, for each member of the well-formed object at `at`. */
export function forEachMember(bytes: Uint8Array, at: number, visit: (name: number, value: number) => void): void {
  let next = spaceEnd(bytes, at + 1);
  while (bytes[next] !== CLOSE_OBJECT) {
    const value = memberValueAt(bytes, next);
    visit(next, value);
    next = spaceEnd(bytes, valueEnd(bytes, value));
    if (bytes[next] === COMMA) next = spaceEnd(bytes, next + 1);
  }
}
