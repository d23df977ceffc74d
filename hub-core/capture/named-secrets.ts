/** A part of a text, by its places, and what it becomes. */
interface Replacement {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Blanks that may stand around a separator. */
const MAX_BLANKS = 16;
/** Attributes of an element, and the header of a form's part, are not longer. */
const MAX_HEAD = 1_024;

const QUOTES: ReadonlySet<string> = new Set(['"', "'"]);
/** As it stands in a text of JSON that is a value of another. */
const ESCAPED_QUOTE = String.raw`\"`;
const VALUE_END = /[&;,\s<>"'\]}]/g;

function skipBlanks(text: string, from: number): number {
  let at = from;
  while (at - from < MAX_BLANKS && (text[at] === ' ' || text[at] === '\t')) at += 1;
  return at;
}

const orEnd = (text: string, at: number): number => (at < 0 ? text.length : at);

/** @param open place of the quote that opens. @returns that of the quote that closes, else the text's end */
function closingQuote(text: string, open: number): number {
  const quote = text[open] ?? '"';
  let at = text.indexOf(quote, open + 1);
  while (at > 0 && text[at - 1] === '\\' && text[at - 2] !== '\\') at = text.indexOf(quote, at + 1);
  return orEnd(text, at);
}

/** @param open place of a brace or bracket. @returns the place behind the one that closes it, else the text's end */
function behindNested(text: string, open: number): number {
  let depth = 0;
  for (let at = open; at < text.length; at += 1) {
    const char = text[at];
    if (char === '"') at = closingQuote(text, at);
    else if (char === '{' || char === '[') depth += 1;
    else if ((char === '}' || char === ']') && (depth -= 1) === 0) return at + 1;
  }
  return text.length;
}

/** `name=value`, `"name": value`, with or without quotes. @param from behind the separator */
function assigned(text: string, from: number, isQuotedName: boolean): Replacement {
  const start = skipBlanks(text, from);
  if (text.startsWith(ESCAPED_QUOTE, start)) {
    const inner = start + ESCAPED_QUOTE.length;
    return { start: inner, end: orEnd(text, text.indexOf(ESCAPED_QUOTE, inner)), text: MASK };
  }
  const open = text[start] ?? '';
  if (QUOTES.has(open)) return { start: start + 1, end: closingQuote(text, start), text: MASK };
  const masked = isQuotedName ? `"${MASK}"` : MASK;
  if (open === '{' || open === '[') return { start, end: behindNested(text, start), text: masked };
  VALUE_END.lastIndex = start;
  return { start, end: VALUE_END.exec(text)?.index ?? text.length, text: masked };
}

/** `<name …>value</name>` @param from behind the name */
function element(text: string, from: number): Replacement | undefined {
  const head = text.slice(from, from + MAX_HEAD).indexOf('>');
  if (head < 0) return undefined;
  const start = from + head + 1;
  return { start, end: orEnd(text, text.indexOf('<', start)), text: MASK };
}

/** A part of a form: `name="…"`, the rest of its header, an empty line, the value. @param from behind the name */
function formPart(text: string, from: number): Replacement | undefined {
  const head = text.slice(from, from + MAX_HEAD).indexOf('\r\n\r\n');
  if (head < 0) return undefined;
  const start = from + head + 4;
  return { start, end: orEnd(text, text.indexOf('\r\n--', start)), text: MASK };
}

/** Stands for a secret. */
export const MASK = '***';

/**
 * Finds the values of fields by their names in what is no JSON, or more than one: queries, forms, lines of JSON, events, XML, and
 * the maps of MessagePack and CBOR. It looks for names and what stands behind them, and checks no syntax: rather a value too much
 * is replaced than one too few.
 */
export class NamedSecrets {
  readonly #names: readonly string[];
  readonly #set: ReadonlySet<string>;
  readonly #pattern: RegExp;

  /** @param names in any case */
  constructor(names: readonly string[]) {
    this.#names = names.map((name) => name.toLowerCase());
    this.#set = new Set(this.#names);
    const words = this.#names.map((name) => name.replaceAll(/\W/g, String.raw`\$&`)).join('|');
    this.#pattern = new RegExp(`(?<![\\w-])(?:${words})(?![\\w-])`, 'gi');
  }

  get isEmpty(): boolean {
    return this.#names.length === 0;
  }

  /** @returns the very same text when its query has none of them */
  uri(uri: string): string {
    const query = uri.indexOf('?') + 1;
    if (query === 0 || this.isEmpty) return uri;
    let changed = false;
    const pairs = uri
      .slice(query)
      .split('&')
      .map((pair) => {
        const separator = pair.indexOf('=');
        if (separator < 0 || !this.#set.has(decoded(pair.slice(0, separator)).toLowerCase())) return pair;
        changed = true;
        return `${pair.slice(0, separator)}=${MASK}`;
      });
    return changed ? uri.slice(0, query) + pairs.join('&') : uri;
  }

  /** @returns the very same text when there is none of them in it */
  text(text: string): string {
    if (this.isEmpty) return text;
    let masked = '';
    let done = 0;
    for (const { index, 0: name } of text.matchAll(this.#pattern)) {
      if (index < done) continue;
      const found = this.#valueOf(text, index, index + name.length);
      if (found === undefined || found.start >= found.end || text.slice(found.start, found.end) === MASK) continue;
      masked += text.slice(done, found.start) + found.text;
      done = found.end;
    }
    return done === 0 ? text : masked + text.slice(done);
  }

  /** Texts in maps of MessagePack or CBOR, replaced by stars of the same number. @returns the very same bytes when there are none */
  packed(body: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
    const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('latin1').toLowerCase();
    let masked: Uint8Array<ArrayBuffer> | undefined;
    for (const name of this.#names) {
      for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + name.length)) {
        const value = isTextOf(body, at, name.length) ? textAt(body, at + name.length) : undefined;
        if (value === undefined) continue;
        masked ??= body.slice();
        masked.fill(STAR, value.start, value.end);
      }
    }
    return masked ?? body;
  }

  #valueOf(text: string, start: number, end: number): Replacement | undefined {
    const before = text[start - 1] ?? '';
    if (before === '<' || (before === ':' && /<[\w-]{1,64}:$/.test(text.slice(Math.max(0, start - 66), start))))
      return element(text, end);
    const isEscaped = text.startsWith(ESCAPED_QUOTE, end);
    const isQuoted = QUOTES.has(text[end] ?? '') && text[end] === before;
    if (/name=["']?$/i.test(text.slice(Math.max(0, start - 6), start))) return formPart(text, end);
    const separator = skipBlanks(text, isEscaped ? end + ESCAPED_QUOTE.length : isQuoted ? end + 1 : end);
    const char = text[separator];
    return char === '=' || char === ':' ? assigned(text, separator + 1, isQuoted) : undefined;
  }
}

const STAR = 0x2a;

function decoded(name: string): string {
  try {
    return decodeURIComponent(name.replaceAll('+', ' '));
  } catch {
    return name;
  }
}

/** Whether a text of that length begins there, by the head before it: of MessagePack or of CBOR. */
function isTextOf(body: Uint8Array, at: number, length: number): boolean {
  const [head, byte] = [body[at - 1], body[at - 2]];
  return head === (0xa0 | length) || head === (0x60 | length) || (head === length && (byte === 0xd9 || byte === 0x78));
}

/** Heads of texts and bytes, first and last, and how many bytes of length follow; none: the length is in the head. */
const TEXT_HEADS: readonly (readonly [first: number, last: number, lengthBytes: number])[] = [
  // MessagePack
  [0xa0, 0xbf, 0],
  [0xc4, 0xc4, 1],
  [0xc5, 0xc5, 2],
  [0xc6, 0xc6, 4],
  [0xd9, 0xd9, 1],
  [0xda, 0xda, 2],
  [0xdb, 0xdb, 4],
  // CBOR
  [0x40, 0x57, 0],
  [0x58, 0x58, 1],
  [0x59, 0x59, 2],
  [0x5a, 0x5a, 4],
  [0x60, 0x77, 0],
  [0x78, 0x78, 1],
  [0x79, 0x79, 2],
  [0x7a, 0x7a, 4],
];
const LENGTH_BITS = 0x1f;

/** The text or the bytes whose head is there; undefined for anything else. */
function textAt(body: Uint8Array, at: number): { readonly start: number; readonly end: number } | undefined {
  const head = body[at] ?? 0;
  const lengthBytes = TEXT_HEADS.find(([first, last]) => head >= first && head <= last)?.[2];
  if (lengthBytes === undefined) return undefined;
  const start = at + 1 + lengthBytes;
  let length = lengthBytes === 0 ? head & LENGTH_BITS : 0;
  for (const byte of body.subarray(at + 1, start)) length = length * 256 + byte;
  return { start, end: Math.min(body.length, start + length) };
}
