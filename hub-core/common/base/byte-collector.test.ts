import { describe, expect, it } from 'vitest';
import { ByteCollector } from './byte-collector.ts';

const piece = (length: number, value: number): Uint8Array => new Uint8Array(length).fill(value);

describe('ByteCollector', () => {
  it('[BI31] take() gives all pieces in their order, short and long ones mixed, and keeps nothing', () => {
    const collector = new ByteCollector();
    const pieces = [1, 1_500, 3, 0, 1_024, 1_023, 40_000, 7].map((length, index) => piece(length, index + 1));
    for (const each of pieces) collector.add(each);
    const { length } = collector;
    expect([
      length,
      Buffer.compare(collector.take(), Buffer.concat(pieces)),
      collector.length,
      collector.take(),
    ]).toEqual([43_558, 0, 0, new Uint8Array(0)]);
  });

  it('[BI31] take() gives a long piece that came alone without copying it', () => {
    const collector = new ByteCollector();
    const long = piece(2_000, 1);
    collector.add(long);
    expect(collector.take()).toBe(long);
  });

  it('[BI31] add() keeps nothing of what short pieces were cut out of', () => {
    const collector = new ByteCollector();
    const source = new Uint8Array(100_000).fill(7);
    for (let at = 0; at < source.length; at += 10) collector.add(source.subarray(at, at + 10));
    source.fill(0);
    expect(collector.take().every((byte) => byte === 7)).toBe(true);
  });

  it('[BI31] clear() forgets what came', () => {
    const collector = new ByteCollector();
    collector.add(piece(5, 1));
    collector.clear();
    collector.add(piece(2, 2));
    expect([...collector.take()]).toEqual([2, 2]);
  });
});
