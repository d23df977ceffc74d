import { createWebSocketTransport, fromBrowserWebSocket } from '../common/transport/web-socket-transport.ts';
import { ConnectError } from './errors.ts';
import type { Dial } from './options.ts';

/** Opens a link over the platform's own WebSocket: browsers, workers, and Node without the `ws` package. */
export const dialWebSocket: Dial = async ({ url, subprotocol, frameType, clock, signal, tls }) => {
  if (tls !== undefined) {
    throw new ConnectError(
      `Cannot connect to "${url}": this platform decides by itself whom it trusts, leave out "tls"`,
    );
  }
  const socket = new WebSocket(url, [subprotocol]);
  await opened(socket, url, signal);
  return createWebSocketTransport({
    socket: fromBrowserWebSocket(socket),
    frameType,
    remoteAddress: new URL(url).host,
    clock,
  });
};

async function opened(socket: WebSocket, url: string, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const listening = new AbortController();
  const options = { signal: listening.signal };
  socket.addEventListener('open', () => resolve(), options);
  // A browser says no more than this, so that a page cannot find out what listens where.
  socket.addEventListener(
    'close',
    () => reject(new ConnectError(`Cannot connect to "${url}": no hub answers there`)),
    options,
  );
  signal.addEventListener('abort', () => reject(signal.reason as Error), options);
  try {
    signal.throwIfAborted();
    await promise;
  } catch (error) {
    socket.close();
    throw error;
  } finally {
    listening.abort();
  }
}
