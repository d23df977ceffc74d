import type { JsonPath } from './json-path.ts';
import type { Trait } from './traits.ts';

/** What a filter says, as parsed. Wherever several things are named after one key, any of them will do. */
export type Query =
  | { readonly kind: 'all' }
  | { readonly kind: 'and' | 'or'; readonly terms: readonly Query[] }
  | { readonly kind: 'not'; readonly term: Query }
  /** Any of the searched texts contains it. */
  | { readonly kind: 'text'; readonly text: string }
  /** Any of the searched texts has a match of it. */
  | { readonly kind: 'regex'; readonly source: string }
  /** The field is any of the patterns. */
  | { readonly kind: 'field'; readonly field: TextField; readonly patterns: readonly Pattern[] }
  | { readonly kind: 'number'; readonly field: NumberField; readonly tests: readonly NumberTest[] }
  | { readonly kind: 'status'; readonly tests: readonly StatusTest[] }
  /** Arrived at or after a time, or before it; ms since 1970. */
  | { readonly kind: 'time'; readonly bound: 'after' | 'before'; readonly atMs: number }
  /** Arrived within that time before the filter was opened. */
  | { readonly kind: 'last'; readonly ms: number }
  | { readonly kind: 'trait'; readonly traits: readonly Trait[] }
  /** A value at that path of the request's or the reply's body; without tests: there is one. */
  | { readonly kind: 'json'; readonly path: JsonPath; readonly tests: readonly JsonTest[] }
  /** The request's or the reply's body contains it. */
  | { readonly kind: 'body'; readonly contents: readonly BodyTest[] };

export type TextField =
  | 'service'
  | 'route'
  | 'method'
  | 'from'
  | 'to'
  | 'conn'
  | 'transport'
  | 'provider'
  | 'error'
  | 'tag'
  | 'rule'
  | 'frame';

/** Durations in milliseconds, sizes in bytes. */
export type NumberField =
  'code' | 'id' | 'corr' | 'mark' | 'dur' | 'queue' | 'size' | 'req.size' | 'rep.size' | 'attempt';

/** `wild`: `*` is any run of characters and `?` one of them; in a quoted value they are themselves. */
export type Pattern = { readonly text: string; readonly wild: boolean } | { readonly regex: string };

export type Comparison = '=' | '>' | '>=' | '<' | '<=';

export interface NumberTest {
  readonly operator: Comparison;
  readonly value: number;
}

/** `class` 4 is 400 to 499; `error` is 400 and above, or any error name, and `ok` an answer that is no error; `pending` awaits one. */
export type StatusTest =
  | { readonly kind: 'compare'; readonly operator: Comparison; readonly code: number }
  | { readonly kind: 'class'; readonly hundreds: number }
  | { readonly kind: 'ok' }
  | { readonly kind: 'error' }
  | { readonly kind: 'pending' };

/**
 * What a value of a JSON text is held to. A `decimal` is compared with numbers by their exact value, however many digits they
 * have; a pattern with strings, numbers and words as they are written; `string`: only with strings.
 */
export type JsonTest =
  | { readonly kind: 'decimal'; readonly operator: Comparison; readonly decimal: string }
  | { readonly kind: 'string'; readonly text: string }
  | { readonly kind: 'pattern'; readonly pattern: Pattern };

export type BodyTest = { readonly text: string } | { readonly regex: string };

/** What a filter looks at: one exchange. */
export interface Searchable {
  readonly seq: number;
  /** Wall time of arrival, ms since 1970. */
  readonly atMs: number;
  readonly service: string;
  readonly method: string;
  readonly uri: string;
  readonly from: string;
  readonly connection: string;
  readonly via: string;
  /** '' where nobody knows. */
  readonly transport: string;
  /** `service@connection` of the channel, '' when none was reached. */
  readonly provider: string;
  readonly providerClient: string;
  /** null while the answer is awaited. */
  readonly status: number | null;
  readonly outcome: string | null;
  readonly error: string;
  readonly durationMs: number | null;
  /** Time it waited for a free channel; null when it came to none. */
  readonly queueMs: number | null;
  readonly requestBytes: number;
  readonly replyBytes: number;
  readonly attempts: number;
  readonly correlationId: number;
  /** Bits of `TraitBit`. */
  readonly traits: number;
  /** 1 to 6; 0 = none. */
  readonly mark: number;
  readonly comment: string;
  readonly tags: readonly string[];
  readonly rules: readonly string[];
  /** The stored bodies, request first. Read only for filters that look into bodies. */
  readonly bodies: readonly Uint8Array[];
}

/**
 * Lower case of A to Z only. One rule for the evaluator here and for SQLite's `lower()`, so that both find the same rows.
 */
export function foldCase(text: string): string {
  return text.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase());
}
