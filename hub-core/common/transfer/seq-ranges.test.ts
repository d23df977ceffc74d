import { describe, expect, it } from 'vitest';
import { rangesOf, seqsOf } from './seq-ranges.ts';

describe('rangesOf() and seqsOf()', () => {
  it.each([
    [[7], '7'],
    [[1, 2, 3, 9, 11, 12], '1-3,9,11-12'],
    [[999_999_999_999], '999999999999'],
  ])('[IN32] %j is %s, and back', (seqs, ranges) => {
    expect(rangesOf(seqs)).toBe(ranges);
    expect(seqsOf(ranges)).toEqual(seqs);
  });

  it.each(['', '0', '01', '-1', '1-', '3-1', '2,2', '5,4', '1,,2', '1;2', '1e3', '1-10001', '1-9999,20000-20001'])(
    '[IN32] %j is refused',
    (ranges) => {
      expect(seqsOf(ranges)).toBeUndefined();
    },
  );

  it('[IN32] as many rows as one export takes are taken', () => {
    expect(seqsOf('1-10000')).toHaveLength(10_000);
  });
});
