import type { ExchangeRow } from '../../../hub-core/console/contract/capture-contract.ts';
import type { RowRange } from '../../ui/visible-range.ts';

/** So few that what is pulled for a screen is little more than it shows: the time to read, send and check rows is theirs. */
export const PAGE_ROWS = 16;
export const MAX_PAGES = 1024;
/** At once: more than the tallest screen shows. */
export const MAX_PULLED_PAGES = 16;

interface CachedPage {
  /** By place in the page; a hole is a row that was retired. */
  readonly rows: readonly (ExchangeRow | undefined)[];
  /** False while rows may still change or be added: the page is pulled again when the store says that something did. */
  readonly settled: boolean;
  /** The watermark's revision that it was pulled for. */
  readonly revision: number;
}

/** The pages of one query's result that were looked at last; the least recently used one goes first. */
export class PageCache {
  readonly #pages = new Map<number, CachedPage>();

  get size(): number {
    return this.#pages.size;
  }

  clear(): void {
    this.#pages.clear();
  }

  /** Every page is pulled again when it is looked at; until then what is here is shown. */
  invalidate(): void {
    for (const [page, cached] of this.#pages) this.#pages.set(page, { ...cached, settled: false, revision: -1 });
  }

  /** The row at `index`; undefined while it is not there. */
  row(index: number): ExchangeRow | undefined {
    return this.#pages.get(Math.floor(index / PAGE_ROWS))?.rows[index % PAGE_ROWS];
  }

  /** The row with that number, if it is here. */
  find(seq: number): ExchangeRow | undefined {
    for (const { rows } of this.#pages.values()) {
      const found = rows.find((row) => row?.seq === seq);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /**
   * Puts rows at their places, as whole pages. What is missing was retired by the store, which drops the oldest first.
   *
   * @param range what was pulled, of whole pages
   */
  put(
    { first, end }: RowRange,
    rows: readonly ExchangeRow[],
    { count, revision }: { readonly count: number; readonly revision: number },
  ): void {
    const expected = Math.max(0, Math.min(end, count) - first);
    const missing = Math.max(0, expected - rows.length);
    const placed = [...Array.from({ length: missing }, () => undefined), ...rows];
    for (let place = first; place < end; place += PAGE_ROWS) {
      const itsRows = placed.slice(place - first, place - first + PAGE_ROWS);
      const settled = itsRows.length === PAGE_ROWS && itsRows.every((row) => row?.outcome !== null);
      const page = place / PAGE_ROWS;
      this.#pages.delete(page);
      this.#pages.set(page, { rows: itsRows, settled, revision });
    }
    for (const oldest of this.#pages.keys()) {
      if (this.#pages.size <= MAX_PAGES) break;
      this.#pages.delete(oldest);
    }
  }

  /**
   * What of the rows `first` … `end - 1` must be pulled, as whole pages: what is absent, shorter than it is by now, or of an older
   * revision with rows that were not settled. Pages looked at count as used.
   */
  nextToPull({ first, end }: RowRange, count: number, revision: number): RowRange | undefined {
    let [from, to] = [-1, -1];
    for (let page = Math.floor(first / PAGE_ROWS); page * PAGE_ROWS < Math.min(end, count); page += 1) {
      const cached = this.#pages.get(page);
      if (cached !== undefined) {
        this.#pages.delete(page);
        this.#pages.set(page, cached);
      }
      const expected = expectedRows(page, count);
      const stale =
        cached === undefined || cached.rows.length < expected || (!cached.settled && cached.revision < revision);
      if (!stale) continue;
      if (from < 0) from = page;
      to = page;
    }
    return from < 0
      ? undefined
      : { first: from * PAGE_ROWS, end: Math.min(to + 1, from + MAX_PULLED_PAGES) * PAGE_ROWS };
  }
}

/** Rows of a page when the result has `count`. */
const expectedRows = (page: number, count: number): number =>
  Math.max(0, Math.min(PAGE_ROWS, count - page * PAGE_ROWS));
