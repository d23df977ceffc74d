import { prettyJson } from '../../ui/body/print-json.ts';
import { decodeText, looksBinary } from '../../ui/bytes.ts';
import { hexLine } from '../../ui/hex.ts';

/** Of each body: what a glance takes in. */
export const PEEK_BYTES = 1_024;
const PEEK_LINES = 10;
const HEX_BYTES = 64;

const cut = (text: string): string => text.split('\n').slice(0, PEEK_LINES).join('\n');

/** The beginning of a body: JSON laid out, other text as it is, bytes as a dump. @param whole there is no more of it */
export function peekText(bytes: Uint8Array, whole: boolean): string {
  const text = looksBinary(bytes) ? undefined : decodeText(bytes);
  if (text === undefined) {
    return Array.from({ length: Math.ceil(Math.min(bytes.length, HEX_BYTES) / 16) }, (_, line) => {
      const { offset, hex, text: printable } = hexLine(bytes.subarray(line * 16, line * 16 + 16), line * 16);
      return `${offset}  ${hex}  ${printable}`;
    }).join('\n');
  }
  return cut((whole ? prettyJson(text) : undefined) ?? text);
}
