import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { MessageChannel } from 'node:worker_threads';
import { RPCLink as PortLink } from '@orpc/client/message-port';
import { RPCLink as SocketLink } from '@orpc/client/websocket';
import WebSocket, { WebSocketServer } from 'ws';
import { portLine, socketLine } from '../../console/router/serve-console.ts';
import { consoleLineContract } from './console-line.contract.ts';

consoleLineContract('MessagePort', (serve) => {
  const { port1, port2 } = new MessageChannel();
  serve(portLine(port2));
  const link = new PortLink({ port: port1 });
  port1.start();
  return Promise.resolve({
    link,
    closed: once(port1, 'close').then(() => undefined),
    sendRaw: (frame) => port1.postMessage(frame, []),
    close: () => port1.close(),
    [Symbol.asyncDispose]: () => {
      port1.close();
      return Promise.resolve();
    },
  });
});

consoleLineContract('ws', async (serve) => {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  server.on('connection', (socket) => serve(socketLine(socket)));
  await once(server, 'listening');
  const socket = new WebSocket(`ws://127.0.0.1:${String((server.address() as AddressInfo).port)}`);
  // What oRPC uses of a browser's WebSocket, `ws` has as well; only its event types are of its own making.
  const link = new SocketLink({ websocket: socket as unknown as globalThis.WebSocket });
  await once(socket, 'open');
  return {
    link,
    closed: once(socket, 'close').then(() => undefined),
    sendRaw: (frame) => socket.send(frame),
    close: () => socket.close(),
    [Symbol.asyncDispose]: async () => {
      socket.terminate();
      await new Promise((resolve) => server.close(resolve));
    },
  };
});
