import { EMPTY_BYTES, Encoding, type Header } from '../common/protocol/message.ts';
import { jsonPayload, parseJsonPayload, textPayload } from '../common/protocol/payload.ts';
import { encodingWord, parseEncoding } from '../common/protocol/words.ts';
import { isByteStream, type ByteStream } from './byte-stream.ts';

/** How a payload is written. */
export type EncodingWord = 'bytes' | 'json' | 'text' | 'flatbuffer' | 'messagepack' | 'cbor' | 'other';

/** What a request or a reply carries: at most one of `body` and `json`. */
export interface BodyInput {
  /**
   * Bytes are sent as they are and must not be changed afterwards; a string is sent as UTF-8; a stream follows in pieces, no
   * faster than the other side reads it.
   */
  readonly body?: Uint8Array | string | ByteStream | undefined;
  /** Any value that `JSON.stringify` can write. */
  readonly json?: unknown;
  /**
   * How the payload is written. Default: `json` with `json`; else what a `content-type` header says; else `bytes` or `text`.
   */
  readonly encoding?: EncodingWord | undefined;
}

export interface EncodedBody {
  readonly encoding: Encoding;
  readonly payload: Uint8Array;
  /** What follows in pieces, instead of a payload. */
  readonly source: ByteStream | undefined;
}

/** The encoding that a content type stands for (docs/protocol.md, section 8). */
export function encodingOfContentType(contentType: string): Encoding {
  const type = (contentType.split(';', 1)[0] ?? '').trim().toLowerCase();
  if (type === '' || type === 'application/octet-stream') return Encoding.Bytes;
  if (type === 'application/json' || type.endsWith('+json')) return Encoding.Json;
  if (type === 'application/msgpack') return Encoding.MessagePack;
  if (type === 'application/cbor') return Encoding.Cbor;
  if (type.startsWith('text/') && isUtf8(contentType)) return Encoding.Text;
  return Encoding.Other;
}

function isUtf8(contentType: string): boolean {
  const charset = /;\s*charset\s*=\s*"?([^\s;"]+)/i.exec(contentType)?.[1];
  return charset === undefined || /^utf-?8$|^us-ascii$/i.test(charset);
}

/** @throws {TypeError} when both `body` and `json` are given, or `json` cannot be written */
export function encodeBody(input: BodyInput, headers: readonly Header[]): EncodedBody {
  const { body, json } = input;
  if (body !== undefined && json !== undefined) {
    throw new TypeError('Cannot send both "body" and "json": give one of them');
  }
  if (json !== undefined) {
    return { encoding: encodingOf(input.encoding ?? 'json'), payload: jsonPayload(json), source: undefined };
  }
  const encoding = chooseEncoding(input, headers);
  if (isByteStream(body)) return { encoding, payload: EMPTY_BYTES, source: body };
  const payload = typeof body === 'string' ? textPayload(body) : (body ?? EMPTY_BYTES);
  return { encoding, payload, source: undefined };
}

function encodingOf(word: EncodingWord): Encoding {
  const encoding = parseEncoding(word);
  if (encoding !== undefined) return encoding;
  throw new TypeError(
    `Cannot use encoding "${word}": choose bytes, json, text, flatbuffer, messagepack, cbor or other`,
  );
}

function chooseEncoding(input: BodyInput, headers: readonly Header[]): Encoding {
  if (input.encoding !== undefined) return encodingOf(input.encoding);
  const contentType = headers.find((header) => header.name === 'content-type')?.value;
  if (contentType !== undefined) return encodingOfContentType(contentType);
  return typeof input.body === 'string' ? Encoding.Text : Encoding.Bytes;
}

const decoder = new TextDecoder();

/** A payload that came in, and the ways to read it. */
export abstract class Body {
  readonly encoding: EncodingWord;
  readonly #payload: Uint8Array;

  constructor(encoding: Encoding, payload: Uint8Array) {
    this.encoding = encodingWord(encoding) as EncodingWord;
    this.#payload = payload;
  }

  /** The bytes as they came: a view, not a copy, and yours. */
  bytes(): Uint8Array {
    return this.#payload;
  }

  /** The bytes read as UTF-8; what is not UTF-8 becomes U+FFFD. */
  text(): string {
    return decoder.decode(this.bytes());
  }

  /**
   * The bytes read as JSON, whatever the encoding says.
   *
   * @throws {ProtocolError} when they are no JSON
   */
  json(): unknown {
    return parseJsonPayload(this.bytes());
  }
}
