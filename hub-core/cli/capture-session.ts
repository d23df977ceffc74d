import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/websocket';
import type { ContractRouterClient } from '@orpc/contract';
import { ConnectError, ConnectionLostError } from '../client/node/index.ts';
import type { CaptureContract } from '../console/contract/capture-contract.ts';
import type { Target } from './credentials.ts';
import { CommandError, ExitCode } from './exit.ts';

export type CaptureClient = ContractRouterClient<CaptureContract>['capture'];

export interface CaptureSession extends AsyncDisposable {
  readonly capture: CaptureClient;
  /** Aborts when the connection ends. */
  readonly ended: AbortSignal;
}

/**
 * Connects to the hub's traffic store, as the console in a browser does, but with a manager's key.
 *
 * @throws {CommandError} without a key
 * @throws {ConnectError} when the hub is not there or does not take the key
 */
export async function openCapture(target: Target, signal: AbortSignal): Promise<CaptureSession> {
  if (target.key === undefined) {
    throw new CommandError(
      ExitCode.Failure,
      'Cannot read the traffic: the key of a manager is needed; give --key or WHUB_KEY',
    );
  }
  const url = consoleUrl(target.url);
  trust(target.tls);
  // Node's own WebSocket takes headers, which a browser's does not.
  const socket = new WebSocket(url, { headers: { authorization: `Bearer ${target.key}` } });
  const ended = new AbortController();
  socket.addEventListener('close', () => {
    ended.abort(new ConnectionLostError('Cannot read the traffic any longer: the connection to the hub is lost'));
  });
  await opened(socket, url, signal);
  const client: ContractRouterClient<CaptureContract> = createORPCClient(new RPCLink({ websocket: socket }));
  return {
    capture: client.capture,
    ended: ended.signal,
    async [Symbol.asyncDispose]() {
      if (socket.readyState === WebSocket.CLOSED) return;
      const closed = Promise.withResolvers<void>();
      socket.addEventListener('close', () => closed.resolve(), { once: true });
      socket.close();
      await closed.promise;
    },
  };
}

/** The console is reached over HTTP, whatever else is spoken at that address. */
function consoleUrl(text: string): URL {
  const { protocol, host } = new URL(text);
  const isSecure = protocol === 'wss:' || protocol === 'tls:' || protocol === 'https:';
  return new URL('/console/rpc/capture', `${isSecure ? 'wss' : 'ws'}://${host}`);
}

/** Node's own WebSocket asks the process whom it trusts. This process connects to nothing else. */
function trust(tls: Target['tls']): void {
  if (tls?.ca === undefined) return;
  setDefaultCACertificates([...getCACertificates(), ...[tls.ca].flat().map(String)]);
}

async function opened(socket: WebSocket, url: URL, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const abort = (): void => reject(signal.reason as Error);
  const fail = (): void => {
    reject(new ConnectError(`Cannot connect to "${url.origin}": no hub answers there, or the key is no manager's`));
  };
  socket.addEventListener('open', () => resolve(), { once: true });
  socket.addEventListener('error', fail, { once: true });
  socket.addEventListener('close', fail, { once: true });
  signal.addEventListener('abort', abort, { once: true });
  try {
    signal.throwIfAborted();
    await promise;
  } catch (error) {
    socket.close();
    throw error;
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
