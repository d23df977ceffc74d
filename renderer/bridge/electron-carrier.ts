import { RPCLink } from '@orpc/client/message-port';
import { CarrierError } from './carrier.ts';
import type { Carrier, DesktopRoot, Line, Root } from './carrier.ts';
import type { PreloadApi } from './preload-api.ts';

/** A port, and its end: listened for from the start, since nothing tells of a port that closed before. */
interface OpenPort {
  readonly port: MessagePort;
  readonly closed: Promise<void>;
}
type Ports = Record<Root | DesktopRoot, OpenPort>;

/** What the preload posts to the page, with three ports in `ports`: the hub's, the store's, the app's own. */
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
    event.ports.length === 3
  );
}

function openPort(port: MessagePort): OpenPort {
  return {
    port,
    closed: new Promise((resolve) => port.addEventListener('close', () => resolve(), { once: true })),
  };
}

/** Asks the preload for a new pair and takes the first that comes. */
function requestPorts(preload: PreloadApi): Promise<Ports> {
  return new Promise((resolve, reject) => {
    const end = new AbortController();
    window.addEventListener(
      'message',
      (event) => {
        const [hub, capture, desktop] = event.ports;
        if (!isPortsMessage(event) || hub === undefined || capture === undefined || desktop === undefined) return;
        end.abort();
        resolve({ hub: openPort(hub), capture: openPort(capture), desktop: openPort(desktop) });
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

function line({ port, closed }: OpenPort, whenClosed: () => void): Line {
  void closed.then(whenClosed);
  const link = new RPCLink({ port });
  port.start();
  return { link, closed, close: () => port.close() };
}

/** Three message ports, which the preload asks the main process for. They come and go together. */
export function createElectronCarrier(preload: PreloadApi): Carrier<Root | DesktopRoot> {
  let pair: Promise<Ports> | undefined;
  const taken = new Set<Root | DesktopRoot>();

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
