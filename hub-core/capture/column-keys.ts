import { compareDecimals } from '../common/query/decimal.ts';
import { foldCase } from '../common/query/query.ts';
import { isNumberKind } from './column-table.ts';
import { sortedPlaces, type ComparePlaces } from './sorted-order.ts';

const [NUMBER, TEXT, MISSING] = [0, 1, 2];

/** Digits that a double keeps whatever they are, and texts that can be no longer than these make them. */
const EXACT_CHARACTERS = 15;

/** True when the double of a number is another number than what was written. */
const isRounded = (text: string, double: number): boolean =>
  (text.length > EXACT_CHARACTERS || /[eE]/.test(text)) &&
  (!Number.isFinite(double) || compareDecimals(String(double), text) !== 0);

const sign = (difference: number): number => (Number.isNaN(difference) ? 0 : Math.sign(difference));

/**
 * Values of a custom column by the place of their row: numbers before texts, which also are words and JSON; numbers by their exact
 * value, texts whether in capitals or not. What is not there comes last, either way.
 */
export class ColumnKeys {
  readonly #groups: Uint8Array;
  /** Of a number its double, of a text its rank in the end. */
  readonly #keys: Float64Array;
  /** As they were written: few numbers are not what their double is. */
  readonly #rounded = new Map<number, string>();
  readonly #texts = new Map<string, number>();
  readonly #direction: 1 | -1;

  constructor(size: number, { descending }: { readonly descending: boolean }) {
    this.#groups = new Uint8Array(size).fill(MISSING);
    this.#keys = new Float64Array(size);
    this.#direction = descending ? -1 : 1;
  }

  /** @param key the number of its kind, then the value; null where there is none */
  put(place: number, key: string | number | null): void {
    if (typeof key !== 'string') return;
    const text = key.slice(1);
    if (isNumberKind(Number(key.charAt(0)))) this.#putNumber(place, text);
    else this.#putText(place, foldCase(text));
  }

  /**
   * The first `count` places in order.
   *
   * @throws the signal's reason when it aborts
   */
  async order(count: number, signal: AbortSignal | undefined): Promise<Uint32Array> {
    await this.#rankTexts(count, signal);
    return sortedPlaces(count, this.#compare, signal);
  }

  #putNumber(place: number, text: string): void {
    const double = Number(text);
    this.#groups[place] = NUMBER;
    this.#keys[place] = double;
    if (isRounded(text, double)) this.#rounded.set(place, text);
  }

  #putText(place: number, text: string): void {
    const known = this.#texts.get(text);
    if (known === undefined) this.#texts.set(text, this.#texts.size);
    this.#groups[place] = TEXT;
    this.#keys[place] = known ?? this.#texts.size - 1;
  }

  /** A rank in the place of each text's number, in pieces, too: there may be one for each row. */
  async #rankTexts(count: number, signal: AbortSignal | undefined): Promise<void> {
    const texts = [...this.#texts.keys()];
    this.#texts.clear();
    const compare: ComparePlaces = (one, other) => ((texts[one] ?? '') < (texts[other] ?? '') ? -1 : 1);
    const order = await sortedPlaces(texts.length, compare, signal);
    const ranks = new Float64Array(texts.length);
    order.forEach((id, rank) => (ranks[id] = rank));
    for (let place = 0; place < count; place += 1)
      if (this.#groups[place] === TEXT) this.#keys[place] = ranks[this.#keys[place] ?? 0] ?? 0;
  }

  readonly #compare: ComparePlaces = (one, other) => {
    const [group = 0, otherGroup = 0] = [this.#groups[one], this.#groups[other]];
    if (group !== otherGroup) {
      const isMissing = group === MISSING || otherGroup === MISSING;
      return isMissing ? group - otherGroup : this.#direction * (group - otherGroup);
    }
    const [key = 0, otherKey = 0] = [this.#keys[one], this.#keys[other]];
    // Two infinities have no difference.
    return this.#direction * (sign(key - otherKey) || this.#compareExactly(one, other));
  };

  /** Of two numbers with the same double. */
  #compareExactly(one: number, other: number): number {
    if (this.#rounded.size === 0) return 0;
    const [text, otherText] = [this.#rounded.get(one), this.#rounded.get(other)];
    if (text === undefined && otherText === undefined) return 0;
    return compareDecimals(text ?? String(this.#keys[one]), otherText ?? String(this.#keys[other]));
  }
}
