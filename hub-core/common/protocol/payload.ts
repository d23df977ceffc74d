import { ProtocolError } from '../errors/hub-error.ts';
import { decodeUtf8, encodeUtf8, isUtf8 } from './utf8.ts';

/**
 * A payload of the encoding Json.
 *
 * @throws {TypeError} when `value` has no JSON form: undefined, a function, a cycle, a bigint
 */
export function jsonPayload(value: unknown): Uint8Array<ArrayBuffer> {
  // Typed as string by the library, but undefined for undefined, functions and symbols.
  const text = JSON.stringify(value) as string | undefined;
  if (text === undefined)
    throw new TypeError(`Cannot write a value of type "${typeof value}" as JSON: it has no JSON form`);
  return encodeUtf8(text);
}

/** A payload of the encoding Text. */
export function textPayload(text: string): Uint8Array<ArrayBuffer> {
  return encodeUtf8(text);
}

/**
 * Reads a payload of the encoding Json.
 *
 * @throws {ProtocolError} when the bytes are not UTF-8 or not JSON
 */
export function parseJsonPayload(bytes: Uint8Array): unknown {
  if (!isUtf8(bytes)) throw new ProtocolError('Cannot read payload as JSON: it is not valid UTF-8');
  try {
    return JSON.parse(decodeUtf8(bytes, 0, bytes.length)) as unknown;
  } catch (cause) {
    throw new ProtocolError('Cannot read payload as JSON: its syntax is wrong', { cause });
  }
}
