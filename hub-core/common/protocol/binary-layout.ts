/**
 * The verifier: finds out where everything lies in a FlatBuffer that anyone may have sent, and refuses it when something
 * lies outside of it. docs/protocol.md, section 1; the format is described at https://flatbuffers.dev/internals.
 */
import {
  checkFrameBytes,
  checkHeaderBytes,
  checkHeaderCount,
  checkUriBytes,
  NOT_ASCII,
  refuse,
  TextRule,
  textTraits,
} from './field-rules.ts';
import type { CodecLimits } from './limits.ts';
import { Encoding, Kind, Method } from './message.ts';
import { isUtf8 } from './utf8.ts';
import { KNOWN_FLAGS } from './words.ts';

/** Field ids of table Message, as in schemas/wprotocol.fbs. */
export const Field = {
  kind: 0,
  method: 1,
  flags: 2,
  encoding: 3,
  status: 4,
  id: 5,
  timeoutMs: 6,
  uri: 7,
  from: 8,
  to: 9,
  headers: 10,
  payload: 11,
  credit: 12,
} as const;

/** Bytes in the table, by field id. References have 4. */
const FIELD_BYTES: readonly number[] = [1, 1, 1, 1, 2, 4, 4, 4, 4, 4, 4, 4, 4];
const FIELD_COUNT = FIELD_BYTES.length;
const HEADER_FIELD_COUNT = 2;

/** `WHB1` */
export const FILE_IDENTIFIER: Uint8Array = Uint8Array.of(0x57, 0x48, 0x42, 0x31);
/** Root and file identifier. */
const PREAMBLE_BYTES = 8;
/** A preamble and a table without fields. */
const SMALLEST_FRAME_BYTES = 12;

export function u16(frame: Uint8Array, at: number): number {
  return (frame[at] as number) | ((frame[at + 1] as number) << 8);
}

export function i32(frame: Uint8Array, at: number): number {
  return u16(frame, at) | (u16(frame, at + 2) << 16);
}

export function u32(frame: Uint8Array, at: number): number {
  return i32(frame, at) >>> 0;
}

export function putU16(frame: Uint8Array, at: number, value: number): void {
  frame[at] = value;
  frame[at + 1] = value >>> 8;
}

export function putU32(frame: Uint8Array, at: number, value: number): void {
  putU16(frame, at, value);
  putU16(frame, at + 2, value >>> 16);
}

/** Where the reference at `at` leads. */
export function follow(frame: Uint8Array, at: number): number {
  return at + u32(frame, at);
}

/** A table that lies in the frame together with its vtable. */
class TableView {
  readonly at: number;
  readonly end: number;
  readonly vtableAt: number;
  /** Number of fields that the writer knew. */
  readonly slots: number;
  readonly #frame: Uint8Array;

  /** @param name for the error's text */
  constructor(frame: Uint8Array, at: number, name: string) {
    if (at < PREAMBLE_BYTES || at + 4 > frame.length) refuse(`table ${name} lies outside of the frame`);
    const vtableAt = at - i32(frame, at);
    if (vtableAt < 0 || vtableAt + 4 > frame.length) refuse(`vtable of ${name} lies outside of the frame`);
    const vtableBytes = u16(frame, vtableAt);
    if (vtableBytes < 4 || vtableBytes % 2 !== 0 || vtableAt + vtableBytes > frame.length) {
      refuse(`vtable of ${name} cannot have ${String(vtableBytes)} bytes`);
    }
    this.at = at;
    this.end = at + u16(frame, vtableAt + 2);
    if (this.end < at + 4 || this.end > frame.length) refuse(`table ${name} ends outside of the frame`);
    this.vtableAt = vtableAt;
    this.slots = (vtableBytes - 4) >> 1;
    this.#frame = frame;
  }

  /** The field's offset in the table as stored, 0 when it is absent. */
  offset(id: number): number {
    return id < this.slots ? u16(this.#frame, this.vtableAt + 4 + 2 * id) : 0;
  }

  /** Where the field lies, 0 when it is absent. */
  field(id: number, bytes: number): number {
    const offset = this.offset(id);
    if (offset === 0) return 0;
    if (offset < 4 || this.at + offset + bytes > this.end) refuse(`field ${String(id)} lies outside of its table`);
    return this.at + offset;
  }
}

/**
 * A frame that was checked: what it holds, and where. A position is an offset in the frame, 0 when the field is absent;
 * that of a text or vector is the position of its length. All of it can be read without a further check.
 */
export class VerifiedFrame {
  readonly frame: Uint8Array;
  readonly kind: Kind;
  readonly method: Method;
  readonly flags: number;
  readonly encoding: Encoding;
  readonly status: number;
  readonly id: number;
  readonly timeoutMs: number;
  readonly credit: number;
  readonly idAt: number;
  readonly timeoutAt: number;
  readonly uriAt: number;
  readonly fromAt: number;
  readonly toAt: number;
  readonly headersAt: number;
  readonly payloadAt: number;
  /**
   * Whether the frame may be passed on as it is after `id` and `timeout_ms` were patched in it: nothing else lies where
   * they do, nothing is in it that this version does not know and has not checked, and the verifiers of other languages,
   * which ask for alignment and terminated texts, accept it. Else whoever sends such a frame could make the hub break the
   * connection of the provider that it is passed to.
   */
  readonly isRelayable: boolean;
  readonly #message: TableView;
  #headerBytes = 0;
  #isPlain: boolean;

  /**
   * Takes time in proportion to the frame's size at most, whatever its bytes are.
   *
   * @throws {ProtocolError} when the frame is no valid message
   */
  constructor(frame: Uint8Array, limits: CodecLimits) {
    checkPreamble(frame, limits);
    const message = new TableView(frame, u32(frame, 0), 'Message');
    this.frame = frame;
    this.#message = message;
    this.#isPlain = this.#isPlainTable(message, FIELD_COUNT) && patchedFieldsAreAlone(frame, message);
    this.kind = this.#word(Field.kind, Kind.Goodbye) as Kind;
    if (this.kind === Kind.Invalid) refuse('"kind" is missing');
    this.method = this.#word(Field.method, Method.Options) as Method;
    this.encoding = this.#word(Field.encoding, Encoding.Other) as Encoding;
    this.flags = this.#word(Field.flags, KNOWN_FLAGS);
    const statusAt = message.field(Field.status, 2);
    this.status = statusAt === 0 ? 0 : u16(frame, statusAt);
    this.idAt = message.field(Field.id, 4);
    this.id = this.#number(this.idAt);
    this.timeoutAt = message.field(Field.timeoutMs, 4);
    this.timeoutMs = this.#number(this.timeoutAt);
    this.credit = this.#number(message.field(Field.credit, 4));
    this.uriAt = this.#vector(message.field(Field.uri, 4), 1, 'uri');
    if (this.uriAt !== 0) checkUriBytes(u32(frame, this.uriAt), limits);
    this.#text(this.uriAt, TextRule.Line, 'uri');
    this.fromAt = this.#vector(message.field(Field.from, 4), 1, 'from');
    this.#text(this.fromAt, TextRule.Line, 'from');
    this.toAt = this.#vector(message.field(Field.to, 4), 1, 'to');
    this.#text(this.toAt, TextRule.Line, 'to');
    this.headersAt = this.#vector(message.field(Field.headers, 4), 4, 'headers');
    if (this.headersAt !== 0) this.#checkHeaders(this.headersAt, limits);
    this.payloadAt = this.#vector(message.field(Field.payload, 4), 1, 'payload');
    this.isRelayable = this.#isPlain;
  }

  #number(at: number): number {
    return at === 0 ? 0 : u32(this.frame, at);
  }

  /** A byte of which no more than the values up to `last` have a meaning. */
  #word(id: number, last: number): number {
    const at = this.#message.field(id, 1);
    if (at === 0) return 0;
    const value = this.frame[at] as number;
    if (value > last) refuse(`field ${String(id)} cannot be ${String(value)}`);
    return value;
  }

  #checkHeaders(at: number, limits: CodecLimits): void {
    const count = u32(this.frame, at);
    // Before the first is looked at: all of them may be the same table, so their number is not bounded by the frame's size.
    checkHeaderCount(count, limits);
    for (let index = 0; index < count; index++) {
      const header = new TableView(this.frame, follow(this.frame, at + 4 + 4 * index), 'Header');
      if (!this.#isPlainTable(header, HEADER_FIELD_COUNT) || this.#touchesMessage(header.at, header.end)) {
        this.#isPlain = false;
      }
      const nameAt = this.#headerPart(header, 0, limits);
      if (u32(this.frame, nameAt) === 0) refuse('header name is empty');
      this.#text(nameAt, TextRule.HeaderName, 'header name');
      this.#text(this.#headerPart(header, 1, limits), TextRule.HeaderValue, 'header value');
    }
  }

  #headerPart(header: TableView, id: number, limits: CodecLimits): number {
    const field = header.field(id, 4);
    if (field === 0) refuse(`field ${String(id)} of a header is missing`);
    const at = this.#vector(field, 1, 'header');
    this.#headerBytes += u32(this.frame, at);
    checkHeaderBytes(this.#headerBytes, limits);
    // Holds without a limit too: headers that share their texts must not unfold to more than was sent.
    if (this.#headerBytes > this.frame.length) refuse('headers share their texts and unfold to more than the frame');
    return at;
  }

  /** @returns the position of the length of the vector that the field at `field` refers to, 0 when there is none */
  #vector(field: number, elementBytes: number, name: string): number {
    if (field === 0) return 0;
    const { frame } = this;
    const at = follow(frame, field);
    if (at + 4 > frame.length) refuse(`${name} lies outside of the frame`);
    const end = at + 4 + u32(frame, at) * elementBytes;
    if (end > frame.length) refuse(`${name} ends outside of the frame`);
    if (field % 4 !== 0 || at % 4 !== 0 || this.#touchesMessage(at, end)) this.#isPlain = false;
    return at;
  }

  #text(at: number, rule: TextRule, name: string): void {
    if (at === 0) return;
    const { frame } = this;
    const end = at + 4 + u32(frame, at);
    const traits = textTraits(frame, at + 4, end);
    if ((traits & rule) === 0) refuse(`${name} holds a character that is not allowed there`);
    if ((traits & NOT_ASCII) !== 0 && !isUtf8(frame, at + 4, end)) refuse(`${name} is not valid UTF-8`);
    if (frame[end] !== 0) this.#isPlain = false;
  }

  #touchesMessage(start: number, end: number): boolean {
    return start < this.#message.end && end > this.#message.at;
  }

  /** Whether the table and its vtable lie where every verifier wants them, and the vtable not where the hub patches. */
  #isPlainTable(table: TableView, knownSlots: number): boolean {
    return (
      table.at % 4 === 0 &&
      table.vtableAt % 2 === 0 &&
      table.slots <= knownSlots &&
      !this.#touchesMessage(table.vtableAt, table.vtableAt + 4 + 2 * table.slots)
    );
  }
}

function checkPreamble(frame: Uint8Array, limits: CodecLimits): void {
  checkFrameBytes(frame, limits);
  if (frame.length < SMALLEST_FRAME_BYTES) refuse(`frame of ${String(frame.length)} bytes is too short`);
  for (let index = 0; index < FILE_IDENTIFIER.length; index++) {
    if (frame[4 + index] !== FILE_IDENTIFIER[index]) refuse('frame lacks the file identifier "WHB1"');
  }
}

/**
 * Whether every field is aligned, and none shares a byte with `id` or `timeout_ms`. An aligned field of at most four bytes
 * lies in one word of the table, so none shares a byte that shares no word.
 */
function patchedFieldsAreAlone(frame: Uint8Array, message: TableView): boolean {
  const idWord = message.offset(Field.id) >> 2;
  const timeoutWord = message.offset(Field.timeoutMs) >> 2;
  if (idWord === timeoutWord && idWord !== 0) return false;
  let slotAt = message.vtableAt + 4;
  for (let id = 0; id < message.slots; id++, slotAt += 2) {
    const offset = u16(frame, slotAt);
    if (offset === 0) continue;
    if (offset % (FIELD_BYTES[id] as number) !== 0) return false;
    const word = offset >> 2;
    if ((word === idWord || word === timeoutWord) && id !== Field.id && id !== Field.timeoutMs) return false;
  }
  return true;
}
