import { describe, expect, it } from 'vitest';
import { FrameReader } from './frame-reader.ts';

function read(maxFrameBytes: number, maxFirstFrameBytes?: number) {
  const frames: Uint8Array[] = [];
  const refused: number[] = [];
  const reader = new FrameReader({
    maxFrameBytes,
    maxFirstFrameBytes,
    onFrame: (frame) => frames.push(frame),
    onTooLarge: (length) => refused.push(length),
  });
  return { reader, frames, refused };
}

const bytes = (...values: readonly number[]): Uint8Array => Uint8Array.from(values);

describe('FrameReader', () => {
  it('[TC1] gives a view of the bytes that came when the frame came whole', () => {
    const { reader, frames } = read(0);
    const chunk = bytes(2, 0, 0, 0, 8, 9, 1, 0, 0, 0, 7);
    reader.push(chunk);
    expect(frames).toEqual([bytes(8, 9), bytes(7)]);
    expect(frames.every(({ buffer }) => buffer === chunk.buffer)).toBe(true);
  });

  it('[TC2] refuses a length above the limit once, before anything of the frame, and reads nothing after it', () => {
    const { reader, frames, refused } = read(3);
    reader.push(bytes(3, 0, 0, 0, 1, 2, 3, 4, 0, 0));
    reader.push(bytes(0, 1, 0, 0, 0, 1));
    reader.push(bytes(1, 0, 0, 0, 1));
    expect([frames, refused]).toEqual([[bytes(1, 2, 3)], [4]]);
  });

  it.each([
    ['2^32 - 1', bytes(255, 255, 255, 255), 4_294_967_295],
    ['2^31', bytes(0, 0, 0, 128), 2_147_483_648],
  ])('[TC2] takes the length %s for what it is', (_name, prefix, length) => {
    const { reader, refused } = read(16 << 20);
    reader.push(prefix);
    expect(refused).toEqual([length]);
  });

  it('[TC2] holds the first frame to a limit of its own', () => {
    const { reader, frames, refused } = read(8, 2);
    reader.push(bytes(2, 0, 0, 0, 1, 2, 4, 0, 0, 0, 1, 2, 3, 4));
    expect([frames.length, refused]).toEqual([2, []]);
    const other = read(8, 2);
    other.reader.push(bytes(4, 0, 0, 0));
    expect(other.refused).toEqual([4]);
  });

  it('[TC1] announces an empty frame', () => {
    const { reader, frames } = read(0);
    reader.push(bytes(0, 0, 0, 0));
    expect(frames).toEqual([bytes()]);
  });

  it('[TC3] knows whether it stands within a frame', () => {
    const { reader } = read(0);
    const seen = [bytes(), bytes(1), bytes(0, 0, 0), bytes(9)].map((chunk) => {
      reader.push(chunk);
      return reader.isBetweenFrames;
    });
    expect(seen).toEqual([true, false, false, true]);
  });

  it('[TC2] announces nothing after stop(), also when that is called by a frame', () => {
    const frames: Uint8Array[] = [];
    const reader = new FrameReader({
      maxFrameBytes: 0,
      onFrame: (frame) => {
        frames.push(frame);
        reader.stop();
      },
      onTooLarge: () => {},
    });
    reader.push(bytes(1, 0, 0, 0, 1, 1, 0, 0, 0, 2));
    reader.push(bytes(1, 0, 0, 0, 3));
    expect(frames).toEqual([bytes(1)]);
  });
});
