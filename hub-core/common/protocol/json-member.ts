import { forEachMember, isJson, spaceEnd, stringEnd, valueEnd } from './json-scanner.ts';
import { decodeUtf8 } from './utf8.ts';

const OPEN_OBJECT = 0x7b;

/**
 * Cuts the value of one member out of an object, byte for byte: parsed and printed again, a number could become another.
 *
 * @param bytes UTF-8
 * @returns a view; of the last member where the name stands twice, as `JSON.parse` has it; undefined when there is none, and
 *   when `bytes` are no object or nested too deeply
 */
export function jsonMember(bytes: Uint8Array, name: string): Uint8Array | undefined {
  const start = spaceEnd(bytes, 0);
  if (bytes[start] !== OPEN_OBJECT || !isJson(bytes)) return undefined;
  let found: Uint8Array | undefined;
  forEachMember(bytes, start, (nameAt, valueAt) => {
    const key: unknown = JSON.parse(decodeUtf8(bytes, nameAt, stringEnd(bytes, nameAt)));
    if (key === name) found = bytes.subarray(valueAt, valueEnd(bytes, valueAt));
  });
  return found;
}
