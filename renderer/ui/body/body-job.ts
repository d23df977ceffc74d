import { decodeLeniently, decodeText } from '../bytes.ts';
import { decodeBody } from './decode/decode-body.ts';
import type { DecodeRequest } from './decode/decode-body.ts';
import { indexJson } from './json-index.ts';
import type { JsonIndex } from './json-index.ts';
import { firstLines, printJson } from './print-json.ts';

/** Work on a body that may take long, for a thread of its own. */
export type BodyJob =
  | { readonly op: 'text'; readonly bytes: Uint8Array }
  /** `partial`: the bytes are the beginning of a text. */
  | { readonly op: 'pretty'; readonly bytes: Uint8Array; readonly partial: boolean }
  | { readonly op: 'tree'; readonly bytes: Uint8Array; readonly partial: boolean }
  | { readonly op: 'decode'; readonly bytes: Uint8Array; readonly request: DecodeRequest };

/** What a job ends with. */
export type BodyResult =
  /** The text came in pieces. `exact`: false when bytes that are no UTF-8 are shown by a mark. */
  | { readonly kind: 'text'; readonly exact: boolean }
  | { readonly kind: 'tree'; readonly index: JsonIndex }
  /** The bytes are not what the job is for. */
  | { readonly kind: 'unfit'; readonly reason: string };

/** Texts are handed over in pieces, so that whoever shows them is never busy for long. */
export const PIECE_CHARACTERS = 1 << 20;
/** The first is shown before the others have come: so many characters, or of JSON what so many bytes are laid out as. */
export const FIRST_PIECE = 64_000;

const NO_JSON: BodyResult = { kind: 'unfit', reason: 'It is no JSON, or is nested deeper than 1,000' };

/** @param from what comes before is there already */
function inPieces(text: string, emit: (piece: string) => void, from = 0): void {
  for (let at = from; at < text.length;) {
    let end = Math.min(text.length, at + (at === 0 ? FIRST_PIECE : PIECE_CHARACTERS));
    // Neither a surrogate pair nor a line's end (CR LF) is cut.
    const last = text.charCodeAt(end - 1);
    if (end < text.length && (last === 0x0d || (last & 0xfc00) === 0xd800)) end -= 1;
    emit(text.slice(at, end));
    at = end;
  }
}

function textOf(bytes: Uint8Array, emit: (piece: string) => void, from = 0): BodyResult {
  const text = decodeText(bytes);
  inPieces(text ?? decodeLeniently(bytes), emit, from);
  return { kind: 'text', exact: text !== undefined };
}

/**
 * Does a job. Text is handed to `emit`, piece by piece; the pieces together are the text. Of what turns out to be no JSON the first piece
 * has been handed over all the same.
 */
export function runBodyJob(job: BodyJob, emit: (piece: string) => void): BodyResult {
  switch (job.op) {
    case 'text':
      return textOf(job.bytes, emit);
    case 'pretty': {
      const first = job.bytes.length > FIRST_PIECE ? firstLines(job.bytes.subarray(0, FIRST_PIECE)) : '';
      if (first !== '') emit(first);
      const index = indexJson(job.bytes, job.partial);
      return index === undefined ? NO_JSON : textOf(printJson(job.bytes, index), emit, first.length);
    }
    case 'tree': {
      const index = indexJson(job.bytes, job.partial);
      return index === undefined ? NO_JSON : { kind: 'tree', index };
    }
    case 'decode': {
      const decoded = decodeBody(job.bytes, job.request);
      if (decoded.kind === 'unfit') return decoded;
      inPieces(decoded.text, emit);
      return { kind: 'text', exact: true };
    }
  }
}
