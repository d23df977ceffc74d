import type { ExchangeRow } from '../../../hub-core/console/contract/capture-contract.ts';

export const PAGE_ROWS = 256;
const MAX_PAGES = 64;

interface CachedPage {
  /** By place in the page; a hole is a row that was retired. */
  readonly rows: readonly (ExchangeRow | undefined)[];
  /** False while rows may still change or be added: the page is pulled again when the store says that something did. */
  readonly settled: boolean;
  /** The watermark's revision that it was pulled for. */
  readonly revision: number;
}

/** Puts rows at their places: what is missing was retired by the store, which drops the oldest first. */
function placeRows(rows: readonly ExchangeRow[], expected: number): readonly (ExchangeRow | undefined)[] {
  const missing = Math.max(0, expected - rows.length);
  return [...Array.from({ length: missing }, () => undefined), ...rows];
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

  /** @param expected rows that the page should have had, by the query's count */
  put(
    page: number,
    rows: readonly ExchangeRow[],
    { expected, revision }: { expected: number; revision: number },
  ): void {
    const settled = expected === PAGE_ROWS && rows.every((row) => row.outcome !== null);
    this.#pages.delete(page);
    this.#pages.set(page, { rows: placeRows(rows, expected), settled, revision });
    for (const oldest of this.#pages.keys()) {
      if (this.#pages.size <= MAX_PAGES) break;
      this.#pages.delete(oldest);
    }
  }

  /**
   * The first page of rows `first` … `end - 1` that must be pulled: absent, shorter than it is by now, or of an older
   * revision with rows that were not settled. Pages looked at count as used.
   */
  nextToPull({ first, end }: { first: number; end: number }, count: number, revision: number): number | undefined {
    let found: number | undefined;
    for (let page = Math.floor(first / PAGE_ROWS); page * PAGE_ROWS < Math.min(end, count); page += 1) {
      const cached = this.#pages.get(page);
      if (cached !== undefined) {
        this.#pages.delete(page);
        this.#pages.set(page, cached);
      }
      const expected = expectedRows(page, count);
      const stale =
        cached === undefined || cached.rows.length < expected || (!cached.settled && cached.revision < revision);
      if (stale) found ??= page;
    }
    return found;
  }
}

/** Rows of a page when the result has `count`. */
export const expectedRows = (page: number, count: number): number =>
  Math.max(0, Math.min(PAGE_ROWS, count - page * PAGE_ROWS));
