import { existsSync } from 'node:fs';
import { STATUS_CODES, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import sirv from 'sirv';
import { WebSocketServer, type WebSocket } from 'ws';
import type { Clock } from '../../common/base/clock.ts';
import { HubError, RequestError } from '../../common/errors/hub-error.ts';
import { problemPayload, toProblem } from '../../common/errors/wire.ts';
import type { Logger } from '../../common/log/logger.ts';
import type { Hub } from '../../server/hub/hub.ts';
import { socketLine, type ConsoleLine, type ConsolePort } from '../router/serve-console.ts';
import { serveBody, type ReadBody } from './body-route.ts';
import { ConsoleAccess, type ConsoleSecrets } from './console-access.ts';
import { LOCKED_PAGE, NOT_BUILT_PAGE, SECURITY_HEADERS } from './console-pages.ts';
import { serveExport } from './export-route.ts';
import { forwardLine } from './forward-line.ts';

/** The capture thread as this one sees it: a door for consoles, and bodies. */
export interface CaptureDoor {
  /** A new line to the `capture` root; undefined while the thread is not there. */
  openConsole(): ConsolePort | undefined;
  readonly readBody: ReadBody;
}

export interface ConsoleWebDeps {
  readonly hub: Pick<Hub, 'address' | 'authenticate' | 'mount' | 'version'>;
  readonly secrets: ConsoleSecrets;
  /** Folder of the built console; undefined when there is none. */
  readonly assetsDir: string | undefined;
  /** Serves the `hub` root. */
  readonly serveHub: (line: ConsoleLine) => void;
  readonly capture: CaptureDoor;
  readonly clock: Clock;
  readonly log: Logger;
}

/** A composed request carries its body in base64: a third more than the largest frame, and its headers. */
const MAX_CONSOLE_FRAME_BYTES = 24 << 20;

type AssetHandler = (request: IncomingMessage, response: ServerResponse) => void;

function assetHandler(assetsDir: string | undefined): AssetHandler {
  if (assetsDir === undefined || !existsSync(assetsDir)) {
    return (_request, response) => sendPage(response, 404, NOT_BUILT_PAGE);
  }
  const serve = sirv(assetsDir, {
    etag: true,
    // Names below assets/ hold a hash of their content; the page that names them must be asked for again.
    setHeaders: (response, path) =>
      void response.setHeader(
        'cache-control',
        path.startsWith('/assets/') ? 'max-age=31536000, immutable' : 'no-cache',
      ),
  });
  return (request, response) => {
    const path = request.url ?? '';
    request.url = path.slice('/console'.length);
    serve(request, response, () =>
      sendProblem(response, new RequestError('NOT_FOUND_ERR', `There is nothing at "${path}"`, { instance: path })),
    );
  };
}

function sendPage(response: ServerResponse, status: number, html: string): void {
  response.writeHead(status, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' }).end(html);
}

function problemHeaders(error: unknown, length: number): Record<string, string> {
  const status = error instanceof HubError ? error.status : 500;
  return {
    ...SECURITY_HEADERS,
    'content-type': 'application/problem+json',
    'content-length': String(length),
    'cache-control': 'no-store',
    ...(status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
  };
}

function sendProblem(response: ServerResponse, error: unknown): void {
  const problem = toProblem(error);
  const body = problemPayload(problem);
  response.writeHead(problem.status, problemHeaders(error, body.length)).end(body);
}

/** Answers an upgrade that is refused: there is no response object, only the socket. */
function refuseUpgrade(socket: Duplex, error: unknown): void {
  const problem = toProblem(error);
  const body = problemPayload(problem);
  const lines = Object.entries({ ...problemHeaders(error, body.length), connection: 'close' });
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  socket.write(`HTTP/1.1 ${String(problem.status)} ${STATUS_CODES[problem.status] ?? 'Error'}\r\n${head}\r\n`);
  socket.end(body);
}

/** A page goes away before it has all when something else is shown: nothing failed. */
const hasLeft = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE';

/** The console over HTTP: its files, its two sockets and the stored bodies, below /console of the hub's port. */
class ConsoleWeb {
  readonly #deps: ConsoleWebDeps;
  readonly #access: ConsoleAccess;
  readonly #serveAsset: AssetHandler;
  readonly #sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_CONSOLE_FRAME_BYTES,
    perMessageDeflate: false,
  });

  constructor(deps: ConsoleWebDeps) {
    this.#deps = deps;
    this.#access = new ConsoleAccess(deps.hub, deps.secrets);
    this.#serveAsset = assetHandler(deps.assetsDir);
  }

  request(request: IncomingMessage, response: ServerResponse): void {
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.setHeader(name, value);
    this.#answer(request, response).catch((error: unknown) => {
      if (hasLeft(error)) this.#deps.log.debug({ module: 'console' }, 'who asked for a part of the console went away');
      else if (!(error instanceof HubError))
        this.#deps.log.warn({ module: 'console', error }, 'a request of the console failed');
      if (response.headersSent) response.destroy();
      else sendProblem(response, error);
    });
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    // Until `ws` takes the socket over, a reset on it would be an uncaught error.
    const onError = (error: Error): void =>
      this.#deps.log.debug({ module: 'console', error }, 'a console socket failed');
    socket.on('error', onError);
    this.#upgrade(request, socket, head).then(
      () => socket.off('error', onError),
      (error: unknown) => refuseUpgrade(socket, error),
    );
  }

  close(): void {
    for (const socket of this.#sockets.clients) socket.close(1001, 'the hub stops');
    this.#sockets.close();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '', 'http://console');
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('allow', 'GET, HEAD');
      throw new RequestError('METHOD_NOT_ALLOWED_ERR', `The console answers GET and HEAD, not ${request.method ?? ''}`);
    }
    if (url.pathname === '/console') {
      response.writeHead(308, { location: `/console/${url.search}` }).end();
      return;
    }
    if (url.pathname.startsWith('/console/body/')) {
      await this.#access.authorize(request);
      await serveBody(request, response, this.#deps.capture.readBody);
      return;
    }
    if (url.pathname.startsWith('/console/export/')) {
      await this.#access.authorize(request);
      await serveExport(request, response, {
        openConsole: () => this.#deps.capture.openConsole(),
        version: this.#deps.hub.version,
        baseUrl: this.#deps.hub.address.httpUrl,
        nowMs: () => this.#deps.clock.wallMs(),
      });
      return;
    }
    const token = url.pathname === '/console/' ? url.searchParams.get('token') : null;
    if (token !== null && this.#access.hasToken(token)) {
      const headers = {
        location: '/console/',
        'set-cookie': this.#access.cookieFor(request),
        'cache-control': 'no-store',
      };
      response.writeHead(303, headers).end();
      return;
    }
    if (this.#access.hasCookie(request)) this.#serveAsset(request, response);
    else sendPage(response, 401, LOCKED_PAGE);
  }

  async #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const path = new URL(request.url ?? '', 'http://console').pathname;
    if (path !== '/console/rpc/hub' && path !== '/console/rpc/capture') {
      throw new RequestError('NOT_FOUND_ERR', `There is no console socket at "${path}"`, { instance: path });
    }
    await this.#access.authorize(request);
    this.#sockets.handleUpgrade(request, socket, head, (accepted) => this.#serve(accepted, path));
  }

  #serve(socket: WebSocket, path: '/console/rpc/hub' | '/console/rpc/capture'): void {
    socket.on('error', (error) => this.#deps.log.debug({ module: 'console', error }, 'a console socket failed'));
    const line = socketLine(socket);
    if (path === '/console/rpc/hub') {
      this.#deps.serveHub(line);
      return;
    }
    const port = this.#deps.capture.openConsole();
    if (port === undefined) socket.close(1013, 'the traffic store is starting; try again');
    else forwardLine(line, port);
  }
}

/** Serves the console on the hub's port until disposed. */
export function mountConsole(deps: ConsoleWebDeps): Disposable {
  const web = new ConsoleWeb(deps);
  const handlers = {
    request: web.request.bind(web),
    upgrade: web.upgrade.bind(web),
  };
  using setup = new DisposableStack();
  setup.defer(() => web.close());
  setup.use(deps.hub.mount({ prefix: '/console/', ...handlers }));
  setup.use(deps.hub.mount({ prefix: '/console', ...handlers }));
  return setup.move();
}
