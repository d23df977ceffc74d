/** What a filter says, as parsed. Later keys and operators are further members of these unions. */
export type Query =
  | { readonly kind: 'all' }
  | { readonly kind: 'and' | 'or'; readonly terms: readonly Query[] }
  | { readonly kind: 'not'; readonly term: Query }
  /** Any of the searched texts contains it. */
  | { readonly kind: 'text'; readonly text: string }
  /** The field equals any of the patterns, in which `*` is any run of characters and `?` one of them. */
  | { readonly kind: 'field'; readonly field: TextField; readonly patterns: readonly Pattern[] }
  | { readonly kind: 'status'; readonly tests: readonly StatusTest[] };

export type TextField = 'service' | 'method' | 'from' | 'to';

export interface Pattern {
  readonly text: string;
  /** False for a quoted value: its `*` and `?` are themselves. */
  readonly wild: boolean;
}

/** `class` 4 is 400 to 499; `error` is 400 and above, or any error name; `pending` awaits its answer. */
export type StatusTest =
  | { readonly kind: 'code'; readonly code: number }
  | { readonly kind: 'class'; readonly hundreds: number }
  | { readonly kind: 'error' }
  | { readonly kind: 'pending' };

/** What a filter looks at. */
export interface Searchable {
  readonly service: string;
  readonly method: string;
  readonly uri: string;
  readonly from: string;
  readonly provider: string;
  readonly providerClient: string;
  /** null while the answer is awaited. */
  readonly status: number | null;
  readonly error: string;
}

/**
 * Lower case of A to Z only. One rule for the evaluator here and for SQLite's `lower()`, so that both find the same rows.
 */
export function foldCase(text: string): string {
  return text.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase());
}
