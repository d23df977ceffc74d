import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { WebSocket } from 'ws';
import { createWebSocketTransport, fromNodeWebSocket } from '../../common/transport/web-socket-transport.ts';
import { ConnectError } from '../errors.ts';
import type { Dial } from '../options.ts';
import { describeDialFault } from './dial-fault.ts';
import { nodeTlsOptions } from './node-tls-options.ts';

/** Enough of an HTTP error's body to show its reason. */
const MAX_REASON_BYTES = 4_096;

/** Opens a link over the `ws` package, and holds its writes for one system call a tick (PERFORMANCE: measured 2.7 times). */
export const dialNodeWebSocket: Dial = async ({ url, subprotocol, frameType, clock, signal, tls }) => {
  // The codec refuses what is above the limit that the hub announces in its Welcome; compression costs more than it saves.
  const socket = new WebSocket(url, [subprotocol], { perMessageDeflate: false, maxPayload: 0, ...nodeTlsOptions(tls) });
  const corkable = await opened(socket, url, signal);
  return createWebSocketTransport({
    socket: fromNodeWebSocket(socket, { corkable, defer: (flush) => process.nextTick(flush) }),
    frameType,
    remoteAddress: new URL(url).host,
    clock,
  });
};

async function opened(socket: WebSocket, url: string, signal: AbortSignal): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  let raw: Socket | undefined;
  const fail = (reason: string, cause?: unknown): void => {
    reject(new ConnectError(`Cannot connect to "${url}": ${reason}`, { cause }));
  };
  const abort = (): void => reject(signal.reason as Error);
  socket.once('upgrade', (response) => (raw = response.socket));
  socket.once('open', () => (raw === undefined ? fail('the upgrade has no socket') : resolve(raw)));
  socket.once('unexpected-response', (_request, response) => {
    reasonOf(response).then(
      (reason) => fail(`it answers HTTP ${String(response.statusCode)} ${reason}`),
      (error: unknown) => fail(`it answers HTTP ${String(response.statusCode)}`, error),
    );
  });
  // Stays: cutting a socket that is still connecting emits another error, which nobody waits for any more.
  socket.on('error', (error: NodeJS.ErrnoException) => fail(describeDialFault(error), error));
  signal.addEventListener('abort', abort, { once: true });
  try {
    signal.throwIfAborted();
    return await promise;
  } catch (error) {
    socket.terminate();
    throw error;
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

async function reasonOf(response: IncomingMessage): Promise<string> {
  let text = '';
  response.setEncoding('utf8');
  for await (const chunk of response) {
    text += String(chunk);
    if (text.length > MAX_REASON_BYTES) break;
  }
  try {
    const problem: unknown = JSON.parse(text);
    const detail: unknown =
      typeof problem === 'object' && problem !== null ? Reflect.get(problem, 'detail') : undefined;
    if (typeof detail === 'string') return detail;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  return response.statusMessage ?? '';
}
