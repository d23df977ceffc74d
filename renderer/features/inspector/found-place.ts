export interface FoundPlace {
  readonly queryId: string;
  readonly seq: number;
  readonly place: number;
}

/** Where a row stands among the rows that are shown; null when that is not known of them, or they do not reach that far. */
export function placeOf(found: FoundPlace | undefined, shown: Omit<FoundPlace, 'place'>, count = 0): number | null {
  const isOfThem = found?.queryId === shown.queryId && found.seq === shown.seq;
  return isOfThem && found.place < count ? found.place : null;
}
