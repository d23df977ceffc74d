import { describe, expect, it } from 'vitest';
import { appendSample } from './sample-ring.ts';

const at = (...times: readonly number[]) => times.map((atMs) => ({ atMs }));

describe('appendSample', () => {
  it('[UI24] keeps the newest samples and no more than the limit', () => {
    expect(appendSample(at(1, 2, 3), { atMs: 4 }, 3)).toEqual(at(2, 3, 4));
  });
  it('[UI24] leaves out a sample that the history held already', () => {
    const samples = at(1, 2);
    expect(appendSample(samples, { atMs: 2 }, 3)).toBe(samples);
  });
});
