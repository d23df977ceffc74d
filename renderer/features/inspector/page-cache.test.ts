import { describe, expect, it } from 'vitest';
import type { ExchangeRow } from '../../../hub-core/console/contract/capture-contract.ts';
import type { RowRange } from '../../ui/visible-range.ts';
import { MAX_PAGES, MAX_PULLED_PAGES, PAGE_ROWS, PageCache } from './page-cache.ts';
import { exchangeRow } from './test-rows.ts';

const COUNT = 1_000_000;
const page = (number: number, pages = 1): RowRange => ({
  first: number * PAGE_ROWS,
  end: (number + pages) * PAGE_ROWS,
});
const rows = (from: number, count: number, change: Partial<ExchangeRow> = {}): ExchangeRow[] =>
  Array.from({ length: count }, (_, index) => exchangeRow(from + index, change));

describe('PageCache', () => {
  it('[UI40] finds rows by their place in the result', () => {
    const cache = new PageCache();
    cache.put(page(1, 2), rows(17, 2 * PAGE_ROWS), { count: COUNT, revision: 1 });
    const places = [PAGE_ROWS - 1, PAGE_ROWS, 2 * PAGE_ROWS, 3 * PAGE_ROWS - 1, 3 * PAGE_ROWS];
    expect(places.map((index) => cache.row(index)?.seq)).toEqual([undefined, 17, 33, 48, undefined]);
  });
  it('[UI40] keeps so many pages and drops the one that was used longest ago', () => {
    const cache = new PageCache();
    for (let number = 0; number < MAX_PAGES; number += 1)
      cache.put(page(number), rows(number, PAGE_ROWS), { count: COUNT, revision: 1 });
    cache.nextToPull({ first: 0, end: 10 }, COUNT, 1);
    cache.put(page(MAX_PAGES), rows(1, PAGE_ROWS), { count: COUNT, revision: 1 });
    expect(cache.size).toBe(MAX_PAGES);
    expect([cache.row(0) !== undefined, cache.row(PAGE_ROWS) !== undefined]).toEqual([true, false]);
  });
  it('[UI40] what is in sight is pulled in one go, a few pages at most, and what is there is not', () => {
    const cache = new PageCache();
    expect(cache.nextToPull({ first: 20, end: 60 }, COUNT, 1)).toEqual(page(1, 3));
    expect(cache.nextToPull({ first: 0, end: 1_000 }, COUNT, 1)).toEqual(page(0, MAX_PULLED_PAGES));
    cache.put(page(1, 2), rows(17, 2 * PAGE_ROWS), { count: COUNT, revision: 1 });
    expect(cache.nextToPull({ first: 20, end: 60 }, COUNT, 1)).toEqual(page(3));
    expect(cache.nextToPull({ first: 16, end: 48 }, COUNT, 1)).toBeUndefined();
  });
  it('[UI41] a change in the store pulls only pages in sight that may have changed', () => {
    const cache = new PageCache();
    cache.put(page(0), rows(1, PAGE_ROWS), { count: 512, revision: 1 });
    cache.put(page(1), rows(17, PAGE_ROWS, { outcome: null, status: null }), { count: 512, revision: 1 });
    expect(cache.nextToPull({ first: 0, end: 10 }, 512, 2)).toBeUndefined();
    expect(cache.nextToPull({ first: 10, end: 20 }, 512, 1)).toBeUndefined();
    expect(cache.nextToPull({ first: 10, end: 20 }, 512, 2)).toEqual(page(1));
  });
  it('[UI41] a page that has more rows by now is pulled, one beyond the end is not', () => {
    const cache = new PageCache();
    cache.put(page(0), rows(1, 10), { count: 10, revision: 1 });
    expect(cache.nextToPull({ first: 0, end: 40 }, 10, 1)).toBeUndefined();
    expect(cache.nextToPull({ first: 0, end: 40 }, 11, 1)).toEqual(page(0));
    expect(cache.nextToPull({ first: 600, end: 640 }, 11, 1)).toBeUndefined();
  });
  it('[UI42] rows that were retired meanwhile leave holes at the beginning, so that the others keep their places', () => {
    const cache = new PageCache();
    cache.put(page(0, 2), rows(21, 12), { count: COUNT, revision: 1 });
    expect([cache.row(19), cache.row(20)?.seq, cache.row(31)?.seq]).toEqual([undefined, 21, 32]);
    expect(cache.nextToPull({ first: 0, end: 32 }, COUNT, 2)).toBeUndefined();
  });
});
