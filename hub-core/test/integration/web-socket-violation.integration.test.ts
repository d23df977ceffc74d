import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { systemClock } from '../../common/base/clock.ts';
import type { Transport, TransportViolation } from '../../common/transport/transport.ts';
import { createWebSocketTransport, fromNodeWebSocket } from '../../common/transport/web-socket-transport.ts';

const MAX_PAYLOAD = 1_000;

describe('WebSocket violations on a real link', () => {
  const http = createServer();
  const server = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: MAX_PAYLOAD });
  let url: string;
  let accepted: Promise<Transport>;

  beforeEach(async () => {
    http.listen(0, '127.0.0.1');
    await once(http, 'listening');
    url = `ws://127.0.0.1:${String((http.address() as AddressInfo).port)}/`;
    accepted = new Promise((resolve) => {
      http.once('upgrade', (request, raw, head) => {
        server.handleUpgrade(request, raw, head, (socket) => {
          const adapted = fromNodeWebSocket(socket, { corkable: raw, defer: (flush) => process.nextTick(flush) });
          resolve(
            createWebSocketTransport({
              socket: adapted,
              frameType: 'binary',
              remoteAddress: 'peer',
              clock: systemClock,
            }),
          );
        });
      });
    });
  });

  afterEach(async () => {
    http.closeAllConnections();
    http.close();
    await once(http, 'close');
  });

  /** Answers the first violation as the hub does: a last message, then a close that names the status. */
  async function provoke(send: (socket: WebSocket) => void): Promise<{
    readonly violations: readonly TransportViolation[];
    readonly received: readonly string[];
    readonly code: number;
  }> {
    const socket = new WebSocket(url, { perMessageDeflate: false });
    await once(socket, 'open');
    const transport = await accepted;
    const violations: TransportViolation[] = [];
    const received: string[] = [];
    transport.onViolation.subscribe((violation) => {
      violations.push(violation);
      transport.send(new TextEncoder().encode('goodbye'));
      transport.close({ code: 4_413, text: 'TOO_LARGE_ERR' });
    });
    socket.on('message', (data: Buffer) => received.push(data.toString()));
    const closed = once(socket, 'close') as Promise<[number]>;
    send(socket);
    const [code] = await closed;
    return { violations, received, code };
  }

  it('[TR9] a message above the limit is answered before the link closes', async () => {
    const result = await provoke((socket) => socket.send(new Uint8Array(MAX_PAYLOAD + 1)));
    expect(result).toMatchObject({ violations: [{ kind: 'too-large' }], received: ['goodbye'], code: 4_413 });
  });

  it('[TR9] so is one that only its fragments together make too large', async () => {
    const result = await provoke((socket) => {
      for (let part = 0; part < 3; part += 1) socket.send(new Uint8Array(MAX_PAYLOAD / 2), { fin: part === 2 });
    });
    expect(result).toMatchObject({ violations: [{ kind: 'too-large' }], received: ['goodbye'], code: 4_413 });
  });

  it('[TR9] a text frame on a binary link is answered before the link closes', async () => {
    const result = await provoke((socket) => socket.send('text'));
    expect(result).toMatchObject({ violations: [{ kind: 'wrong-type' }], received: ['goodbye'], code: 4_413 });
  });

  it('[TR9] a peer that closes with the code for too large has broken nothing', async () => {
    const result = await provoke((socket) => socket.close(1_009, 'yours was too large'));
    expect(result).toMatchObject({ violations: [], received: [], code: 1_009 });
  });

  it('[TR9] even one that gives no reason', async () => {
    const result = await provoke((socket) => socket.close(1_009));
    expect(result).toMatchObject({ violations: [], received: [], code: 1_009 });
  });
});
