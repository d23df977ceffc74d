/** Rows `first` … `end - 1`. */
export interface RowRange {
  readonly first: number;
  readonly end: number;
}

export interface Viewport {
  readonly scrollTop: number;
  readonly height: number;
  readonly rowHeight: number;
  readonly count: number;
}

/** The rows to draw: those that are seen, and `overscan` more at either end, so that a short scroll finds them ready. */
export function visibleRange({ scrollTop, height, rowHeight, count }: Viewport, overscan = 4): RowRange {
  const first = Math.max(0, Math.floor(scrollTop / rowHeight) - overscan);
  const end = Math.min(count, Math.ceil((scrollTop + height) / rowHeight) + overscan);
  return { first: Math.min(first, end), end };
}

export const overlaps = (one: RowRange, other: RowRange): boolean => one.first < other.end && other.first < one.end;

/**
 * Where keys of rows are counted from, after a list went from `before` to `now`. Rows that stay in sight keep their keys; after a
 * jump, when none does, the new ones take those of the old ones, so that elements are filled anew instead of made anew.
 */
export function keyBase(base: number, before: RowRange, now: RowRange): number {
  return overlaps(before, now) ? base : base + now.first - before.first;
}

/** The scroll position, nearest to the present one, at which the whole of row `index` is seen. */
export function scrollTo(index: number, { scrollTop, height, rowHeight, count }: Viewport): number {
  const top = Math.max(0, Math.min(index, count - 1)) * rowHeight;
  if (top < scrollTop) return top;
  if (top + rowHeight > scrollTop + height) return Math.max(0, top + rowHeight - height);
  return scrollTop;
}

/** The scroll position that shows the last row at the bottom. */
export function scrollToEnd({ height, rowHeight, count }: Omit<Viewport, 'scrollTop'>): number {
  return Math.max(0, count * rowHeight - height);
}
