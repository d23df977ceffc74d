import { RPCLink } from '@orpc/client/message-port';
import { CarrierError } from './carrier.ts';
import type { Carrier, Line, Root } from './carrier.ts';
import type { PreloadApi } from './preload-api.ts';

type Ports = Record<Root, MessagePort>;

/** What the preload posts to the page, with the two ports in `ports`: first the hub's, then the store's. */
const PORTS_MESSAGE = 'whub-ports';
const ANSWER_WITHIN_MS = 5_000;

function isPortsMessage(event: MessageEvent<unknown>): boolean {
  const data = event.data;
  return (
    event.origin === window.location.origin &&
    event.source === window &&
    typeof data === 'object' &&
    data !== null &&
    'type' in data &&
    data.type === PORTS_MESSAGE &&
    event.ports.length === 2
  );
}

/** Asks the preload for a new pair and takes the first that comes. */
function requestPorts(preload: PreloadApi): Promise<Ports> {
  return new Promise((resolve, reject) => {
    const end = new AbortController();
    window.addEventListener(
      'message',
      (event) => {
        const [hub, capture] = event.ports;
        if (!isPortsMessage(event) || hub === undefined || capture === undefined) return;
        end.abort();
        resolve({ hub, capture });
      },
      { signal: end.signal },
    );
    const timer = window.setTimeout(() => {
      end.abort();
      reject(new CarrierError('unreachable', 'Cannot reach the hub: the desktop app handed over no ports'));
    }, ANSWER_WITHIN_MS);
    end.signal.addEventListener('abort', () => window.clearTimeout(timer), { once: true });
    preload.requestPorts();
  });
}

function line(port: MessagePort, whenClosed: () => void): Line {
  const closed = new Promise<void>((resolve) => port.addEventListener('close', () => resolve(), { once: true }));
  void closed.then(whenClosed);
  const link = new RPCLink({ port });
  port.start();
  return { link, closed, close: () => port.close() };
}

/** Two message ports, which the preload asks the main process for. They come and go as a pair. */
export function createElectronCarrier(preload: PreloadApi): Carrier {
  let pair: Promise<Ports> | undefined;
  const taken = new Set<Root>();

  return {
    async open(root): Promise<Line> {
      if (pair === undefined || taken.has(root)) {
        // The main process closes the old pair when it makes a new one, so the other root comes here too.
        taken.clear();
        pair = requestPorts(preload);
      }
      taken.add(root);
      const current = pair;
      try {
        const ports = await current;
        return line(ports[root], () => {
          if (pair === current) pair = undefined;
        });
      } catch (error) {
        if (pair === current) pair = undefined;
        throw error;
      }
    },
  };
}
