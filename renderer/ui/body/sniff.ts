import { looksBinary } from '../bytes.ts';

const WHITESPACE: ReadonlySet<number> = new Set([0x20, 0x09, 0x0a, 0x0d]);
const JSON_STARTS: ReadonlySet<number> = new Set(Array.from('{["-0123456789tfn', (char) => char.charCodeAt(0)));

/** True when a text may be JSON by its first character. Whether it is, shows when it is read. */
function startsLikeJson(bytes: Uint8Array): boolean {
  const first = bytes.find((byte) => !WHITESPACE.has(byte));
  return first !== undefined && JSON_STARTS.has(first);
}

export type BodyLook = 'binary' | 'json' | 'text';

/** What bytes look like, whatever they claim to be. */
export function lookOf(bytes: Uint8Array, encoding: string): BodyLook {
  if (looksBinary(bytes)) return 'binary';
  // A lone word or number in a text is rarely meant as JSON.
  const [first] = bytes;
  const bracket = first === 0x7b || first === 0x5b;
  return startsLikeJson(bytes) && (bracket || encoding === 'json') ? 'json' : 'text';
}

const ascii = (text: string): number[] => Array.from(text, (char) => char.charCodeAt(0));

/** Media type → its first bytes, and where they stand. Only pictures of points: an SVG is a document that can run scripts. */
const IMAGES: readonly (readonly [type: string, at: number, bytes: readonly number[]])[] = [
  ['image/png', 0, [0x89, ...ascii('PNG\r\n'), 0x1a, 0x0a]],
  ['image/jpeg', 0, [0xff, 0xd8, 0xff]],
  ['image/gif', 0, ascii('GIF8')],
  ['image/webp', 8, ascii('WEBP')],
  ['image/bmp', 0, ascii('BM')],
  ['image/avif', 4, ascii('ftypavif')],
];

/** The media type of a picture by its first bytes; undefined for everything else. */
export function imageType(bytes: Uint8Array): string | undefined {
  return IMAGES.find(([, at, magic]) => magic.every((byte, place) => bytes[at + place] === byte))?.[0];
}
