import { describe, expect, it } from 'vitest';
import { parseQuery } from '../../../../hub-core/common/query/parse-query.ts';
import { exchangeRow } from '../test-rows.ts';
import { recentFilter, usualTimes } from './same-method-filter.ts';

describe('usualTimes', () => {
  it('[UI106] are the nearest-rank percentiles', () => {
    const durations = Array.from({ length: 100 }, (_, at) => 100 - at);
    expect(usualTimes(durations)).toEqual({ rows: 100, p50Ms: 50, p95Ms: 95 });
    expect(usualTimes([7])).toEqual({ rows: 1, p50Ms: 7, p95Ms: 7 });
    expect(usualTimes([])).toBeUndefined();
  });
});

describe('recentFilter', () => {
  it('[UI106] asks for answered ones of the same service and method in the five minutes before', () => {
    const row = exchangeRow(1, { atMs: Date.UTC(2026, 10, 28, 10, 0), service: 'a"b' });
    const filter = recentFilter(row);
    expect(filter).toBe(
      String.raw`service:"a\"b" method:"GET" has:reply after:2026-11-28T09:55:00.000Z before:2026-11-28T10:00:00.000Z`,
    );
    expect(() => parseQuery(filter, { nowMs: row.atMs })).not.toThrow();
  });
});
