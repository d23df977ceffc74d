import { describe, expect, it } from 'vitest';
import { highlighter, highlightObstacle } from './highlight.ts';
import { exchangeRow } from './test-rows.ts';

describe('highlighter', () => {
  it('[IN15] gives a row the colour of the first rule that matches it', () => {
    const colorOf = highlighter(
      [
        { filter: 'status:5xx', color: 2 },
        { filter: 'from:alice OR is:truncated', color: 4 },
      ],
      0,
    );
    expect([
      colorOf(exchangeRow(1, { status: 502, from: 'alice' })),
      colorOf(exchangeRow(2)),
      colorOf(exchangeRow(3, { from: 'bob' })),
      colorOf(exchangeRow(4, { from: 'bob', traits: ['is:truncated'] })),
    ]).toEqual([2, 4, 0, 4]);
  });
  it('[IN15] leaves out rules that look at more than a row shows, and says why', () => {
    expect(highlighter([{ filter: 'body:x', color: 1 }], 0)(exchangeRow(1))).toBe(0);
    expect(highlightObstacle('from:a -(json:$.a=1)')).toMatch(/not bodies/);
    expect(highlightObstacle('attempt>1')).toMatch(/attempt/);
    expect(highlightObstacle('dur>')).toMatch(/duration is missing/);
    expect(highlightObstacle(' ')).toMatch(/missing/);
    expect(highlightObstacle('from:a dur>5ms')).toBeUndefined();
  });
});
