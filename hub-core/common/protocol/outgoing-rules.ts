import { keepsRule, TextRule } from './field-rules.ts';
import { Encoding, Kind, Method, type Header, type MessageInit } from './message.ts';
import { KNOWN_FLAGS } from './words.ts';

const MAX_U16 = 0xffff;
const MAX_U32 = 0xffff_ffff;

function checkInteger(field: string, value: number | undefined, max: number): void {
  if (value === undefined) return;
  if (!Number.isInteger(value) || value < 0 || value > max) {
    throw new RangeError(
      `Cannot write message: "${field}" is ${String(value)}, it must be an integer from 0 to ${String(max)}`,
    );
  }
}

function checkLine(field: string, text: string | undefined, rule: TextRule): void {
  if (text === undefined || keepsRule(text, rule)) return;
  throw new RangeError(
    `Cannot write message: "${field}" is ${JSON.stringify(text)}, which holds a character not allowed there`,
  );
}

function checkHeader(header: Header): void {
  checkLine('header name', header.name, TextRule.HeaderName);
  checkLine('header value', header.value, TextRule.HeaderValue);
}

/** @throws {RangeError} when a number that the hub writes over is out of the wire's range */
export function checkAddress(id: number, timeoutMs: number | undefined): void {
  checkInteger('id', id, MAX_U32);
  checkInteger('timeout_ms', timeoutMs, MAX_U32);
}

/**
 * Refuses to write what the other side would refuse to read.
 *
 * @throws {RangeError} naming the first field that is out of its range
 */
export function checkOutgoing(message: MessageInit, id: number, timeoutMs: number): void {
  checkInteger('kind', message.kind, Kind.Goodbye);
  if (message.kind === Kind.Invalid)
    throw new RangeError('Cannot write message: "kind" is 0, which stands for no message');
  checkInteger('method', message.method, Method.Options);
  checkInteger('flags', message.flags, KNOWN_FLAGS);
  checkInteger('encoding', message.encoding, Encoding.Other);
  checkInteger('status', message.status, MAX_U16);
  checkAddress(id, timeoutMs);
  checkInteger('credit', message.credit, MAX_U32);
  checkLine('uri', message.uri, TextRule.Line);
  checkLine('from', message.from, TextRule.Line);
  checkLine('to', message.to, TextRule.Line);
  message.headers?.forEach(checkHeader);
}
