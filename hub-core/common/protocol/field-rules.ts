/** What both forms of a message demand of its texts; docs/protocol.md, section 1. */
import { ProtocolError } from '../errors/hub-error.ts';
import type { CodecLimits } from './limits.ts';

/** What a text may hold. */
export const TextRule = { Line: 1, HeaderValue: 2, HeaderName: 4 } as const;
export type TextRule = (typeof TextRule)[keyof typeof TextRule];

const HEADER_NAME = /^[a-z0-9!#$%&'*+.^_`|~-]+$/;

/** For each byte, the rules that let it pass. Bytes from 0x80 up pass as part of UTF-8, which is checked apart. */
const RULES_OF_BYTE: Uint8Array = Uint8Array.from({ length: 256 }, (_, byte) => {
  if (byte === 0x09) return TextRule.HeaderValue;
  if (byte < 0x20 || byte === 0x7f) return 0;
  const inName = HEADER_NAME.test(String.fromCharCode(byte)) && byte < 0x80;
  return TextRule.Line | TextRule.HeaderValue | (inName ? TextRule.HeaderName : 0);
});

export function refuse(what: string): never {
  throw new ProtocolError(`Cannot read message: ${what}`);
}

export function refuseSize(what: string): never {
  throw new ProtocolError(`Cannot read message: ${what}`, { errorName: 'TOO_LARGE_ERR' });
}

/** Refuses a frame above the limit. */
export function checkFrameBytes(frame: Uint8Array, limits: CodecLimits): void {
  if (limits.maxFrameBytes !== 0 && frame.length > limits.maxFrameBytes) {
    refuseSize(`frame has ${String(frame.length)} bytes, the limit is ${String(limits.maxFrameBytes)}`);
  }
}

/** Refuses a uri above the limit. */
export function checkUriBytes(bytes: number, limits: CodecLimits): void {
  if (limits.maxUriBytes !== 0 && bytes > limits.maxUriBytes) {
    refuseSize(`"uri" has ${String(bytes)} bytes, the limit is ${String(limits.maxUriBytes)}`);
  }
}

/** Refuses more headers than the limit. */
export function checkHeaderCount(count: number, limits: CodecLimits): void {
  if (limits.maxHeaders !== 0 && count > limits.maxHeaders) {
    refuseSize(`message has ${String(count)} headers, the limit is ${String(limits.maxHeaders)}`);
  }
}

/** Refuses headers whose names and values are together above the limit. */
export function checkHeaderBytes(bytes: number, limits: CodecLimits): void {
  if (limits.maxHeaderBytes !== 0 && bytes > limits.maxHeaderBytes) {
    refuseSize(`headers have more than ${String(limits.maxHeaderBytes)} bytes`);
  }
}

/** In what {@link textTraits} returns: the text has bytes of which only a look at their neighbours tells whether they are UTF-8. */
export const NOT_ASCII = 0x80;

/** @returns the rules that the text from `start` up to `end` keeps, and NOT_ASCII */
export function textTraits(bytes: Uint8Array, start: number, end: number): number {
  let kept = TextRule.Line | TextRule.HeaderValue | TextRule.HeaderName;
  let seen = 0;
  // No way out of the loop: on the hot path nothing is refused.
  for (let at = start; at < end; at++) {
    const byte = bytes[at] as number;
    kept &= RULES_OF_BYTE[byte] as number;
    seen |= byte;
  }
  return kept | (seen & NOT_ASCII);
}

// eslint-disable-next-line no-control-regex -- control characters are what it is about
const CONTROL = /[\0-\x1f\x7f]/;
// eslint-disable-next-line no-control-regex -- the same, but a header's value may hold tabs
const CONTROL_BUT_TAB = /[\0-\x08\x0a-\x1f\x7f]/;

/** Whether `text` holds only what `rule` allows. Lone surrogates are another matter: see `String.isWellFormed`. */
export function keepsRule(text: string, rule: TextRule): boolean {
  if (rule === TextRule.HeaderName) return HEADER_NAME.test(text);
  return !(rule === TextRule.Line ? CONTROL : CONTROL_BUT_TAB).test(text);
}
