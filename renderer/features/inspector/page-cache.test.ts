import { describe, expect, it } from 'vitest';
import type { ExchangeRow } from '../../../hub-core/console/contract/capture-contract.ts';
import { expectedRows, PAGE_ROWS, PageCache } from './page-cache.ts';
import { exchangeRow } from './test-rows.ts';

const rows = (from: number, count: number, change: Partial<ExchangeRow> = {}): ExchangeRow[] =>
  Array.from({ length: count }, (_, index) => exchangeRow(from + index, change));

describe('PageCache', () => {
  it('[UI40] finds rows by their place in the result', () => {
    const cache = new PageCache();
    cache.put(1, rows(257, PAGE_ROWS), { expected: PAGE_ROWS, revision: 1 });
    expect([cache.row(255), cache.row(256)?.seq, cache.row(511)?.seq]).toEqual([undefined, 257, 512]);
  });
  it('[UI40] keeps 64 pages and drops the one that was used longest ago', () => {
    const cache = new PageCache();
    for (let page = 0; page < 64; page += 1)
      cache.put(page, rows(page, PAGE_ROWS), { expected: PAGE_ROWS, revision: 1 });
    cache.nextToPull({ first: 0, end: 10 }, 1_000_000, 1);
    cache.put(64, rows(1, PAGE_ROWS), { expected: PAGE_ROWS, revision: 1 });
    expect(cache.size).toBe(64);
    expect([cache.row(0) !== undefined, cache.row(PAGE_ROWS) !== undefined]).toEqual([true, false]);
  });
  it('[UI41] a change in the store pulls only pages in sight that may have changed', () => {
    const cache = new PageCache();
    cache.put(0, rows(1, PAGE_ROWS), { expected: PAGE_ROWS, revision: 1 });
    cache.put(1, rows(257, PAGE_ROWS, { outcome: null, status: null }), { expected: PAGE_ROWS, revision: 1 });
    expect(cache.nextToPull({ first: 0, end: 20 }, 512, 2)).toBeUndefined();
    expect(cache.nextToPull({ first: 250, end: 270 }, 512, 1)).toBeUndefined();
    expect(cache.nextToPull({ first: 250, end: 270 }, 512, 2)).toBe(1);
  });
  it('[UI41] a page that has more rows by now is pulled, one beyond the end is not', () => {
    const cache = new PageCache();
    cache.put(0, rows(1, 10), { expected: 10, revision: 1 });
    expect(cache.nextToPull({ first: 0, end: 40 }, 10, 1)).toBeUndefined();
    expect(cache.nextToPull({ first: 0, end: 40 }, 11, 1)).toBe(0);
    expect(cache.nextToPull({ first: 600, end: 640 }, 11, 1)).toBeUndefined();
  });
  it('[UI42] rows that were retired meanwhile leave holes at the beginning, so that the others keep their places', () => {
    const cache = new PageCache();
    cache.put(0, rows(101, 156), { expected: PAGE_ROWS, revision: 1 });
    expect([cache.row(99), cache.row(100)?.seq, cache.row(255)?.seq]).toEqual([undefined, 101, 256]);
  });
});

describe('expectedRows', () => {
  it('[UI40] is a whole page but at the end of the result', () => {
    expect([expectedRows(0, 300), expectedRows(1, 300), expectedRows(2, 300)]).toEqual([256, 44, 0]);
  });
});
