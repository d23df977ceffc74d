import { beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from '../../test/support/fake-clock.ts';
import type { ByteSocket, ByteSocketListener } from './byte-socket.ts';
import { createStreamTransport } from './stream-transport.ts';
import type { CloseReason, Transport } from './transport.ts';

/** A socket whose other side is the test. */
class ScriptedSocket implements ByteSocket {
  bufferedBytes = 0;
  listener: ByteSocketListener | undefined;
  readonly writes: { readonly bytes: Uint8Array; readonly pieces: number; readonly watched: boolean }[] = [];
  readonly calls: string[] = [];
  listen(listener: ByteSocketListener): void {
    this.listener = listener;
  }
  allocate(bytes: number): Uint8Array {
    return new Uint8Array(bytes);
  }
  write(pieces: readonly Uint8Array[], watched: boolean): void {
    const bytes = Buffer.concat(pieces);
    this.bufferedBytes += bytes.byteLength;
    this.writes.push({ bytes, pieces: pieces.length, watched });
  }
  setReading(reading: boolean): void {
    this.calls.push(reading ? 'read' : 'pause');
  }
  end(): void {
    this.calls.push('end');
  }
  terminate(): void {
    this.calls.push('terminate');
  }
}

const frame = (length: number): Uint8Array => new Uint8Array(length).fill(7);

let clock: FakeClock;
let socket: ScriptedSocket;
let transport: Transport;
let ends: CloseReason[];
let endTick: () => void;

beforeEach(() => {
  clock = new FakeClock();
  socket = new ScriptedSocket();
  const deferred: (() => void)[] = [];
  endTick = () => {
    for (const flush of deferred.splice(0)) flush();
  };
  transport = createStreamTransport({
    socket,
    kind: 'tcp',
    remoteAddress: 'peer',
    clock,
    defer: (flush) => deferred.push(flush),
    maxFrameBytes: 1_000,
    highWaterBytes: 40_000,
    closeTimeoutMs: 500,
  });
  ends = [];
  transport.onDidClose.subscribe((reason) => ends.push(reason));
});

describe('createStreamTransport', () => {
  it('[TC4] writes what a tick sends at its end and with one call', () => {
    for (const length of [3, 1, 2]) transport.send(frame(length));
    expect([socket.writes.length, transport.bufferedBytes]).toEqual([0, 18]);
    endTick();
    expect(socket.writes.map(({ bytes, pieces }) => [bytes.toString(), pieces])).toEqual([
      [Buffer.from([3, 0, 0, 0, 7, 7, 7, 1, 0, 0, 0, 7, 2, 0, 0, 0, 7, 7]).toString(), 1],
    ]);
    endTick();
    expect(socket.writes).toHaveLength(1);
  });

  it('[TC4] holds at most 16 KiB of them, and copies no large frame', () => {
    transport.send(frame(100));
    transport.send(frame(20_000));
    expect(socket.writes.map(({ bytes, pieces }) => [bytes.byteLength, pieces])).toEqual([[20_108, 2]]);
    transport.send(frame(5));
    endTick();
    expect(socket.writes.map(({ bytes }) => bytes.byteLength)).toEqual([20_108, 9]);
  });

  it('[TR6] is told of what has left only where draining depends on it', () => {
    let drained = 0;
    transport.onDidDrain.subscribe(() => (drained += 1));
    const sent = [frame(17_000), frame(10_000), frame(16_000)].map((each) => transport.send(each));
    endTick();
    expect([sent, socket.writes.map(({ watched }) => watched)]).toEqual([
      [true, true, false],
      [false, true],
    ]);
    socket.bufferedBytes = 20_001;
    socket.listener?.onSent();
    expect([drained, transport.send(frame(1))]).toEqual([0, false]);
    endTick();
    socket.bufferedBytes = 20_000;
    socket.listener?.onSent();
    expect([drained, transport.send(frame(1))]).toEqual([1, true]);
  });

  it('[TC3] close() sends what is queued, then its end, waits for the other end, and cuts after its time', () => {
    transport.send(frame(1));
    transport.setReading(false);
    transport.close({ code: 4_400, text: 'BAD' });
    expect([socket.writes.length, socket.calls]).toEqual([1, ['pause', 'end', 'read']]);
    clock.advance(499);
    expect(socket.calls).not.toContain('terminate');
    clock.advance(1);
    expect(socket.calls.at(-1)).toBe('terminate');
    socket.listener?.onClose('');
    expect(ends).toEqual([{ code: 4_400, text: 'BAD' }]);
    expect(clock.pendingTimers).toBe(0);
  });

  it('[TC3] the other end is a normal one between frames; what is queued is still sent', () => {
    transport.send(frame(1));
    socket.listener?.onEnd();
    socket.listener?.onClose('');
    expect([socket.writes.length, socket.calls, ends]).toEqual([1, ['end'], [{ code: 1_000, text: '' }]]);
  });

  it('[TC3] within a frame it is a loss, as is a socket that breaks', () => {
    socket.listener?.onBytes(Uint8Array.of(9));
    socket.listener?.onEnd();
    socket.listener?.onClose('');
    expect(ends).toEqual([{ code: 1_006, text: 'the stream ended within a frame' }]);
  });

  it('[TC3] a socket that breaks says how', () => {
    socket.listener?.onClose('read ECONNRESET');
    socket.listener?.onClose('');
    expect(ends).toEqual([{ code: 1_006, text: 'read ECONNRESET' }]);
  });

  it('[TC2] a frame above the limit is announced, a last frame can be sent, and nothing more is read', () => {
    const [texts, frames]: [string[], Uint8Array[]] = [[], []];
    transport.onFrame.subscribe((each) => frames.push(each));
    transport.onViolation.subscribe(({ kind, text }) => {
      texts.push(`${kind}: ${text}`);
      transport.send(frame(1));
      transport.close({ code: 4_413, text: '' });
    });
    socket.listener?.onBytes(Uint8Array.of(233, 3, 0, 0, 0, 0, 0, 0));
    expect(texts).toEqual(['too-large: Cannot read a frame of 1001 bytes: it is larger than this link takes']);
    expect([frames, socket.writes.length, socket.calls]).toEqual([[], 1, ['end', 'read']]);
  });

  it('[TR4] nothing is announced after close()', () => {
    const frames: Uint8Array[] = [];
    transport.onFrame.subscribe((each) => frames.push(each));
    transport.close({ code: 1_000, text: '' });
    socket.listener?.onBytes(Uint8Array.of(1, 0, 0, 0, 1));
    expect([frames, transport.send(frame(1))]).toEqual([[], false]);
  });
});
