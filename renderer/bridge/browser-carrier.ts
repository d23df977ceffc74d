import { RPCLink } from '@orpc/client/websocket';
import { CarrierError } from './carrier.ts';
import type { Carrier, Line, Refusal, Root } from './carrier.ts';

function socketUrl(root: Root): string {
  const url = new URL(`/console/rpc/${root}`, window.location.href);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  return url.href;
}

/** A browser hides why an upgrade failed, so the same cookie is tried on the page itself. */
async function refusal(): Promise<Refusal> {
  try {
    const response = await fetch('/console/', { method: 'HEAD', cache: 'no-store' });
    return response.status === 401 || response.status === 403 ? 'unauthorized' : 'unreachable';
  } catch (error) {
    if (error instanceof TypeError) return 'unreachable'; // fetch's only way to say that nobody answered
    throw error;
  }
}

function opened(socket: WebSocket): Promise<boolean> {
  return new Promise((resolve) => {
    socket.addEventListener('open', () => resolve(true), { once: true });
    socket.addEventListener('close', () => resolve(false), { once: true });
  });
}

/** Two WebSockets of the page's own origin, let in by its cookie. */
export function createBrowserCarrier(): Carrier {
  return {
    async open(root): Promise<Line> {
      const socket = new WebSocket(socketUrl(root));
      // Frames as buffers keep their order; oRPC reads Blobs one by one, asynchronously.
      socket.binaryType = 'arraybuffer';
      const link = new RPCLink({ websocket: socket });
      if (!(await opened(socket))) {
        throw new CarrierError(
          await refusal(),
          `Cannot open the console's "${root}" socket: the hub did not accept it`,
        );
      }
      return {
        link,
        closed: new Promise((resolve) => socket.addEventListener('close', () => resolve(), { once: true })),
        close: () => socket.close(),
      };
    },
  };
}
