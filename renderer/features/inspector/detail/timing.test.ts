import { describe, expect, it } from 'vitest';
import { timingParts } from './timing.ts';

const lengths = (timing: Parameters<typeof timingParts>[0]) =>
  timingParts(timing).map((part) => [part.id, part.lengthMs]);

describe('timingParts', () => {
  it('[UI43] the parts of an answered exchange add up to the whole', () => {
    const parts = timingParts({ checkedMs: 1, sentMs: 3, repliedMs: 10, endedMs: 11 });
    expect(parts.map((part) => [part.startMs, part.lengthMs])).toEqual([
      [0, 1],
      [1, 2],
      [3, 7],
      [10, 1],
    ]);
  });
  it('[UI43] steps that were never reached are left out, and the rest still adds up', () => {
    expect(lengths({ checkedMs: null, sentMs: null, repliedMs: null, endedMs: 0.4 })).toEqual([['delivery', 0.4]]);
    expect(lengths({ checkedMs: 1, sentMs: 2, repliedMs: null, endedMs: 30 })).toEqual([
      ['checks', 1],
      ['queue', 1],
      ['delivery', 28],
    ]);
  });
  it('[UI43] a pending exchange ends in the one step that still goes on', () => {
    expect(lengths({ checkedMs: 1, sentMs: 2, repliedMs: null, endedMs: null })).toEqual([
      ['checks', 1],
      ['queue', 1],
      ['provider', null],
    ]);
    expect(lengths({ checkedMs: null, sentMs: null, repliedMs: null, endedMs: null })).toEqual([['provider', null]]);
  });
});
