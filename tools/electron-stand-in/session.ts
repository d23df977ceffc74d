import { EventEmitter } from 'node:events';
import type { Route } from 'playwright';
import { fromChromium, registerScheme } from './scheme-map.ts';
import { strict } from './strict.ts';
import type { WebContents } from './web-contents.ts';

type Handler = (request: Request) => Response | Promise<Response>;

const handlers = new Map<string, Handler>();
let privileged: readonly string[] = [];

export const protocol = strict('protocol', {
  registerSchemesAsPrivileged(schemes: readonly { readonly scheme: string; readonly privileges?: object }[]): void {
    privileged = schemes.map(({ scheme }) => scheme);
  },
  handle(scheme: string, handler: Handler): void {
    if (!privileged.includes(scheme)) throw new Error(`Cannot handle "${scheme}": it was not registered as privileged`);
    if (handlers.has(scheme)) throw new Error(`Cannot handle "${scheme}": it has a handler already`);
    registerScheme(scheme);
    handlers.set(scheme, handler);
  },
  unhandle(scheme: string): void {
    handlers.delete(scheme);
  },
});

/** Whether a request is for a scheme of the app; if so, it is answered by its handler. */
export async function answer(route: Route): Promise<boolean> {
  const request = route.request();
  const url = fromChromium(request.url());
  const handler = handlers.get(url.slice(0, url.indexOf(':')));
  if (handler === undefined) return false;
  const method = request.method();
  const body = request.postDataBuffer();
  try {
    const response = await handler(
      new Request(url, {
        method,
        headers: await request
          .allHeaders()
          .then((all) => Object.entries(all).filter(([name]) => !name.startsWith(':'))),
        ...(body === null || method === 'GET' || method === 'HEAD' ? {} : { body: new Uint8Array(body) }),
      }),
    );
    await route.fulfill({
      status: response.status,
      headers: Object.fromEntries(response.headers),
      body: Buffer.from(await response.arrayBuffer()),
    });
  } catch (error) {
    process.stderr.write(`The handler of "${url}" failed: ${String(error)}\n`);
    await route.abort('failed').catch(() => {});
  }
  return true;
}

// oxlint-disable-next-line max-params -- Electron's
type CheckHandler = (contents: WebContents | null, permission: string, origin: string, details: object) => boolean;
// oxlint-disable-next-line max-params -- Electron's
type RequestHandler = (
  contents: WebContents,
  permission: string,
  callback: (granted: boolean) => void,
  details: object,
) => void;

let checkHandler: CheckHandler | null = null;
let requestHandler: RequestHandler | null = null;

/** Electron's name for a permission → Playwright's. */
const PERMISSIONS: readonly (readonly [electron: string, playwright: string])[] = [
  ['clipboard-sanitized-write', 'clipboard-write'],
  ['clipboard-read', 'clipboard-read'],
  ['geolocation', 'geolocation'],
  ['media', 'camera'],
  ['media', 'microphone'],
  ['midi', 'midi'],
  ['midiSysex', 'midi-sysex'],
  ['notifications', 'notifications'],
  ['storage-access', 'storage-access'],
];

/** Asks the app's handlers for every permission that Chromium can be told about; without handlers everything is granted. */
export async function grantedPermissions(contents: WebContents, url: string): Promise<readonly string[]> {
  const granted: string[] = [];
  for (const [permission, name] of PERMISSIONS) {
    const details = { requestingUrl: url, isMainFrame: true };
    const checked = checkHandler?.(contents, permission, url, details) ?? true;
    const answered = await new Promise<boolean>((resolve) => {
      if (requestHandler === null) resolve(true);
      else requestHandler(contents, permission, resolve, details);
    });
    if (checked && answered) granted.push(name);
  }
  return granted;
}

class Session extends EventEmitter {
  constructor() {
    super();
    return strict('Session', this);
  }

  setPermissionRequestHandler(handler: RequestHandler | null): void {
    requestHandler = handler;
  }

  setPermissionCheckHandler(handler: CheckHandler | null): void {
    checkHandler = handler;
  }

  /** No device ever asks here: there is nothing to pass on to Chromium. */
  setDevicePermissionHandler(_handler: ((details: object) => boolean) | null): void {}

  setDisplayMediaRequestHandler(
    _handler: ((request: object, callback: (streams: object) => void) => void) | null,
  ): void {}
}

export const session = strict('session', { defaultSession: new Session() });
