import { describe, expect, it } from 'vitest';
import { fromNodeWebSocket, type NodeWebSocket } from './node-web-socket.ts';
import type { WebSocketLike } from './web-socket-like.ts';

const KIB = 1 << 10;

interface Scene {
  readonly calls: string[];
  readonly socket: WebSocketLike;
  /** Ends the tick. */
  readonly endTick: () => void;
}

function scene(corkable: boolean): Scene {
  const calls: string[] = [];
  const deferred: (() => void)[] = [];
  const webSocket: NodeWebSocket = {
    bufferedAmount: 0,
    send: (data, { binary }) => void calls.push(`send ${String(data.byteLength)} ${binary ? 'binary' : 'text'}`),
    close: () => {},
    terminate: () => {},
    pause: () => {},
    resume: () => {},
    on: () => {},
  };
  const raw = { cork: () => void calls.push('cork'), uncork: () => void calls.push('uncork') };
  const socket = fromNodeWebSocket(webSocket, {
    ...(corkable && { corkable: raw }),
    defer: (flush) => void deferred.push(flush),
  });
  return { calls, socket, endTick: () => deferred.splice(0).forEach((flush) => flush()) };
}

describe('fromNodeWebSocket', () => {
  it('[TR10] the writes of one tick leave together, at its end', () => {
    const { calls, socket, endTick } = scene(true);
    socket.send(new Uint8Array(10), 'binary', false);
    socket.send(new Uint8Array(20), 'text', false);
    expect(calls).toEqual(['cork', 'send 10 binary', 'send 20 text']);
    endTick();
    expect(calls.at(-1)).toBe('uncork');
    socket.send(new Uint8Array(1), 'binary', false);
    endTick();
    expect(calls.slice(4)).toEqual(['cork', 'send 1 binary', 'uncork']);
  });

  it('[TR10] at most 16 KiB are held', () => {
    const { calls, socket, endTick } = scene(true);
    socket.send(new Uint8Array(16 * KIB), 'binary', false);
    expect(calls).toHaveLength(2);
    socket.send(new Uint8Array(1), 'binary', false);
    socket.send(new Uint8Array(1), 'binary', false);
    endTick();
    expect(calls).toEqual(['cork', 'send 16384 binary', 'send 1 binary', 'uncork', 'cork', 'send 1 binary', 'uncork']);
  });

  it('[TR10] without a raw socket each write leaves by itself', () => {
    const { calls, socket, endTick } = scene(false);
    socket.send(new Uint8Array(20 * KIB), 'binary', false);
    endTick();
    expect(calls).toEqual([`send ${String(20 * KIB)} binary`]);
  });
});
