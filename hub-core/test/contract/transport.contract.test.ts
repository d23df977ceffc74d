import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { connect, createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net';
import { WebSocket as NodeWebSocket, WebSocketServer } from 'ws';
import { systemClock } from '../../common/base/clock.ts';
import { createStreamTransport, fromNodeSocket } from '../../common/transport/stream-transport.ts';
import { createMemoryTransportPair } from '../../common/transport/memory-transport.ts';
import type { Transport } from '../../common/transport/transport.ts';
import {
  createWebSocketTransport,
  fromBrowserWebSocket,
  fromNodeWebSocket,
} from '../../common/transport/web-socket-transport.ts';
import { webRtcStage } from '../support/webrtc-stage.ts';
import { transportContract, type StageOptions, type TransportStage } from './transport.contract.ts';

type Dial = (url: string, options: StageOptions) => Promise<Transport>;

const webSocketOptions = ({ frameType, highWaterBytes }: StageOptions) => ({
  frameType,
  remoteAddress: '127.0.0.1',
  clock: systemClock,
  ...(highWaterBytes !== undefined && { highWaterBytes }),
});

const dialNode: Dial = async (url, options) => {
  const socket = new NodeWebSocket(url, { perMessageDeflate: false });
  const upgraded = once(socket, 'upgrade');
  await once(socket, 'open');
  const [response] = (await upgraded) as [{ readonly socket: { cork(): void; uncork(): void } }];
  return createWebSocketTransport({
    socket: fromNodeWebSocket(socket, { corkable: response.socket, defer: (flush) => process.nextTick(flush) }),
    ...webSocketOptions(options),
  });
};

const dialPlatform: Dial = async (url, options) => {
  const socket = new WebSocket(url);
  await once(socket, 'open');
  return createWebSocketTransport({ socket: fromBrowserWebSocket(socket), ...webSocketOptions(options) });
};

async function listen(): Promise<Server> {
  const http = createServer();
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  return http;
}

/** A real server on loopback as the far end, whatever the near one is. */
async function webSocketStage(dial: Dial, options: StageOptions): Promise<TransportStage> {
  const http = await listen();
  const server = new WebSocketServer({ server: http, perMessageDeflate: false });
  const accepted = new Promise<Transport>((resolve) => {
    server.on('connection', (socket, request) => {
      const defer = (flush: () => void): void => process.nextTick(flush);
      const adapted = fromNodeWebSocket(socket, { corkable: request.socket, defer });
      resolve(createWebSocketTransport({ socket: adapted, ...webSocketOptions(options) }));
    });
  });
  const { port } = http.address() as AddressInfo;
  const near = await dial(`ws://127.0.0.1:${String(port)}/`, options);
  const far = await accepted;
  return {
    near,
    far,
    [Symbol.asyncDispose]: async () => {
      near.terminate();
      far.terminate();
      server.close();
      http.closeAllConnections();
      http.close();
      await once(http, 'close');
    },
  };
}

transportContract('memory', async (options) => {
  const [near, far] = createMemoryTransportPair(options);
  return { near, far, [Symbol.asyncDispose]: async () => near.terminate() };
});

transportContract('ws', (options) => webSocketStage(dialNode, options));

transportContract('the platform’s WebSocket', (options) => webSocketStage(dialPlatform, options));

const overTcp = (socket: Socket, { highWaterBytes }: StageOptions): Transport =>
  createStreamTransport({
    socket: fromNodeSocket(socket, { allocate: (bytes) => Buffer.allocUnsafe(bytes), canReset: true }),
    kind: 'tcp',
    remoteAddress: '127.0.0.1',
    clock: systemClock,
    defer: (flush) => process.nextTick(flush),
    maxFrameBytes: 0,
    ...(highWaterBytes !== undefined && { highWaterBytes }),
  });

async function tcpStage(options: StageOptions): Promise<TransportStage> {
  const server = createTcpServer({ allowHalfOpen: true });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const accepted = once(server, 'connection') as Promise<[Socket]>;
  const socket = connect({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', allowHalfOpen: true });
  await once(socket, 'connect');
  const near = overTcp(socket, options);
  const [peer] = await accepted;
  const far = overTcp(peer, options);
  return {
    near,
    far,
    [Symbol.asyncDispose]: async () => {
      near.terminate();
      far.terminate();
      server.close();
      await once(server, 'close');
    },
  };
}

transportContract('tcp', tcpStage, { frameTypes: ['binary'], tellsReason: false });
transportContract('WebRTC', webRtcStage, { frameTypes: ['binary'], tellsReason: false, emptyFrames: false });
