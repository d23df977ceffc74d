import { prettyJson } from '../../../ui/body/print-json.ts';
import { decodeText, looksBinary } from '../../../ui/bytes.ts';
import { BYTES_PER_LINE, hexLine, hexLineCount } from '../../../ui/hex.ts';

/** A body as lines that can be compared: JSON with a line for every member, text as it is, bytes as a dump. */
export function comparedText(bytes: Uint8Array): string {
  const text = looksBinary(bytes) ? undefined : decodeText(bytes);
  if (text !== undefined) return prettyJson(text) ?? text;
  return Array.from({ length: hexLineCount(bytes.length) }, (_, line) => {
    const start = line * BYTES_PER_LINE;
    const { offset, hex, text: printable } = hexLine(bytes.subarray(start, start + BYTES_PER_LINE), start);
    return `${offset}  ${hex}  ${printable}`;
  }).join('\n');
}

/** Headers as lines, before the body. */
export function comparedMessage(headers: readonly (readonly [string, string])[], bytes: Uint8Array): string {
  const lines = headers.map(([name, value]) => `${name}: ${value}`);
  return lines.length === 0 ? comparedText(bytes) : `${lines.join('\n')}\n\n${comparedText(bytes)}`;
}
