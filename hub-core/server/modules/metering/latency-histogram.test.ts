import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LatencyHistogram } from './latency-histogram.ts';

describe('LatencyHistogram', () => {
  it('[ME4] has no quantile while it is empty, and again after reset()', () => {
    const histogram = new LatencyHistogram();
    expect(histogram.quantile(0.5)).toBeNull();
    histogram.add(1);
    histogram.reset();
    expect([histogram.quantile(0.5), histogram.total]).toEqual([null, 0]);
  });

  it('[ME4] gives every quantile with an error of at most 5 %', () => {
    const durations = fc.array(fc.double({ min: 0.001, max: 600_000, noNaN: true }), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(durations, fc.constantFrom(0, 0.5, 0.95, 0.99, 1), (values, q) => {
        const histogram = new LatencyHistogram();
        for (const value of values) histogram.add(value);
        const exact = values.toSorted((a, b) => a - b)[Math.max(0, Math.ceil(q * values.length) - 1)] ?? 0;
        const given = histogram.quantile(q) ?? 0;
        expect(Math.abs(given - exact) / exact).toBeLessThan(0.05);
      }),
      { numRuns: 200 },
    );
  });

  it('[ME4] takes what is below 1 µs and what is above everything', () => {
    const histogram = new LatencyHistogram();
    for (const value of [0, -1, 1e-9, 1e12]) histogram.add(value);
    expect(histogram.total).toBe(4);
    expect(histogram.quantile(0)).toBeLessThan(0.0011);
  });
});
