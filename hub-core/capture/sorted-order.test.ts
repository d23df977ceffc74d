import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sortedOrder } from './sorted-order.ts';

describe('sortedOrder', () => {
  it('[CA40] is ascending or descending, and leaves equal keys in their order, across runs', async () => {
    const keys = Float64Array.from({ length: 100_003 }, (_, place) => (place * 7_919) % 101);
    for (const descending of [false, true]) {
      const order = await sortedOrder(keys, { descending });
      const expected = Array.from(keys, (_, place) => place).toSorted((one, other) => {
        const difference = (keys[one] ?? 0) - (keys[other] ?? 0);
        return (descending ? -difference : difference) || one - other;
      });
      expect(Array.from(order)).toEqual(expected);
    }
  });
  it('[CA40] puts what is infinite at an end', async () => {
    const keys = Float64Array.of(2, Number.POSITIVE_INFINITY, 1, Number.POSITIVE_INFINITY);
    expect(Array.from(await sortedOrder(keys, { descending: false }))).toEqual([2, 0, 1, 3]);
  });
  it('[CA40] has every place once, whatever the keys', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.double({ noNaN: true })), fc.boolean(), async (keys, descending) => {
        const order = await sortedOrder(Float64Array.from(keys), { descending });
        expect(Array.from(order).toSorted((one, other) => one - other)).toEqual(keys.map((_, place) => place));
      }),
    );
  });
  it('[CA40] ends with its signal', async () => {
    const stop = AbortSignal.abort(new Error('enough'));
    await expect(sortedOrder(new Float64Array(10), { descending: false, signal: stop })).rejects.toThrow('enough');
  });
});
