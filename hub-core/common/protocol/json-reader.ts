/** The JSON form of a message → message. docs/protocol.md, section 2. */
import { decodeBase64 } from './base64.ts';
import { checkHeaderBytes, checkHeaderCount, checkUriBytes, keepsRule, refuse, TextRule } from './field-rules.ts';
import {
  forEachElement,
  forEachMember,
  MAX_JSON_DEPTH,
  NO_VALUE,
  spaceEnd,
  stringEnd,
  valueEnd,
} from './json-scanner.ts';
import type { CodecLimits } from './limits.ts';
import { EMPTY_BYTES, Encoding, NO_HEADERS, type Header, type Kind, type Message, type Method } from './message.ts';
import { decodeUtf8, encodeUtf8, isUtf8, utf8Bytes } from './utf8.ts';
import { FLAG_WORDS, parseEncoding, parseKind, parseMethod } from './words.ts';

const QUOTE = 0x22;
const OPEN_ARRAY = 0x5b;
const BACKSLASH = 0x5c;
const OPEN_OBJECT = 0x7b;
const LETTER_T = 0x74;
const LETTER_F = 0x66;
const MAX_U16 = 0xffff;
const MAX_U32 = 0xffff_ffff;
const QUOTED_CHARACTERS = 40;

/** What a sender wrote, short enough for an error's text. */
function quoted(text: string): string {
  return JSON.stringify(text.length > QUOTED_CHARACTERS ? `${text.slice(0, QUOTED_CHARACTERS)}…` : text);
}

/** Refuses a key that stands twice in one object. */
class Keys {
  readonly #seen = new Set<string>();

  add(key: string): void {
    if (this.#seen.has(key)) refuse(`key ${quoted(key)} stands there twice`);
    this.#seen.add(key);
  }
}

/** One reading of one frame. */
class JsonReader {
  kind: Kind | undefined;
  method: Method = 0;
  flags = 0;
  encoding: Encoding | undefined;
  status = 0;
  id = 0;
  timeoutMs = 0;
  uri: string | undefined;
  from: string | undefined;
  to: string | undefined;
  headers: readonly Header[] = NO_HEADERS;
  credit = 0;
  /** Of the value of `payload` and `payload_base64`, 0 when there is none: a value cannot stand at the frame's start. */
  payloadAt = 0;
  base64At = 0;
  readonly #frame: Uint8Array;
  readonly #limits: CodecLimits;

  constructor(frame: Uint8Array, limits: CodecLimits) {
    this.#frame = frame;
    this.#limits = limits;
  }

  read(): Message {
    const frame = this.#frame;
    if (!isUtf8(frame)) refuse('frame is not valid UTF-8');
    const start = spaceEnd(frame, 0);
    const end = frame[start] === OPEN_OBJECT ? valueEnd(frame, start) : NO_VALUE;
    if (end === NO_VALUE || spaceEnd(frame, end) !== frame.length) {
      refuse(`frame is not one JSON object, nested at most ${String(MAX_JSON_DEPTH)} deep`);
    }
    const keys = new Keys();
    forEachMember(frame, start, (name, value) => {
      const key = this.#text(name);
      const readField = FIELDS.get(key) ?? refuse(`key ${quoted(key)} is unknown`);
      keys.add(key);
      readField(this, value);
    });
    return this.#message();
  }

  /** @param field its name, for the error's text */
  string(field: string, at: number): string {
    if (this.#frame[at] !== QUOTE) refuse(`"${field}" is no string`);
    const text = this.#text(at);
    if (!text.isWellFormed()) refuse(`"${field}" holds half of a surrogate pair`);
    return text;
  }

  line(field: string, at: number): string {
    const text = this.string(field, at);
    if (!keepsRule(text, TextRule.Line)) refuse(`"${field}" holds a control character`);
    return text;
  }

  word<T>(field: string, at: number, parse: (word: string) => T | undefined): T {
    const word = this.string(field, at);
    return parse(word) ?? refuse(`"${field}" cannot be ${quoted(word)}`);
  }

  integer(field: string, at: number, max: number): number {
    const end = valueEnd(this.#frame, at);
    const text = decodeUtf8(this.#frame, at, Math.min(end, at + QUOTED_CHARACTERS));
    const first = this.#frame[at] as number;
    // JSON knows no integers: 1, 1.0 and 1e0 are the same number. A longer one than this is out of range or padded with zeros.
    const value = first < 0x3a && end - at <= QUOTED_CHARACTERS ? Number(text) : NaN;
    if (!Number.isInteger(value) || value < 0 || value > max) {
      refuse(`"${field}" is ${quoted(text)}, it must be an integer from 0 to ${String(max)}`);
    }
    return value === 0 ? 0 : value;
  }

  checkedUri(at: number): string {
    const uri = this.line('uri', at);
    checkUriBytes(utf8Bytes(uri), this.#limits);
    return uri;
  }

  flagBits(at: number): number {
    let bits = 0;
    const keys = new Keys();
    this.#object('flags', at);
    forEachMember(this.#frame, at, (name, value) => {
      const word = this.#text(name);
      const flag = FLAG_WORDS.find(([candidate]) => candidate === word) ?? refuse(`flag ${quoted(word)} is unknown`);
      keys.add(word);
      const first = this.#frame[value];
      if (first !== LETTER_T && first !== LETTER_F) refuse(`flag "${word}" is neither true nor false`);
      if (first === LETTER_T) bits |= flag[1];
    });
    return bits;
  }

  headerList(at: number): readonly Header[] {
    const headers: Header[] = [];
    const keys = new Keys();
    let bytes = 0;
    this.#object('headers', at);
    forEachMember(this.#frame, at, (nameAt, valueAt) => {
      const name = this.#text(nameAt);
      if (!keepsRule(name, TextRule.HeaderName)) refuse(`header name ${quoted(name)} is not a lower-case token`);
      keys.add(name);
      const add = (start: number): void => {
        const value = this.string(name, start);
        if (!keepsRule(value, TextRule.HeaderValue)) refuse(`header "${name}" holds a control character`);
        bytes += utf8Bytes(name) + utf8Bytes(value);
        headers.push({ name, value });
        checkHeaderCount(headers.length, this.#limits);
        checkHeaderBytes(bytes, this.#limits);
      };
      if (this.#frame[valueAt] !== OPEN_ARRAY) return add(valueAt);
      const before = headers.length;
      forEachElement(this.#frame, valueAt, add);
      if (headers.length === before) refuse(`header "${name}" has no value`);
    });
    return headers;
  }

  #object(field: string, at: number): void {
    if (this.#frame[at] !== OPEN_OBJECT) refuse(`"${field}" is no object`);
  }

  /** The text of the well-formed string at `at`. */
  #text(at: number): string {
    const frame = this.#frame;
    const end = stringEnd(frame, at);
    if (!frame.subarray(at, end).includes(BACKSLASH)) return decodeUtf8(frame, at + 1, end - 1);
    return JSON.parse(decodeUtf8(frame, at, end)) as string;
  }

  #message(): Message {
    if (this.kind === undefined) refuse('"kind" is missing');
    const [encoding, payload] = this.#body();
    return {
      kind: this.kind,
      method: this.method,
      flags: this.flags,
      encoding,
      status: this.status,
      id: this.id,
      timeoutMs: this.timeoutMs,
      uri: this.uri,
      from: this.from,
      to: this.to,
      headers: this.headers,
      payload,
      credit: this.credit,
      frame: undefined,
    };
  }

  #body(): [Encoding, Uint8Array] {
    if (this.payloadAt !== 0) {
      if (this.base64At !== 0) refuse('"payload" and "payload_base64" exclude each other');
      const encoding = this.encoding ?? Encoding.Json;
      return [encoding, this.#payload(encoding)];
    }
    const encoding = this.encoding ?? Encoding.Bytes;
    if (this.base64At === 0) return [encoding, EMPTY_BYTES];
    const text = encodeUtf8(this.string('payload_base64', this.base64At));
    return [encoding, decodeBase64(text) ?? refuse('"payload_base64" is not padded base64')];
  }

  #payload(encoding: Encoding): Uint8Array {
    const at = this.payloadAt;
    if (encoding === Encoding.Json) return this.#frame.subarray(at, valueEnd(this.#frame, at));
    if (encoding === Encoding.Text) return encodeUtf8(this.string('payload', at));
    return refuse('"payload" goes with the encodings json and text only: use "payload_base64"');
  }
}

type ReadField = (into: JsonReader, at: number) => void;

const lowerCase =
  <T>(parse: (word: string) => T | undefined) =>
  (word: string): T | undefined =>
    word === word.toLowerCase() ? parse(word.toUpperCase()) : undefined;
const parseMethodWord = lowerCase(parseMethod);
/** `invalid` is a word for people, not one to be sent. */
const parseSentKind = (word: string): Kind | undefined => (word === 'invalid' ? undefined : parseKind(word));

const FIELDS: ReadonlyMap<string, ReadField> = new Map<string, ReadField>([
  ['kind', (into, at) => (into.kind = into.word('kind', at, parseSentKind))],
  ['method', (into, at) => (into.method = into.word('method', at, parseMethodWord))],
  ['flags', (into, at) => (into.flags = into.flagBits(at))],
  ['encoding', (into, at) => (into.encoding = into.word('encoding', at, parseEncoding))],
  ['status', (into, at) => (into.status = into.integer('status', at, MAX_U16))],
  ['id', (into, at) => (into.id = into.integer('id', at, MAX_U32))],
  ['timeout_ms', (into, at) => (into.timeoutMs = into.integer('timeout_ms', at, MAX_U32))],
  ['uri', (into, at) => (into.uri = into.checkedUri(at))],
  ['from', (into, at) => (into.from = into.line('from', at))],
  ['to', (into, at) => (into.to = into.line('to', at))],
  ['headers', (into, at) => (into.headers = into.headerList(at))],
  ['payload', (into, at) => (into.payloadAt = at)],
  ['payload_base64', (into, at) => (into.base64At = at)],
  ['credit', (into, at) => (into.credit = into.integer('credit', at, MAX_U32))],
]);

/**
 * Reads the JSON form. A payload that is JSON is a view of the frame, byte for byte what was sent.
 *
 * @throws {ProtocolError} when the frame is no valid message
 */
export function readJsonFrame(frame: Uint8Array, limits: CodecLimits): Message {
  return new JsonReader(frame, limits).read();
}
