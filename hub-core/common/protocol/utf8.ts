/** UTF-8 by hand where it is short: calling the platform's coders costs more than a client's id takes. */

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const encoder = new TextEncoder();

/** Longer texts go to the platform, whose cost per byte is lower. Measured; from 13 on, V8 makes ropes of what is joined. */
const SHORT_READ_BYTES = 12;
const SHORT_WRITE_UNITS = 48;

/** How long the sequence is that `lead`, a byte above ASCII, opens; 0 when it opens none. */
function sequenceBytes(lead: number): number {
  if (lead >= 0xc2 && lead <= 0xdf) return 2;
  if (lead >= 0xe0 && lead <= 0xef) return 3;
  return lead >= 0xf0 && lead <= 0xf4 ? 4 : 0;
}

/** Refuses overlong forms, surrogates and what is above U+10FFFF, all of which the second byte shows (RFC 3629, 4). */
function isSecondByte(lead: number, second: number): boolean {
  if (second < 0x80 || second > 0xbf) return false;
  if (lead === 0xe0) return second >= 0xa0;
  if (lead === 0xed) return second <= 0x9f;
  if (lead === 0xf0) return second >= 0x90;
  return lead !== 0xf4 || second <= 0x8f;
}

/** Whether `bytes` from `start` up to `end` are well-formed UTF-8. */
export function isUtf8(bytes: Uint8Array, start = 0, end: number = bytes.length): boolean {
  let at = start;
  while (at < end) {
    const lead = bytes[at] as number;
    if (lead < 0x80) {
      at++;
      continue;
    }
    const next = at + sequenceBytes(lead);
    if (next === at || next > end || !isSecondByte(lead, bytes[at + 1] as number)) return false;
    for (at += 2; at < next; at++) {
      if (((bytes[at] as number) & 0xc0) !== 0x80) return false;
    }
  }
  return true;
}

/** The text of `bytes` from `start` up to `end`, which are known to be UTF-8. A byte order mark is part of the text. */
export function decodeUtf8(bytes: Uint8Array, start: number, end: number): string {
  if (end - start > SHORT_READ_BYTES) return decoder.decode(bytes.subarray(start, end));
  let text = '';
  for (let at = start; at < end; at++) {
    const byte = bytes[at] as number;
    if (byte >= 0x80) return decoder.decode(bytes.subarray(start, end));
    text += String.fromCharCode(byte);
  }
  return text;
}

/** How many bytes `text` takes as UTF-8; a lone surrogate counts as U+FFFD, which it becomes. */
export function utf8Bytes(text: string): number {
  let bytes = text.length;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit < 0x80) continue;
    if (unit < 0x800) {
      bytes += 1;
      continue;
    }
    // Three bytes for one unit, or four for two.
    bytes += 2;
    if (isPairAt(text, at)) at++;
  }
  return bytes;
}

function isPairAt(text: string, at: number): boolean {
  return (text.charCodeAt(at) & 0xfc00) === 0xd800 && (text.charCodeAt(at + 1) & 0xfc00) === 0xdc00;
}

/**
 * Writes `text` at `at` of `target`, which has room for it.
 *
 * @returns how many bytes that took
 */
export function writeUtf8(target: Uint8Array, at: number, text: string): number {
  if (text.length > SHORT_WRITE_UNITS) return encoder.encodeInto(text, target.subarray(at)).written;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit >= 0x80) return encoder.encodeInto(text, target.subarray(at)).written;
    target[at + index] = unit;
  }
  return text.length;
}

/** `text` as UTF-8 in a buffer of its own. */
export function encodeUtf8(text: string): Uint8Array<ArrayBuffer> {
  return encoder.encode(text);
}
