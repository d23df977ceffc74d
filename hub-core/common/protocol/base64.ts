/** Base64 with the standard alphabet and padding (RFC 4648, section 4), bytes to bytes: no string of the whole in between. */

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const PADDING = 0x3d;
const NO_DIGIT = 0xff;

const DIGITS: Uint8Array = Uint8Array.from(ALPHABET, (character) => character.charCodeAt(0));
const VALUES: Uint8Array = new Uint8Array(256).fill(NO_DIGIT);
DIGITS.forEach((digit, value) => (VALUES[digit] = value));

/** @returns how many bytes {@link writeBase64} writes for `bytes` of them */
export function base64Bytes(bytes: number): number {
  return Math.ceil(bytes / 3) * 4;
}

/** Writes `bytes` as base64 at `at` of `target`. */
export function writeBase64(target: Uint8Array, at: number, bytes: Uint8Array): void {
  let to = at;
  for (let from = 0; from < bytes.length; from += 3) {
    const rest = bytes.length - from;
    const group = ((bytes[from] as number) << 16) | ((bytes[from + 1] ?? 0) << 8) | (bytes[from + 2] ?? 0);
    target[to++] = DIGITS[group >> 18] as number;
    target[to++] = DIGITS[(group >> 12) & 63] as number;
    target[to++] = rest > 1 ? (DIGITS[(group >> 6) & 63] as number) : PADDING;
    target[to++] = rest > 2 ? (DIGITS[group & 63] as number) : PADDING;
  }
}

/** How many `=` end `text`. */
function paddingOf(text: Uint8Array): number {
  if (text.at(-1) !== PADDING) return 0;
  return text.at(-2) === PADDING ? 2 : 1;
}

/** @returns undefined when `text` is not padded base64 in its one canonical form */
export function decodeBase64(text: Uint8Array): Uint8Array<ArrayBuffer> | undefined {
  if (text.length % 4 !== 0) return undefined;
  const digits = text.length - paddingOf(text);
  const bytes = new Uint8Array(Math.floor((digits * 3) / 4));
  let bits = 0;
  let held = 0;
  let to = 0;
  for (let from = 0; from < digits; from++) {
    const value = VALUES[text[from] as number] as number;
    if (value === NO_DIGIT) return undefined;
    bits = (bits << 6) | value;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    bytes[to++] = bits >> held;
    bits &= (1 << held) - 1;
  }
  // What is left over must be zero, else several texts would stand for the same bytes.
  return bits === 0 ? bytes : undefined;
}
