export const BYTES_PER_LINE = 16;
/** Two digits and a space a byte, one more space in the middle, none at the end. */
const HEX_CHARACTERS = 48;

export interface HexLine {
  /** `000001f0` */
  readonly offset: string;
  /** `48 65 6c 6c 6f …`, padded to the full width, with a gap in the middle. */
  readonly hex: string;
  /** Printable ASCII; everything else is a dot. */
  readonly text: string;
}

/** One line of a dump: at most sixteen bytes, and where the first of them stands. */
export function hexLine(bytes: Uint8Array, offset: number): HexLine {
  let hex = '';
  let text = '';
  for (let column = 0; column < BYTES_PER_LINE; column += 1) {
    const byte = bytes[column];
    if (column === BYTES_PER_LINE / 2) hex += ' ';
    hex += byte === undefined ? '   ' : `${byte.toString(16).padStart(2, '0')} `;
    if (byte !== undefined) text += byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.';
  }
  return { offset: offset.toString(16).padStart(8, '0'), hex: hex.slice(0, HEX_CHARACTERS), text };
}

export const hexLineCount = (length: number): number => Math.ceil(length / BYTES_PER_LINE);

/** Where the digits of a byte begin in a line's `hex`. */
export const hexCharacter = (column: number): number => column * 3 + (column >= BYTES_PER_LINE / 2 ? 1 : 0);

/** The byte whose digits, or the space after them, stand at that character of a line's `hex`. */
export function hexColumn(character: number): number {
  const column = Math.floor((character > HEX_CHARACTERS / 2 ? character - 1 : character) / 3);
  return Math.max(0, Math.min(BYTES_PER_LINE - 1, column));
}

/** Bytes as hex text to be edited, 16 a line. */
export function bytesToHex(bytes: Uint8Array): string {
  const lines: string[] = [];
  for (let start = 0; start < bytes.length; start += BYTES_PER_LINE) {
    lines.push(
      Array.from(bytes.subarray(start, start + BYTES_PER_LINE), (byte) => byte.toString(16).padStart(2, '0')).join(' '),
    );
  }
  return lines.join('\n');
}

/** The bytes that hex text names; white space does not matter. @returns undefined when it is not whole bytes in hex */
export function hexToBytes(text: string): Uint8Array<ArrayBuffer> | undefined {
  const digits = text.replaceAll(/\s+/g, '');
  if (digits.length % 2 !== 0 || /[^0-9a-fA-F]/.test(digits)) return undefined;
  return Uint8Array.from({ length: digits.length / 2 }, (_, index) =>
    Number.parseInt(digits.slice(index * 2, index * 2 + 2), 16),
  );
}
