import { describe, expect, it } from 'vitest';
import type { Event } from '../../common/base/emitter.ts';
import type { FrameType } from '../../common/protocol/codec.ts';
import type { CloseReason, Transport } from '../../common/transport/transport.ts';

/** Two ends of one link, open. */
export interface TransportStage extends AsyncDisposable {
  readonly near: Transport;
  readonly far: Transport;
}

export interface StageOptions {
  readonly frameType: FrameType;
  /** Of both ends. */
  readonly highWaterBytes?: number;
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const textOf = (frame: Uint8Array): string => new TextDecoder().decode(frame);

const next = <T>(event: Event<T>): Promise<T> => new Promise((resolve) => void event.subscribe(resolve));

/** Collects frames and resolves when `count` of them came. */
function gather(transport: Transport, count: number): Promise<readonly string[]> {
  const { promise, resolve } = Promise.withResolvers<readonly string[]>();
  const frames: string[] = [];
  transport.onFrame.subscribe((frame) => {
    frames.push(textOf(frame));
    if (frames.length === count) resolve(frames);
  });
  return promise;
}

const MIB = 1 << 20;

/** In what transports differ. */
export interface TransportTraits {
  readonly frameTypes: readonly FrameType[];
  /** The other side of a close learns its code and text; a stream of bytes has room for neither. */
  readonly tellsReason: boolean;
  /** A frame may hold nothing. Default true. */
  readonly emptyFrames?: boolean;
}

/** What holds for every transport. */
export function transportContract(
  name: string,
  createStage: (options: StageOptions) => Promise<TransportStage>,
  { frameTypes, tellsReason, emptyFrames = true }: TransportTraits = {
    frameTypes: ['binary', 'text'],
    tellsReason: true,
  },
): void {
  const told = (reason: CloseReason): CloseReason => (tellsReason ? reason : { code: 1_000, text: '' });

  describe.each(frameTypes)(`${name}, %s frames: Transport contract`, (frameType) => {
    it('[TR1] frames arrive whole and in order, in both directions', async () => {
      await using stage = await createStage({ frameType });
      const { near, far } = stage;
      const sent = Array.from({ length: 200 }, (_, index) => `${String(index)}:${'x'.repeat(index * 7)}`);
      const [atFar, atNear] = [gather(far, sent.length), gather(near, sent.length)];
      for (const text of sent) {
        near.send(bytes(text));
        far.send(bytes(text));
      }
      expect(await atFar).toEqual(sent);
      expect(await atNear).toEqual(sent);
    });

    it('[TR1] the smallest frame and one of a megabyte, or the largest that there is, arrive as they are', async () => {
      await using stage = await createStage({ frameType });
      const sizes = [emptyFrames ? 0 : 1, Math.min(MIB, stage.near.maxFrameBytes ?? MIB)];
      const received = gather(stage.far, 2);
      for (const size of sizes) stage.near.send(bytes('m'.repeat(size)));
      expect((await received).map((text) => text.length)).toEqual(sizes);
    });

    it('[TR1] a frame that is a part of a larger buffer arrives without the rest', async () => {
      await using stage = await createStage({ frameType });
      const received = gather(stage.far, 1);
      stage.near.send(bytes('..inside..').subarray(2, 8));
      expect(await received).toEqual(['inside']);
    });

    it('[TR2] frames that come before the first subscriber are kept for it', async () => {
      await using stage = await createStage({ frameType });
      const { near, far } = stage;
      near.send(bytes('one'));
      near.send(bytes('two'));
      // The answer shows that both have long arrived.
      const answered = gather(near, 1);
      far.send(bytes('answer'));
      await answered;
      const received = gather(far, 3);
      near.send(bytes('three'));
      expect(await received).toEqual(['one', 'two', 'three']);
    });

    it('[TR3] close() sends what is queued, then ends both sides, once each', async () => {
      await using stage = await createStage({ frameType });
      const { near, far } = stage;
      const ends: string[] = [];
      near.onDidClose.subscribe(({ code }) => ends.push(`near ${String(code)}`));
      far.onDidClose.subscribe(({ code }) => ends.push(`far ${String(code)}`));
      const [received, nearEnd, farEnd] = [gather(far, 1), next(near.onDidClose), next(far.onDidClose)];
      near.send(bytes('last words'));
      near.close({ code: 4_401, text: 'UNAUTHORIZED_ERR' });
      near.close({ code: 1_000, text: 'again' });
      expect(await received).toEqual(['last words']);
      expect(await nearEnd).toEqual<CloseReason>({ code: 4_401, text: 'UNAUTHORIZED_ERR' });
      const atFar = told({ code: 4_401, text: 'UNAUTHORIZED_ERR' });
      expect(await farEnd).toEqual<CloseReason>(atFar);
      expect(ends.toSorted()).toEqual([`far ${String(atFar.code)}`, 'near 4401']);
    });

    it('[TR3] both sides may close at the same time', async () => {
      await using stage = await createStage({ frameType });
      const ends = [next(stage.near.onDidClose), next(stage.far.onDidClose)];
      stage.near.close({ code: 1_000, text: '' });
      stage.far.close({ code: 1_000, text: '' });
      expect((await Promise.all(ends)).map(({ code }) => code)).toEqual([1_000, 1_000]);
    });

    it('[TR4] after close() frames are dropped, after the end everything is harmless', async () => {
      await using stage = await createStage({ frameType });
      const { near, far } = stage;
      const frames: string[] = [];
      far.onFrame.subscribe((frame) => frames.push(textOf(frame)));
      const ends = Promise.all([next(near.onDidClose), next(far.onDidClose)]);
      near.close({ code: 1_000, text: '' });
      expect(near.send(bytes('too late'))).toBe(false);
      await ends;
      for (const transport of [near, far]) {
        expect(transport.send(bytes('too late'))).toBe(false);
        transport.setReading(true);
        transport.close({ code: 1_000, text: '' });
        transport.terminate();
      }
      expect(frames).toEqual([]);
    });

    it('[TR5] terminate() cuts at once and both sides learn of it', async () => {
      await using stage = await createStage({ frameType });
      const ends = [next(stage.near.onDidClose), next(stage.far.onDidClose)];
      stage.near.terminate();
      stage.near.terminate();
      const [nearEnd, farEnd] = await Promise.all(ends);
      expect(nearEnd?.code).toBe(1_006);
      // A page cannot cut its socket: there the other side sees a normal end.
      expect([1_000, 1_006]).toContain(farEnd?.code);
    });

    it('[TR8] a reason that is too long for the link is shortened, without cutting a character', async () => {
      await using stage = await createStage({ frameType });
      const end = next(stage.far.onDidClose);
      stage.near.close({ code: 4_400, text: 'ü'.repeat(100) });
      const { text } = await end;
      expect('ü'.repeat(100).startsWith(text)).toBe(true);
      expect(text.length).toBeGreaterThan(tellsReason ? 60 : -1);
    });

    it('[TR6] send() says stop over the high-water mark, onDidDrain says go on', async () => {
      await using stage = await createStage({ frameType, highWaterBytes: MIB });
      const { near, far } = stage;
      far.onFrame.subscribe(() => {});
      far.setReading(false);
      const chunk = bytes('c'.repeat(64 << 10));
      let sent = 0;
      // What the system takes by itself is not counted, and it takes a few megabytes.
      while (near.send(chunk.slice()) && sent < 2_000) sent += 1;
      expect(near.bufferedBytes).toBeGreaterThan(MIB);
      expect(near.send(chunk.slice())).toBe(false);
      const drained = next(near.onDidDrain);
      far.setReading(true);
      await drained;
      expect(near.bufferedBytes).toBeLessThanOrEqual(MIB / 2);
      expect(near.send(chunk.slice())).toBe(true);
    });
  });
}
