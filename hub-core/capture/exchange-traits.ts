import { isUtf8 } from 'node:buffer';
import { Encoding, Flag } from '../common/protocol/message.ts';
import { TraitBit } from '../common/query/traits.ts';
import type { BodySlice } from '../common/traffic/exchange.ts';

/** Enough to tell a text from other bytes. */
const SNIFFED_BYTES = 512;
/** Of a text that is cut, the last character may be, too. */
const MAX_CHARACTER_BYTES = 4;

const isControl = (byte: number): boolean => byte < 0x20 && !(byte >= 0x09 && byte <= 0x0d) && byte !== 0x1b;
/** 1 for control characters, by byte. */
const CONTROL = Uint8Array.from({ length: 256 }, (_, byte) => (isControl(byte) ? 1 : 0));

/** A plain loop: this looks at each of the first bytes of each body that is recorded. */
function hasControl(bytes: Uint8Array): boolean {
  for (let at = 0; at < bytes.length; at += 1) if (CONTROL[bytes[at] ?? 0] === 1) return true;
  return false;
}

function isText(bytes: Uint8Array): boolean {
  const head = bytes.subarray(0, SNIFFED_BYTES);
  if (hasControl(head)) return false;
  for (let cut = 0; cut < MAX_CHARACTER_BYTES; cut += 1) {
    if (isUtf8(head.subarray(0, Math.max(0, head.byteLength - cut)))) return true;
  }
  return false;
}

/** By what its encoding says, or, where that says nothing, by its first bytes. */
function isBinary(encoding: number, body: Uint8Array): boolean {
  switch (encoding) {
    case Encoding.Json:
    case Encoding.Text:
      return false;
    case Encoding.FlatBuffer:
    case Encoding.MessagePack:
    case Encoding.Cbor:
      return body.byteLength > 0;
    default:
      return !isText(body);
  }
}

/** @param body what is stored of it */
export function traitsOfBody(encoding: number, slice: BodySlice, body: Uint8Array): number {
  const truncated = slice.stored < slice.total ? TraitBit.Truncated : 0;
  return truncated | (isBinary(encoding, body) ? TraitBit.Binary : 0);
}

/** @param flags of the request */
export function traitsOfFlags(flags: number): number {
  return ((flags & Flag.OneWay) === 0 ? 0 : TraitBit.OneWay) | ((flags & Flag.Stream) === 0 ? 0 : TraitBit.Stream);
}
