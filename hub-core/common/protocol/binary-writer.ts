/**
 * Lays a message out as a FlatBuffer in one buffer, front to back, in a fixed order: root, vtable, table, texts, headers,
 * payload. Every field of the table has its place whether it is there or not, so nothing is computed but lengths; `id` and
 * `timeout_ms` are always stored, because the hub patches them in place.
 */
import { Field, FILE_IDENTIFIER, putU16, putU32 } from './binary-layout.ts';
import { checkOutgoing } from './outgoing-rules.ts';
import { NO_HEADERS, type Header, type MessageInit } from './message.ts';
import { utf8Bytes, writeUtf8 } from './utf8.ts';

const VTABLE_AT = 10;
const VTABLE_BYTES = 30;
const TABLE_AT = VTABLE_AT + VTABLE_BYTES;
const TABLE_BYTES = 44;
const BODY_AT = TABLE_AT + TABLE_BYTES;

/** Offset in the table, by field id. */
const OFFSETS: readonly number[] = [38, 39, 40, 41, 36, 4, 8, 12, 16, 20, 24, 28, 32];
/** References are entered into the vtable only when they are there. */
const REFERENCES: ReadonlySet<number> = new Set([Field.uri, Field.from, Field.to, Field.headers, Field.payload]);

const HEADER_VTABLE_BYTES = 8;
const HEADER_TABLE_BYTES = 12;

/** Everything before the texts, of a message without any. */
const PROLOGUE: Uint8Array = makePrologue();

function makePrologue(): Uint8Array {
  const prologue = new Uint8Array(BODY_AT);
  putU32(prologue, 0, TABLE_AT);
  prologue.set(FILE_IDENTIFIER, 4);
  putU16(prologue, VTABLE_AT, VTABLE_BYTES);
  putU16(prologue, VTABLE_AT + 2, TABLE_BYTES);
  OFFSETS.forEach((offset, id) => {
    if (!REFERENCES.has(id)) putU16(prologue, VTABLE_AT + 4 + 2 * id, offset);
  });
  putU32(prologue, TABLE_AT, VTABLE_BYTES);
  return prologue;
}

/** Bytes of a string with its length, its terminating zero and the padding up to the next one. */
function stringBytes(bytes: number): number {
  return (4 + bytes + 1 + 3) & ~3;
}

function textBytes(text: string | undefined): number {
  return text === undefined ? 0 : stringBytes(utf8Bytes(text));
}

/** The vector, one vtable that all share, the tables and their texts. */
function headersBytes(headers: readonly Header[]): number {
  if (headers.length === 0) return 0;
  let bytes = 4 + 4 * headers.length + HEADER_VTABLE_BYTES;
  for (const { name, value } of headers) bytes += HEADER_TABLE_BYTES + textBytes(name) + textBytes(value);
  return bytes;
}

class Writer {
  readonly frame: Uint8Array<ArrayBuffer>;
  #at = BODY_AT;

  constructor(bytes: number) {
    this.frame = new Uint8Array(bytes);
    this.frame.set(PROLOGUE);
  }

  scalar(field: number, value: number): void {
    this.frame[TABLE_AT + (OFFSETS[field] as number)] = value;
  }

  scalar16(field: number, value: number): void {
    putU16(this.frame, TABLE_AT + (OFFSETS[field] as number), value);
  }

  scalar32(field: number, value: number): void {
    putU32(this.frame, TABLE_AT + (OFFSETS[field] as number), value);
  }

  text(field: number, text: string | undefined): void {
    if (text === undefined) return;
    this.#enter(field);
    this.#string(text);
  }

  headers(headers: readonly Header[]): void {
    if (headers.length === 0) return;
    this.#enter(Field.headers);
    const { frame } = this;
    putU32(frame, this.#at, headers.length);
    let reference = this.#at + 4;
    const vtable = reference + 4 * headers.length;
    putU16(frame, vtable, HEADER_VTABLE_BYTES);
    putU16(frame, vtable + 2, HEADER_TABLE_BYTES);
    putU16(frame, vtable + 4, 4);
    putU16(frame, vtable + 6, 8);
    this.#at = vtable + HEADER_VTABLE_BYTES;
    for (const { name, value } of headers) {
      const table = this.#at;
      putU32(frame, reference, table - reference);
      reference += 4;
      putU32(frame, table, table - vtable);
      putU32(frame, table + 4, HEADER_TABLE_BYTES - 4);
      this.#at = table + HEADER_TABLE_BYTES;
      this.#string(name);
      putU32(frame, table + 8, this.#at - (table + 8));
      this.#string(value);
    }
  }

  /** Last, so that it needs no padding behind it. */
  payload(payload: Uint8Array): void {
    if (payload.length === 0) return;
    this.#enter(Field.payload);
    putU32(this.frame, this.#at, payload.length);
    this.frame.set(payload, this.#at + 4);
  }

  /** Lets the field refer to what is written next. */
  #enter(field: number): void {
    const offset = OFFSETS[field] as number;
    putU16(this.frame, VTABLE_AT + 4 + 2 * field, offset);
    putU32(this.frame, TABLE_AT + offset, this.#at - (TABLE_AT + offset));
  }

  #string(text: string): void {
    const bytes = writeUtf8(this.frame, this.#at + 4, text);
    putU32(this.frame, this.#at, bytes);
    this.#at += stringBytes(bytes);
  }
}

/**
 * Writes `message` with this id and budget instead of its own.
 *
 * @throws {RangeError} when a field is out of the wire's range
 */
export function writeFrame(message: MessageInit, id: number, timeoutMs: number): Uint8Array<ArrayBuffer> {
  checkOutgoing(message, id, timeoutMs);
  const { uri, from, to } = message;
  const headers = message.headers ?? NO_HEADERS;
  const payload = message.payload;
  const payloadBytes = payload === undefined || payload.length === 0 ? 0 : 4 + payload.length;
  const writer = new Writer(
    BODY_AT + textBytes(uri) + textBytes(from) + textBytes(to) + headersBytes(headers) + payloadBytes,
  );
  writer.scalar(Field.kind, message.kind);
  writer.scalar(Field.method, message.method ?? 0);
  writer.scalar(Field.flags, message.flags ?? 0);
  writer.scalar(Field.encoding, message.encoding ?? 0);
  writer.scalar16(Field.status, message.status ?? 0);
  writer.scalar32(Field.id, id);
  writer.scalar32(Field.timeoutMs, timeoutMs);
  writer.scalar32(Field.credit, message.credit ?? 0);
  writer.text(Field.uri, uri);
  writer.text(Field.from, from);
  writer.text(Field.to, to);
  writer.headers(headers);
  if (payload !== undefined) writer.payload(payload);
  return writer.frame;
}
