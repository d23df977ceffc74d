import { describe, expect, it } from 'vitest';
import { MeterTable } from './meter-table.ts';

const READING = { status: 200, bytesIn: 1, bytesOut: 2, durationMs: 1, bucket: 80 };

describe('MeterTable', () => {
  it('[ME21] counts what is over its capacity as other, and makes room of what was idle for a minute', () => {
    const table = new MeterTable(2);
    for (const key of ['a', 'b', 'c', 'a']) table.of(key, 0).add(READING);
    const full = table.snapshots().map(({ key, requests }) => [key, requests]);
    table.of('b', 30_000).add(READING);
    table.of('d', 60_000).add(READING);
    expect([full, table.snapshots().map(({ key, requests }) => [key, requests])]).toEqual([
      [
        ['a', 2],
        ['b', 1],
        ['other', 1],
      ],
      [
        ['b', 2],
        ['d', 1],
        ['other', 3],
      ],
    ]);
  });

  it('[ME21] looks for room at most once a second, whatever keys are made up', () => {
    const table = new MeterTable(1);
    table.of('a', 0).add(READING);
    table.of('b', 59_500).add(READING);
    table.of('c', 60_000).add(READING);
    expect(table.get('a')).toBeDefined();
    table.of('d', 60_500).add(READING);
    expect([table.get('a'), table.size, table.other.snapshot('other').requests]).toEqual([undefined, 1, 3]);
  });
});
