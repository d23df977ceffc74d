/** Chromium draws no element that is higher than 33,554,428 px. */
const MAX_HEIGHT = 30_000_000;

export interface LineView {
  readonly count: number;
  readonly rowHeight: number;
  /** Of the scroller, in px. */
  readonly height: number;
}

/** Height of the content; less than that of its lines when they are more than an element can be high. */
export const contentHeight = ({ count, rowHeight }: LineView): number => Math.min(count * rowHeight, MAX_HEIGHT);

export const isScaled = ({ count, rowHeight }: LineView): boolean => count * rowHeight > MAX_HEIGHT;

/** The largest first line: the last one is seen at the bottom then. With a fraction. */
export const lastTop = ({ count, rowHeight, height }: LineView): number => Math.max(0, count - height / rowHeight);

/** The line at the upper edge, with a fraction. */
export function topAt(scrollTop: number, view: LineView): number {
  if (!isScaled(view)) return scrollTop / view.rowHeight;
  return Math.min(1, scrollTop / (contentHeight(view) - view.height)) * lastTop(view);
}

/** Where to scroll so that a line is at the upper edge. */
export function scrollTopOf(top: number, view: LineView): number {
  if (!isScaled(view)) return top * view.rowHeight;
  return (top / lastTop(view)) * (contentHeight(view) - view.height);
}

/** The first line, nearest to the present one, with which the whole of line `index` is seen. */
export function topThatShows(index: number, top: number, view: LineView): number {
  const seen = view.height / view.rowHeight;
  if (index < top) return index;
  if (index + 1 > top + seen) return Math.max(0, index + 1 - seen);
  return top;
}
