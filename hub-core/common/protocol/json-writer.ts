/** Message → its JSON form. docs/protocol.md, section 2. */
import { base64Bytes, writeBase64 } from './base64.ts';
import { isJson } from './json-scanner.ts';
import { Encoding, type Header, type MessageInit } from './message.ts';
import { checkOutgoing } from './outgoing-rules.ts';
import { decodeUtf8, encodeUtf8, isUtf8 } from './utf8.ts';
import { encodingWord, FLAG_WORDS, kindWord, methodWord } from './words.ts';

/** A member of the object, with the comma before it. Absent = default, as on the wire. */
function numberMember(name: string, value: number | undefined): string {
  return value === undefined || value === 0 ? '' : `,"${name}":${String(value)}`;
}

/** Half of a surrogate pair becomes U+FFFD, as it does in UTF-8. */
function stringMember(name: string, value: string | undefined): string {
  return value === undefined ? '' : `,"${name}":${JSON.stringify(value.toWellFormed())}`;
}

function flagsMember(flags: number | undefined): string {
  if (flags === undefined || flags === 0) return '';
  const set = FLAG_WORDS.filter(([, bit]) => (flags & bit) !== 0).map(([word]) => `"${word}":true`);
  return `,"flags":{${set.join(',')}}`;
}

/** Headers of the same name come together: an object has a key once. Each keeps its place among its own. */
function headersMember(headers: readonly Header[] | undefined): string {
  if (headers === undefined || headers.length === 0) return '';
  const valuesOf = new Map<string, string[]>();
  for (const { name, value } of headers) {
    const text = JSON.stringify(value.toWellFormed());
    const values = valuesOf.get(name);
    if (values === undefined) valuesOf.set(name, [text]);
    else values.push(text);
  }
  const members = [...valuesOf].map(([name, values]) => {
    return `${JSON.stringify(name)}:${values.length === 1 ? values.join('') : `[${values.join(',')}]`}`;
  });
  return `,"headers":{${members.join(',')}}`;
}

function encodingMember(encoding: Encoding): string {
  return encoding === Encoding.Bytes ? '' : `,"encoding":"${encodingWord(encoding)}"`;
}

function withBase64(head: string, payload: Uint8Array): Uint8Array<ArrayBuffer> {
  const before = encodeUtf8(`${head},"payload_base64":"`);
  const frame = new Uint8Array(before.length + base64Bytes(payload.length) + 2);
  frame.set(before);
  writeBase64(frame, before.length, payload);
  frame.set([0x22, 0x7d], frame.length - 2);
  return frame;
}

function withJson(head: string, payload: Uint8Array): Uint8Array<ArrayBuffer> {
  const before = encodeUtf8(`${head},"payload":`);
  const frame = new Uint8Array(before.length + payload.length + 1);
  frame.set(before);
  frame.set(payload, before.length);
  frame[frame.length - 1] = 0x7d;
  return frame;
}

/**
 * Writes the JSON form of `message` with this id and budget instead of its own.
 *
 * @throws {RangeError} when a field is out of the wire's range
 */
export function writeJsonFrame(message: MessageInit, id: number, timeoutMs: number): Uint8Array<ArrayBuffer> {
  checkOutgoing(message, id, timeoutMs);
  const encoding = message.encoding ?? Encoding.Bytes;
  const method = message.method ?? 0;
  const head = [
    `{"kind":"${kindWord(message.kind)}"`,
    method === 0 ? '' : `,"method":"${methodWord(method).toLowerCase()}"`,
    flagsMember(message.flags),
    numberMember('status', message.status),
    numberMember('id', id),
    numberMember('timeout_ms', timeoutMs),
    stringMember('uri', message.uri),
    stringMember('from', message.from),
    stringMember('to', message.to),
    headersMember(message.headers),
    numberMember('credit', message.credit),
  ].join('');
  return withBody(head, encoding, message.payload);
}

/** The body comes last, so that it is copied once into a buffer whose length is known. */
function withBody(head: string, encoding: Encoding, payload: Uint8Array | undefined): Uint8Array<ArrayBuffer> {
  const named = head + encodingMember(encoding);
  if (payload === undefined || payload.length === 0) return encodeUtf8(`${named}}`);
  if (encoding === Encoding.Json && isUtf8(payload) && isJson(payload)) return withJson(head, payload);
  if (encoding === Encoding.Text && isUtf8(payload)) {
    return encodeUtf8(`${named},"payload":${JSON.stringify(decodeUtf8(payload, 0, payload.length))}}`);
  }
  return withBase64(named, payload);
}
