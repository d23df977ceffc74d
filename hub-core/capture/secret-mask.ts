import { JsonScanner } from '../common/query/json-scan.ts';
import { parseJsonPath, type JsonPath } from '../common/query/json-path.ts';
import { Encoding } from '../common/protocol/message.ts';
import type { HeaderPair } from '../common/traffic/header-pair.ts';
import { codingsOf, decodeBody, encodeBody } from './content-coding.ts';
import { MASK, NamedSecrets } from './named-secrets.ts';

/**
 * What is a secret: header names, `x-*` for all that begin so, and paths into JSON bodies. A path that is one name at any depth,
 * `$..password`, names that field in queries, forms and whatever else has named values, too.
 */
export interface SecretNames {
  readonly headers: readonly string[];
  readonly jsonPaths: readonly string[];
}

const JSON_MASK = new TextEncoder().encode(`"${MASK}"`);

interface Span {
  readonly start: number;
  readonly end: number;
}

/** Values that lie within others, or beside them in either order, as spans that do not overlap. */
function merged(spans: readonly Span[]): Span[] {
  const ordered = spans.toSorted((a, b) => a.start - b.start || b.end - a.end);
  const apart: Span[] = [];
  for (const span of ordered) if (span.start >= (apart.at(-1)?.end ?? 0)) apart.push(span);
  return apart;
}

const OPENING: ReadonlySet<number | undefined> = new Set([0x7b, 0x5b]);

/** A JSON text by its encoding, or, where that says nothing, by its first character. */
function mayBeJson(encoding: number, body: Uint8Array): boolean {
  if (encoding === Encoding.Json) return true;
  if (encoding !== Encoding.Text && encoding !== Encoding.Bytes && encoding !== Encoding.Other) return false;
  return OPENING.has(body.find((byte) => byte > 0x20));
}

/** Replaces secrets in addresses, headers and bodies; everything else stays byte for byte. */
export class SecretMask {
  readonly #names: ReadonlySet<string>;
  readonly #beginnings: readonly string[];
  readonly #scanners: readonly JsonScanner[];
  readonly #fields: NamedSecrets;

  /** @throws {QuerySyntaxError} for a path that cannot be read */
  constructor({ headers, jsonPaths }: SecretNames) {
    const names = headers.map((name) => name.toLowerCase());
    this.#names = new Set(names.filter((name) => !name.endsWith('*')));
    this.#beginnings = names.filter((name) => name.endsWith('*')).map((name) => name.slice(0, -1));
    const paths = jsonPaths.map((path) => parseJsonPath(path));
    this.#scanners = paths.map((path) => new JsonScanner(path));
    this.#fields = new NamedSecrets(paths.flatMap(fieldOf));
  }

  /** @returns the very same address when its query has no secret */
  uri(uri: string): string {
    return this.#fields.uri(uri);
  }

  /** @returns the very same array when there is no secret in them */
  headers(headers: readonly HeaderPair[]): readonly HeaderPair[] {
    if (this.#fields.isEmpty && !headers.some(([name]) => this.#isSecret(name))) return headers;
    const masked = headers.map((pair) => this.#header(pair));
    return masked.every((pair, index) => pair === headers[index]) ? headers : masked;
  }

  /**
   * @param headers of the same message: they say how its body is compressed
   * @returns the very same bytes when there is no secret in them; none where it is compressed and cannot be read
   */
  body(encoding: number, body: Uint8Array<ArrayBuffer>, headers: readonly HeaderPair[] = []): Uint8Array<ArrayBuffer> {
    if (this.#scanners.length === 0 || body.byteLength === 0) return body;
    const codings = codingsOf(headers, body);
    if (codings.length === 0) return this.#plain(encoding, body);
    const plain = decodeBody(codings, body);
    if (plain === undefined) return NO_BYTES;
    const masked = this.#plain(encoding, plain);
    return masked === plain ? body : encodeBody(codings, masked);
  }

  #header(pair: HeaderPair): HeaderPair {
    const [name, value] = pair;
    if (this.#isSecret(name)) return [name, MASK];
    // An address among them, such as that of `location`, may have a query.
    const masked = this.#fields.text(value);
    return masked === value ? pair : [name, masked];
  }

  #plain(encoding: number, body: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
    if (encoding === Encoding.MessagePack || encoding === Encoding.Cbor) return this.#fields.packed(body);
    const masked = this.#json(encoding, body);
    if (this.#fields.isEmpty) return masked;
    // One character a byte: whatever the bytes are, they come back.
    const text = Buffer.from(masked.buffer, masked.byteOffset, masked.byteLength).toString('latin1');
    const replacedText = this.#fields.text(text);
    return replacedText === text ? masked : new Uint8Array(Buffer.from(replacedText, 'latin1'));
  }

  #json(encoding: number, body: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
    if (!mayBeJson(encoding, body)) return body;
    const spans: Span[] = [];
    for (const scanner of this.#scanners) {
      scanner.scan(body, (start, end) => {
        spans.push({ start, end });
        return false;
      });
    }
    return spans.length === 0 ? body : replaced(body, merged(spans));
  }

  #isSecret(name: string): boolean {
    return this.#names.has(name) || this.#beginnings.some((beginning) => name.startsWith(beginning));
  }
}

const NO_BYTES = new Uint8Array(0);

/** The one name that a path asks for at any depth. */
function fieldOf({ steps }: JsonPath): string[] {
  const [step] = steps;
  return steps.length === 1 && step?.within === true && step.name !== undefined ? [step.name] : [];
}

function replaced(body: Uint8Array<ArrayBuffer>, spans: readonly Span[]): Uint8Array<ArrayBuffer> {
  const removed = spans.reduce((sum, { start, end }) => sum + end - start, 0);
  const masked = new Uint8Array(body.byteLength - removed + spans.length * JSON_MASK.byteLength);
  let [from, to] = [0, 0];
  for (const { start, end } of spans) {
    masked.set(body.subarray(from, start), to);
    masked.set(JSON_MASK, to + start - from);
    to += start - from + JSON_MASK.byteLength;
    from = end;
  }
  masked.set(body.subarray(from), to);
  return masked;
}
