import { describe, expect, it } from 'vitest';
import { FakeClock } from '../../test/support/fake-clock.ts';
import type { FrameType } from '../protocol/codec.ts';
import type { CloseReason, Transport, TransportViolation } from './transport.ts';
import type { WebSocketLike, WebSocketListener } from './web-socket-like.ts';
import { createWebSocketTransport, type WebSocketTransportOptions } from './web-socket-transport.ts';

/** A WebSocket that keeps what it is given and tells what a test says. */
class ScriptedSocket implements WebSocketLike {
  readonly calls: string[] = [];
  readonly reportsSent: boolean;
  bufferedBytes = 0;
  listener: WebSocketListener | undefined;

  constructor(reportsSent = true) {
    this.reportsSent = reportsSent;
  }
  listen(listener: WebSocketListener): void {
    this.listener = listener;
  }
  send(frame: Uint8Array, type: FrameType, watched: boolean): void {
    this.bufferedBytes += frame.byteLength;
    this.calls.push(`send ${String(frame.byteLength)} ${type}${watched ? ' watched' : ''}`);
  }
  setReading(reading: boolean): void {
    this.calls.push(reading ? 'read' : 'pause');
  }
  close(code: number, text: string): void {
    this.calls.push(`close ${String(code)} ${text}`.trim());
  }
  terminate(): void {
    this.calls.push('terminate');
    this.listener?.onClose({ code: 1_006, text: '' });
  }
}

interface Scene {
  readonly socket: ScriptedSocket;
  readonly clock: FakeClock;
  readonly transport: Transport;
  readonly told: unknown[];
}

function scene(options: Partial<WebSocketTransportOptions> & { readonly reportsSent?: boolean } = {}): Scene {
  const { reportsSent, ...rest } = options;
  const socket = new ScriptedSocket(reportsSent);
  const clock = new FakeClock();
  const transport = createWebSocketTransport({
    socket,
    clock,
    frameType: 'binary',
    remoteAddress: '10.0.0.7:1',
    ...rest,
  });
  const told: unknown[] = [];
  transport.onFrame.subscribe((frame) => told.push(frame));
  transport.onViolation.subscribe((violation) => told.push(violation));
  transport.onDidDrain.subscribe(() => told.push('drained'));
  transport.onDidClose.subscribe((reason) => told.push(reason));
  return { socket, clock, transport, told };
}

const frame = (size: number): Uint8Array => new Uint8Array(size);

describe('createWebSocketTransport', () => {
  it('[TR9] a frame of the other type is a violation, and nothing after it is read', () => {
    const { socket, told } = scene();
    socket.listener?.onFrame(Uint8Array.of(1), 'binary');
    socket.listener?.onFrame(Uint8Array.of(2), 'text');
    socket.listener?.onFrame(Uint8Array.of(3), 'binary');
    socket.listener?.onFrame(Uint8Array.of(4), 'text');
    expect(told).toEqual([
      Uint8Array.of(1),
      {
        kind: 'wrong-type',
        text: 'Cannot read a text frame: this subprotocol uses binary frames',
      } satisfies TransportViolation,
    ]);
  });

  it('[TR9] a frame above the link’s limit is a violation, and a last word can still be sent', () => {
    const { socket, transport, told } = scene();
    transport.onViolation.subscribe(() => {
      transport.send(frame(3));
      transport.close({ code: 4_413, text: 'TOO_LARGE_ERR' });
    });
    socket.listener?.onTooLarge();
    expect(told).toEqual([{ kind: 'too-large', text: 'Cannot read a frame: it is larger than this link takes' }]);
    expect(socket.calls).toEqual(['send 3 binary', 'read', 'close 4413 TOO_LARGE_ERR']);
  });

  it('[TR3] a close handshake that takes too long is cut', () => {
    const { socket, clock, transport, told } = scene({ closeTimeoutMs: 500 });
    transport.close({ code: 4_408, text: 'TIMEOUT_ERR' });
    clock.advance(499);
    expect(socket.calls).toEqual(['read', 'close 4408 TIMEOUT_ERR']);
    clock.advance(1);
    expect(socket.calls.at(-1)).toBe('terminate');
    expect(told).toEqual([{ code: 4_408, text: 'TIMEOUT_ERR' }]);
    expect(clock.pendingTimers).toBe(0);
  });

  it('[TR3] one that ends in time leaves no timer', () => {
    const { socket, clock, transport } = scene();
    transport.close({ code: 1_000, text: '' });
    expect(clock.pendingTimers).toBe(1);
    socket.listener?.onClose({ code: 1_000, text: '' });
    expect(clock.pendingTimers).toBe(0);
  });

  it('[TR3] the end is announced once, with the other side’s reason when it began', () => {
    const { socket, told } = scene();
    const reason: CloseReason = { code: 4_000, text: 'bye' };
    socket.listener?.onClose(reason);
    socket.listener?.onClose({ code: 1_006, text: '' });
    socket.listener?.onFrame(frame(1), 'binary');
    socket.listener?.onTooLarge();
    expect(told).toEqual([reason]);
  });

  it.each([1_005, 1_006, 1_015, 0, 999, 5_000])('[TR8] code %d may not be sent and becomes 1000', (code) => {
    const { socket, transport } = scene();
    transport.close({ code, text: '' });
    expect(socket.calls.at(-1)).toBe('close 1000');
  });

  it('[TR6] between half and the whole of the high-water mark frames are watched and still welcome', () => {
    const { socket, transport } = scene({ highWaterBytes: 100 });
    expect([transport.send(frame(50)), transport.send(frame(50)), transport.send(frame(1))]).toEqual([
      true,
      true,
      false,
    ]);
    expect(socket.calls).toEqual(['send 50 binary', 'send 50 binary watched', 'send 1 binary watched']);
  });

  it('[TR6] once over the mark it stays congested until half of it has left', () => {
    const { socket, transport, told } = scene({ highWaterBytes: 100 });
    transport.send(frame(150));
    socket.bufferedBytes = 51;
    socket.listener?.onSent();
    expect({ told: [...told], free: transport.send(frame(1)) }).toEqual({ told: [], free: false });
    socket.bufferedBytes = 50;
    socket.listener?.onSent();
    socket.listener?.onSent();
    socket.bufferedBytes = 0;
    expect({ told, free: transport.send(frame(1)) }).toEqual({ told: ['drained'], free: true });
  });

  it('[TR6] 0 is no mark at all', () => {
    const { socket, transport } = scene({ highWaterBytes: 0 });
    expect(transport.send(frame(100 << 20))).toBe(true);
    expect(socket.calls).toEqual([`send ${String(100 << 20)} binary`]);
  });

  it('[TR7] a socket that does not report is asked while it is congested, and only then', () => {
    const { socket, clock, transport, told } = scene({ highWaterBytes: 100, reportsSent: false });
    transport.send(frame(60));
    expect(clock.pendingTimers).toBe(0);
    transport.send(frame(60));
    transport.send(frame(60));
    expect(clock.pendingTimers).toBe(1);
    clock.advance(40);
    expect(told).toEqual([]);
    socket.bufferedBytes = 10;
    clock.advance(20);
    expect({ told, timers: clock.pendingTimers }).toEqual({ told: ['drained'], timers: 0 });
  });

  it('[TR7] the asking ends with the link', () => {
    const { socket, clock, transport, told } = scene({ highWaterBytes: 100, reportsSent: false });
    transport.send(frame(150));
    transport.terminate();
    socket.bufferedBytes = 0;
    clock.advance(100);
    expect({ told, timers: clock.pendingTimers }).toEqual({ told: [{ code: 1_006, text: '' }], timers: 0 });
  });

  it('[TR6] nothing drains once it closes', () => {
    const { socket, transport, told } = scene({ highWaterBytes: 100 });
    transport.send(frame(150));
    transport.close({ code: 1_000, text: '' });
    socket.bufferedBytes = 0;
    socket.listener?.onSent();
    expect(told).toEqual([]);
  });

  it('[TR4] reading can be stopped while it is open; to close it must read', () => {
    const { socket, transport } = scene();
    transport.setReading(false);
    transport.close({ code: 1_000, text: '' });
    transport.setReading(false);
    expect(socket.calls).toEqual(['pause', 'read', 'close 1000']);
  });
});
