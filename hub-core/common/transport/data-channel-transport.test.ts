import { describe, expect, it } from 'vitest';
import { FakeClock } from '../../test/support/fake-clock.ts';
import { createDataChannelTransport } from './data-channel-transport.ts';
import { maxMessageBytesOf, type DataChannelLike } from './data-channel.ts';
import type { CloseReason, TransportViolation } from './transport.ts';

type Listener = (event: { readonly data: unknown }) => void;

/** A channel that sends when the test says so, as a platform's does. */
class TestChannel implements DataChannelLike {
  binaryType = 'arraybuffer';
  readyState = 'open';
  bufferedAmount = 0;
  bufferedAmountLowThreshold = 0;
  readonly sent: number[] = [];
  failure: Error | undefined;
  closes = 0;
  readonly #listeners = new Map<string, Listener[]>();

  send(data: Uint8Array): void {
    if (this.failure !== undefined) throw this.failure;
    this.sent.push(data.byteLength);
    this.bufferedAmount += data.byteLength;
  }
  close(): void {
    this.closes += 1;
  }
  addEventListener(type: string, listener: Listener): void {
    this.#listeners.set(type, [...(this.#listeners.get(type) ?? []), listener]);
  }
  emit(type: string, data?: unknown): void {
    for (const listener of this.#listeners.get(type) ?? []) listener({ data });
  }
  /** Everything that it has leaves. */
  drain(): void {
    this.bufferedAmount = 0;
    this.emit('bufferedamountlow');
  }
}

function stage(highWaterBytes?: number) {
  const clock = new FakeClock();
  const channel = new TestChannel();
  const peer = {
    connectionState: 'connected',
    closes: 0,
    failure: undefined as Error | undefined,
    failsAtOnce: false,
    changed: (): void => {},
    addEventListener(_type: string, listener: () => void): void {
      peer.changed = listener;
    },
    close(): Promise<void> | undefined {
      peer.closes += 1;
      if (peer.failure === undefined) return undefined;
      if (peer.failsAtOnce) throw peer.failure;
      return Promise.reject(peer.failure);
    },
  };
  const options = { peer, channel, remoteAddress: 'hub', clock, maxFrameBytes: 262_144 };
  const transport = createDataChannelTransport(highWaterBytes === undefined ? options : { ...options, highWaterBytes });
  const ends: CloseReason[] = [];
  transport.onDidClose.subscribe((reason) => ends.push(reason));
  return { clock, channel, peer, transport, ends };
}

describe('createDataChannelTransport', () => {
  it('[WR7] hands a channel no more than 128 KiB at a time, and the rest in order as it goes', () => {
    const { channel, transport } = stage();
    const sizes = Array.from({ length: 10 }, (_, n) => 60_000 + n);
    for (const size of sizes) transport.send(new Uint8Array(size));
    expect([channel.sent.length, transport.bufferedBytes]).toEqual([3, sizes.reduce((sum, size) => sum + size, 0)]);
    channel.drain();
    channel.drain();
    channel.drain();
    expect([channel.sent, transport.bufferedBytes]).toEqual([sizes, 60_009]);
  });

  it('[WR7] says stop over the high-water mark and goes on at half of it', () => {
    const { channel, transport } = stage(200_000);
    let drains = 0;
    transport.onDidDrain.subscribe(() => (drains += 1));
    expect([1, 2, 3, 4].map(() => transport.send(new Uint8Array(60_000)))).toEqual([true, true, true, false]);
    channel.drain();
    expect([drains, transport.send(new Uint8Array(1))]).toEqual([1, true]);
  });

  it('[WR10] closes the channel when everything has left, and then the peer', () => {
    const { channel, peer, transport, ends } = stage();
    transport.send(new Uint8Array(100_000));
    transport.send(new Uint8Array(100_000));
    transport.send(new Uint8Array(100_000));
    transport.close({ code: 4_401, text: 'WHY' });
    expect(channel.closes).toBe(0);
    channel.drain();
    channel.drain();
    expect([channel.sent.length, channel.closes, peer.closes]).toEqual([3, 1, 0]);
    channel.emit('close');
    expect([ends, peer.closes]).toEqual([[{ code: 4_401, text: 'WHY' }], 1]);
  });

  it.each([
    ['at once', true],
    ['later', false],
  ])('[WR10] ends the link, and nothing else, when the peer cannot be closed, which it says %s', async (_, atOnce) => {
    const { channel, peer, ends } = stage();
    peer.failsAtOnce = atOnce;
    const unheard: unknown[] = [];
    const hear = (error: unknown): void => void unheard.push(error);
    process.on('unhandledRejection', hear);
    peer.failure = new Error('its socket is gone');
    channel.emit('close');
    // Node tells of such a rejection before the next turn of its loop.
    await new Promise((resolve) => void setImmediate(resolve));
    process.off('unhandledRejection', hear);
    expect([ends, unheard]).toEqual([[{ code: 1_000, text: '' }], []]);
  });

  it('[WR10] ends a close that nobody answers after 2 s', () => {
    const { clock, peer, transport, ends } = stage();
    transport.close({ code: 1_000, text: '' });
    clock.advance(2_000);
    expect([ends, peer.closes]).toEqual([[{ code: 1_000, text: '' }], 1]);
  });

  it('[WR10] ends as lost when the way to the other side is', () => {
    const { peer, transport, ends } = stage();
    peer.connectionState = 'failed';
    peer.changed();
    expect([ends[0]?.code, transport.send(new Uint8Array(1))]).toEqual([1_006, false]);
  });

  it('[WR10] ends a link whose channel fails to send: a frame would be missing', async () => {
    const { channel, transport, ends } = stage();
    channel.failure = new Error('OperationError');
    const ended = new Promise<void>((resolve) => void transport.onDidClose.subscribe(() => resolve()));
    transport.send(new Uint8Array(1));
    await ended;
    expect(ends).toEqual([{ code: 1_006, text: 'OperationError' }]);
  });

  it('[WR5] announces text once, and nothing after it', () => {
    const { channel, transport } = stage();
    const violations: TransportViolation[] = [];
    const frames: Uint8Array[] = [];
    transport.onViolation.subscribe((violation) => violations.push(violation));
    transport.onFrame.subscribe((frame) => frames.push(frame));
    channel.emit('message', new Uint8Array([1]).buffer);
    channel.emit('message', 'text');
    channel.emit('message', 'text');
    channel.emit('message', new Uint8Array([2]).buffer);
    expect([violations.map(({ kind }) => kind), frames]).toEqual([['wrong-type'], [new Uint8Array([1])]]);
  });
});

describe('maxMessageBytesOf', () => {
  it.each([
    ['v=0\r\na=max-message-size:1000\r\n', 1_000],
    ['v=0\r\na=max-message-size:0\r\n', 262_144],
    ['v=0\r\na=max-message-size:1073741823\r\n', 262_144],
    ['v=0\r\n', 65_536],
  ])('[WR6] reads %j as %d', (sdp, bytes) => {
    expect(maxMessageBytesOf(sdp)).toBe(bytes);
  });
});
