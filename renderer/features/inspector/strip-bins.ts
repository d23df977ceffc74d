import type { Overview } from '../../../hub-core/console/contract/browse-contract.ts';
import { formatClock, plural } from '../../ui/format.ts';

/** Bins from one end to the other, both with it, in either order. */
export interface Brush {
  readonly anchor: number;
  readonly head: number;
}

export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** The bin under a place of the strip, in pixels. */
export function binAt(x: number, width: number, count: number): number {
  return Math.max(0, Math.min(count - 1, Math.floor((x / Math.max(1, width)) * count)));
}

/** The time that a brush covers, to the end of its last bin. */
export function spanOf({ anchor, head }: Brush, { fromMs, binMs }: Pick<Overview, 'fromMs' | 'binMs'>): Span {
  return { fromMs: fromMs + Math.min(anchor, head) * binMs, toMs: fromMs + (Math.max(anchor, head) + 1) * binMs };
}

const sumOf = (counts: readonly number[], first: number, last: number): number =>
  counts.slice(first, last + 1).reduce((sum, count) => sum + count, 0);

/** What lies under a brush, in words; without one, in the whole strip. */
export function stripText(overview: Overview, brush: Brush | undefined): string {
  const { ok, error, dropped } = overview;
  const { anchor, head } = brush ?? { anchor: 0, head: Math.max(0, ok.length - 1) };
  const [first, last] = [Math.min(anchor, head), Math.max(anchor, head)];
  const { fromMs, toMs } = spanOf({ anchor, head }, overview);
  const lost = sumOf(dropped, first, last);
  const counts = [
    `${plural(sumOf(ok, first, last), 'exchange')} without error`,
    plural(sumOf(error, first, last), 'error'),
    ...(lost === 0 ? [] : [`${plural(lost, 'exchange')} not recorded`]),
  ];
  const digits = overview.binMs < 1_000 ? 12 : 8;
  return `${formatClock(fromMs).slice(0, digits)} to ${formatClock(toMs).slice(0, digits)}: ${counts.join(', ')}`;
}

/** The brush after a key: moved by so many bins, or with Shift made longer or shorter. */
export function movedBrush(
  brush: Brush | undefined,
  step: number,
  { count, extend }: { readonly count: number; readonly extend: boolean },
): Brush {
  const within = (bin: number): number => Math.max(0, Math.min(count - 1, bin));
  if (brush === undefined) return { anchor: count - 1, head: count - 1 };
  const head = within(brush.head + step);
  return extend ? { anchor: brush.anchor, head } : { anchor: head, head };
}

/** Errors that were counted in all. */
export const errorsOf = (overview: Overview | undefined): number =>
  overview === undefined ? 0 : sumOf(overview.error, 0, overview.error.length);

interface Counted {
  readonly lastSeq: number;
  readonly errors: number;
}

/** What came since, in a sentence for those who listen; undefined when nothing did. */
export function newsText(before: Counted, now: Counted): string | undefined {
  const rows = now.lastSeq - before.lastSeq;
  if (rows <= 0) return undefined;
  const errors = Math.min(rows, Math.max(0, now.errors - before.errors));
  return errors === 0 ? plural(rows, 'new message') : `${plural(rows, 'new message')}, ${plural(errors, 'error')}`;
}
