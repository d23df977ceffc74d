import { JsonScanner } from '../common/query/json-scan.ts';
import { parseJsonPath } from '../common/query/json-path.ts';
import { Encoding } from '../common/protocol/message.ts';
import type { HeaderPair } from '../common/traffic/header-pair.ts';

/** What is a secret: header names, `x-*` for all that begin so, and paths into JSON bodies. */
export interface SecretNames {
  readonly headers: readonly string[];
  readonly jsonPaths: readonly string[];
}

/** Stands for a secret. */
export const MASK = '***';
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

/** Replaces secrets in headers and JSON bodies; everything else stays byte for byte. */
export class SecretMask {
  readonly #names: ReadonlySet<string>;
  readonly #beginnings: readonly string[];
  readonly #scanners: readonly JsonScanner[];

  /** @throws {QuerySyntaxError} for a path that cannot be read */
  constructor({ headers, jsonPaths }: SecretNames) {
    const names = headers.map((name) => name.toLowerCase());
    this.#names = new Set(names.filter((name) => !name.endsWith('*')));
    this.#beginnings = names.filter((name) => name.endsWith('*')).map((name) => name.slice(0, -1));
    this.#scanners = jsonPaths.map((path) => new JsonScanner(parseJsonPath(path)));
  }

  /** @returns the very same array when none of them is a secret */
  headers(headers: readonly HeaderPair[]): readonly HeaderPair[] {
    if (!headers.some(([name]) => this.#isSecret(name))) return headers;
    return headers.map(([name, value]) => [name, this.#isSecret(name) ? MASK : value] as const);
  }

  /** @returns the very same bytes when there is no secret in them */
  body(encoding: number, body: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
    if (this.#scanners.length === 0 || body.byteLength === 0 || !mayBeJson(encoding, body)) return body;
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
