import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ByteSocket, ByteSocketListener } from '../../common/transport/byte-socket.ts';
import { FrameReader } from '../../common/transport/frame-reader.ts';
import { FrameWriter } from '../../common/transport/frame-writer.ts';

/** Collects what is written; memory is handed out full of noise, as the system does. */
class Pipe implements ByteSocket {
  readonly bufferedBytes = 0;
  readonly written: Uint8Array[] = [];
  listen(_listener: ByteSocketListener): void {}
  allocate(bytes: number): Uint8Array {
    return new Uint8Array(bytes).fill(0xee);
  }
  write(pieces: readonly Uint8Array[]): void {
    this.written.push(...pieces);
  }
  setReading(): void {}
  end(): void {}
  terminate(): void {}
}

const texts = (frames: readonly Uint8Array[]): readonly string[] =>
  frames.map((frame) => Buffer.from(frame).toString('hex'));

function streamOf(frames: readonly Uint8Array[]): Buffer {
  const pipe = new Pipe();
  const deferred: (() => void)[] = [];
  const writer = new FrameWriter({ socket: pipe, defer: (flush) => deferred.push(flush) });
  for (const frame of frames) writer.write(frame, false);
  for (const flush of deferred) flush();
  return Buffer.concat(pipe.written);
}

/** Reads a stream that arrives cut at `cuts`. */
function framesOf(stream: Uint8Array, cuts: readonly number[]): readonly Uint8Array[] {
  const frames: Uint8Array[] = [];
  const reader = new FrameReader({ maxFrameBytes: 0, onFrame: (frame) => frames.push(frame), onTooLarge: () => {} });
  const ends = [...new Set(cuts)].toSorted((a, b) => a - b);
  let at = 0;
  for (const end of [...ends, stream.byteLength]) {
    reader.push(stream.subarray(at, end));
    at = end;
  }
  expect(reader.isBetweenFrames).toBe(true);
  return frames;
}

const frameList = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: fc.uint8Array({ maxLength: 40 }) },
    { weight: 1, arbitrary: fc.uint8Array({ minLength: 4_000, maxLength: 4_200 }) },
    { weight: 1, arbitrary: fc.uint8Array({ minLength: 16_000, maxLength: 17_000 }) },
  ),
  { maxLength: 12 },
);

describe('frames in a stream of bytes', () => {
  it('[TC1] are the same whichever byte the stream is cut at', () => {
    const frames = [3, 0, 1, 700, 5_000, 2].map((length, index) => new Uint8Array(length).fill(index + 1));
    const stream = streamOf(frames);
    for (let cut = 0; cut <= stream.byteLength; cut += 1) expect(texts(framesOf(stream, [cut]))).toEqual(texts(frames));
    const everywhere = Array.from({ length: stream.byteLength }, (_, index) => index);
    expect(texts(framesOf(stream, everywhere))).toEqual(texts(frames));
  });

  it('[TC1] are the same however the stream is cut and whatever is in them', () => {
    fc.assert(
      fc.property(frameList, fc.array(fc.nat(60_000), { maxLength: 30 }), (frames, cuts) => {
        const stream = streamOf(frames);
        const read = framesOf(
          stream,
          cuts.map((cut) => (stream.byteLength === 0 ? 0 : cut % stream.byteLength)),
        );
        expect(texts(read)).toEqual(texts(frames));
      }),
      { numRuns: 500 },
    );
  });

  it('[TC2] of any bytes at all are within the limit, and hold no more than came', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 20 }), (chunks) => {
        let announced = 0;
        let refusals = 0;
        const reader = new FrameReader({
          maxFrameBytes: 50,
          onFrame: (frame) => {
            expect(frame.byteLength).toBeLessThanOrEqual(50);
            announced += frame.byteLength;
          },
          onTooLarge: (length) => {
            expect(length).toBeGreaterThan(50);
            refusals += 1;
          },
        });
        for (const chunk of chunks) reader.push(chunk);
        expect(announced).toBeLessThanOrEqual(chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0));
        expect(refusals).toBeLessThanOrEqual(1);
      }),
      { numRuns: 2_000 },
    );
  });
});
