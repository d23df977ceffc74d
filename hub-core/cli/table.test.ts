import { describe, expect, it } from 'vitest';
import { formatBytes, formatTable } from './table.ts';

describe('formatTable', () => {
  it('[CM6] lines columns up, with nothing behind the last', () => {
    expect(
      formatTable(
        ['A', 'LONG'],
        [
          ['wide cell', 'x'],
          ['y', ''],
        ],
      ),
    ).toBe('A          LONG\nwide cell  x\ny');
  });
});

describe('formatBytes', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1_250, '1.3 KB'],
    [15_000, '15 KB'],
    [5_000_000, '5.0 MB'],
    [2_000_000_000_000, '2000 GB'],
  ])('[CM6] of %i is "%s"', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });
});
