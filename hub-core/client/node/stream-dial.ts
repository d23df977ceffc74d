import { once } from 'node:events';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import type { Codec } from '../../common/protocol/codec.ts';
import { createStreamTransport, fromNodeSocket, PREFACE } from '../../common/transport/stream-transport.ts';
import { ConnectError } from '../errors.ts';
import type { Dial, DialTarget } from '../options.ts';
import { describeDialFault } from './dial-fault.ts';
import { nodeTlsOptions } from './node-tls-options.ts';

const DEFAULT_PORT = 7_410;
/** Silence after which the system asks whether the hub is still there. */
const KEEP_ALIVE_MS = 60_000;
/** A Welcome is much shorter; what something else than a hub answers, read as a length, is much longer. */
const MAX_FIRST_FRAME_BYTES = 1 << 20;
const ALPN = 'whub/1';

/** JSON is for WebSockets: a stream of bytes carries binary frames alone. */
export const STREAM_SUBPROTOCOLS: readonly Codec['subprotocol'][] = ['whub.v1.fbs'];

/** Opens a link over TCP itself: less work than a WebSocket, which masks every byte. */
export const dialTcp: Dial = (target) => dialStream(target, 'tcp');

/** As {@link dialTcp}, encrypted. */
export const dialTls: Dial = (target) => dialStream(target, 'tls');

async function dialStream(target: DialTarget, kind: 'tcp' | 'tls'): ReturnType<Dial> {
  const { url, clock, signal } = target;
  const socket = kind === 'tcp' ? openTcp(url) : openTls(target);
  await connected(socket, { url, event: kind === 'tcp' ? 'connect' : 'secureConnect', signal });
  socket.write(PREFACE, 'latin1');
  return createStreamTransport({
    socket: fromNodeSocket(socket, { allocate: (bytes) => Buffer.allocUnsafe(bytes), canReset: kind === 'tcp' }),
    kind,
    remoteAddress: new URL(url).host,
    clock,
    defer: (flush) => process.nextTick(flush),
    // The codec refuses what is above the limit that the hub announces in its Welcome.
    maxFrameBytes: 0,
    maxFirstFrameBytes: MAX_FIRST_FRAME_BYTES,
  });
}

function endpointOf(url: string): { readonly host: string; readonly port: number } {
  const { hostname, port } = new URL(url);
  return { host: hostname.replace(/^\[(.*)\]$/, '$1'), port: port === '' ? DEFAULT_PORT : Number(port) };
}

const SOCKET_OPTIONS = {
  // Until this side ends too, what it queued is still sent.
  allowHalfOpen: true,
  noDelay: true,
  keepAlive: true,
  keepAliveInitialDelay: KEEP_ALIVE_MS,
};

function openTcp(url: string): Socket {
  return connectTcp({ ...endpointOf(url), ...SOCKET_OPTIONS });
}

function openTls({ url, tls }: DialTarget): TLSSocket {
  const { host, port } = endpointOf(url);
  // A name, not an address, is what a hub may choose its certificate by (RFC 6066, section 3).
  const servername = isIP(host) === 0 ? host : '';
  return connectTls({ host, port, ...SOCKET_OPTIONS, servername, ALPNProtocols: [ALPN], ...nodeTlsOptions(tls) });
}

async function connected(
  socket: Socket,
  { url, event, signal }: { readonly url: string; readonly event: string; readonly signal: AbortSignal },
): Promise<void> {
  // Stays: one that is cut while it connects may fail once more, which nobody waits for any more.
  socket.on('error', () => undefined);
  try {
    await once(socket, event, { signal });
  } catch (error) {
    socket.destroy();
    signal.throwIfAborted();
    const cause = error instanceof Error ? error : new Error(String(error));
    throw new ConnectError(`Cannot connect to "${url}": ${describeDialFault(cause)}`, { cause });
  }
}
