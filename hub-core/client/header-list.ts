import type { Header } from '../common/protocol/message.ts';

/** What the SDK takes as headers: an object (an array repeats the name) or pairs in order. */
export type HeadersInput =
  Readonly<Record<string, string | readonly string[] | undefined>> | Iterable<readonly [name: string, value: string]>;

/** Headers that came with a message, in order. Names are lower case; looking one up ignores case. */
export class HeaderList implements Iterable<readonly [name: string, value: string]> {
  readonly #headers: readonly Header[];

  constructor(headers: readonly Header[]) {
    this.#headers = headers;
  }

  get size(): number {
    return this.#headers.length;
  }

  /** The first value of that name. */
  get(name: string): string | undefined {
    const wanted = name.toLowerCase();
    return this.#headers.find((header) => header.name === wanted)?.value;
  }

  /** Every value of that name, in order. */
  all(name: string): string[] {
    const wanted = name.toLowerCase();
    return this.#headers.filter((header) => header.name === wanted).map((header) => header.value);
  }

  *[Symbol.iterator](): Iterator<readonly [name: string, value: string]> {
    for (const { name, value } of this.#headers) yield [name, value];
  }
}

function isIterable(input: HeadersInput): input is Iterable<readonly [string, string]> {
  return Symbol.iterator in input;
}

/** Headers as the wire wants them: lower-case names, one entry for each value. */
export function toWireHeaders(input: HeadersInput | undefined): Header[] {
  if (input === undefined) return [];
  if (isIterable(input)) return Array.from(input, ([name, value]) => ({ name: name.toLowerCase(), value }));
  return Object.entries(input).flatMap(([name, value]) => {
    if (value === undefined) return [];
    const values = typeof value === 'string' ? [value] : value;
    return values.map((one) => ({ name: name.toLowerCase(), value: one }));
  });
}
