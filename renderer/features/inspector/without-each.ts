export interface Relaxation {
  /** The term that is left out. */
  readonly left: string;
  /** The filter of the others. */
  readonly filter: string;
}

/** Each is a question to the store. */
const MAX_TERMS = 6;

/** The filters that ask for one term less; of a filter of one term there is none, since that would be everything. */
export function withoutEach(terms: readonly string[]): readonly Relaxation[] {
  if (terms.length < 2) return [];
  return terms
    .slice(0, MAX_TERMS)
    .map((left, place) => ({ left, filter: terms.filter((_, other) => other !== place).join(' ') }));
}
