/** Columns that people add to the list of exchanges: a value of a JSON body, taken out when the exchange is stored. */

export const MAX_COLUMNS = 12;
export const MAX_COLUMN_NAME = 40;
export const MAX_COLUMN_PATH = 512;

export const COLUMN_SIDES = ['request', 'reply'] as const;
/** Whose body the value is in. */
export type ColumnSide = (typeof COLUMN_SIDES)[number];

/** `word`: `true`, `false` or `null`; `json`: an object or an array, as it was written. */
export const VALUE_KINDS = ['string', 'number', 'word', 'json'] as const;
export type ValueKind = (typeof VALUE_KINDS)[number];

/**
 * Why a row has no value. `unfilled`: it is of before the column, and was not looked at yet; `pending`: the reply is awaited;
 * `no-reply`, `no-body`: there is none; `not-stored`: none of the body was stored; `cut-off`: there is none in the part that was;
 * `absent`: there is nothing at the path, or the body is no JSON.
 */
export const MISSING_REASONS = [
  'unfilled',
  'pending',
  'no-reply',
  'no-body',
  'not-stored',
  'cut-off',
  'absent',
] as const;
export type MissingReason = (typeof MISSING_REASONS)[number];

export interface ColumnWish {
  readonly name: string;
  /** As in `json:`. */
  readonly path: string;
  readonly side: ColumnSide;
}

export interface CustomColumn extends ColumnWish {
  /** Stays when the column is changed; no other column ever has it. */
  readonly id: string;
}

/** A value as lists show it. */
export interface ColumnValue {
  readonly kind: ValueKind;
  /** A string's text, anything else as it was written. */
  readonly text: string;
  /** There is more of it. */
  readonly cut: boolean;
}

export type ColumnCell = ColumnValue | { readonly kind: 'none'; readonly reason: MissingReason };
