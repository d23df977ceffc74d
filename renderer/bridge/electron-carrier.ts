import { RPCLink } from '@orpc/client/message-port';
import { CarrierError } from './carrier.ts';
import type { Carrier, DesktopRoot, Line, Root } from './carrier.ts';
import type { PortsOf, PreloadApi } from './preload-api.ts';

/** A port, and its end: listened for from the start, since nothing tells of a port that closed before. */
interface OpenPort {
  readonly port: MessagePort;
  readonly closed: Promise<void>;
}
type Ports = Record<Root, OpenPort>;

/** What the preload posts to the page, with the hub's port and the store's in `ports`, or the app's own. */
const PORTS_MESSAGE = 'whub-ports';
const ANSWER_WITHIN_MS = 5_000;
const NO_PORTS = 'Cannot reach the hub: the desktop app handed over no ports';

function isPortsMessage(event: MessageEvent<unknown>, of: PortsOf): boolean {
  const data = event.data;
  return (
    event.origin === window.location.origin &&
    event.source === window &&
    typeof data === 'object' &&
    data !== null &&
    'type' in data &&
    data.type === PORTS_MESSAGE &&
    'of' in data &&
    data.of === of
  );
}

function openPort(port: MessagePort): OpenPort {
  return {
    port,
    closed: new Promise((resolve) => port.addEventListener('close', () => resolve(), { once: true })),
  };
}

/** Asks the preload for new ports and takes the first that come. */
function requestPorts(preload: PreloadApi, of: PortsOf): Promise<readonly MessagePort[]> {
  return new Promise((resolve, reject) => {
    const end = new AbortController();
    window.addEventListener(
      'message',
      (event) => {
        if (!isPortsMessage(event, of)) return;
        end.abort();
        resolve(event.ports);
      },
      { signal: end.signal },
    );
    const timer = window.setTimeout(() => {
      end.abort();
      reject(new CarrierError('unreachable', NO_PORTS));
    }, ANSWER_WITHIN_MS);
    end.signal.addEventListener('abort', () => window.clearTimeout(timer), { once: true });
    preload.requestPorts(of);
  });
}

async function requestPair(preload: PreloadApi): Promise<Ports> {
  const [hub, capture] = await requestPorts(preload, 'hub');
  if (hub === undefined || capture === undefined) throw new CarrierError('unreachable', NO_PORTS);
  return { hub: openPort(hub), capture: openPort(capture) };
}

async function requestAppPort(preload: PreloadApi): Promise<OpenPort> {
  const [app] = await requestPorts(preload, 'app');
  if (app === undefined) throw new CarrierError('unreachable', NO_PORTS);
  return openPort(app);
}

function line({ port, closed }: OpenPort): Line {
  const link = new RPCLink({ port });
  port.start();
  return { link, closed, close: () => port.close() };
}

/**
 * Message ports, which the preload asks the main process for. The hub's and the store's come and go together; the app's own stays
 * when the hub dies, since that is when one asks the app to start it again.
 */
export function createElectronCarrier(preload: PreloadApi): Carrier<Root | DesktopRoot> {
  let pair: Promise<Ports> | undefined;
  const taken = new Set<Root>();

  return {
    async open(root): Promise<Line> {
      if (root === 'desktop') return line(await requestAppPort(preload));
      if (pair === undefined || taken.has(root)) {
        // The main process closes the old pair when it makes a new one, so the other root comes here too.
        taken.clear();
        pair = requestPair(preload);
      }
      taken.add(root);
      const current = pair;
      const forget = (): void => {
        if (pair === current) pair = undefined;
      };
      try {
        const { [root]: port } = await current;
        void port.closed.then(forget);
        return line(port);
      } catch (error) {
        forget();
        throw error;
      }
    },
  };
}
