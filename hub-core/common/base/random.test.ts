import { describe, expect, it } from 'vitest';
import { seededRandom, systemRandom } from './random.ts';

const draw = (random: () => number, count: number): number[] => Array.from({ length: count }, () => random());

describe('seededRandom', () => {
  it('[DI6] the same seed gives the same sequence, another seed another', () => {
    expect(draw(seededRandom(1), 5)).toEqual(draw(seededRandom(1), 5));
    expect(draw(seededRandom(1), 5)).not.toEqual(draw(seededRandom(2), 5));
  });

  it('[DI6] fills [0, 1) evenly', () => {
    const counts = Array.from({ length: 10 }, () => 0);
    for (const value of draw(seededRandom(42), 10_000))
      counts[Math.floor(value * 10)] = (counts[Math.floor(value * 10)] ?? 0) + 1;
    expect(counts).toHaveLength(10);
    expect(Math.min(...counts)).toBeGreaterThan(900);
    expect(Math.max(...counts)).toBeLessThan(1_100);
  });
});

describe('systemRandom', () => {
  it('[DI6] stays in [0, 1)', () => {
    expect(draw(systemRandom, 1_000).every((value) => value >= 0 && value < 1)).toBe(true);
  });
});
