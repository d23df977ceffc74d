import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type Server,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { MessageChannel } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { ANONYMOUS, type ClientId } from '../../common/base/ids.ts';
import { CredentialError } from '../../common/errors/hub-error.ts';
import { silentLogger } from '../../common/log/logger.ts';
import type { Hub, HttpMount } from '../../server/hub/hub.ts';
import { FakeClock } from '../../test/support/fake-clock.ts';
import { temporaryFolder } from '../../test/support/traffic.ts';
import type { ConsoleLine } from '../router/serve-console.ts';
import type { StoredPart } from './body-route.ts';
import { mountConsole } from './mount-console.ts';

const SECRETS = { token: 'a-token', cookie: 'a-cookie' };
const BODY = new TextEncoder().encode('0123456789');
/** A row with a body that nobody reads to its end. */
const LARGE = 1_000;

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

let folder: ReturnType<typeof temporaryFolder>;
let server: Server;
let mounts: HttpMount[];
let mounted: Disposable;
let lines: ConsoleLine[];
let captureUp: boolean;
let logged: string[];
let port: number;

beforeEach(async () => {
  folder = temporaryFolder();
  mkdirSync(join(folder.path, 'assets'));
  writeFileSync(join(folder.path, 'index.html'), '<!doctype html><title>console</title>');
  writeFileSync(join(folder.path, 'assets', 'main-1a2b.js'), 'run()');
  [mounts, lines, captureUp, logged] = [[], [], true, []];
  server = createServer((request, response) => mountOf(request)?.request?.(request, response));
  server.on('upgrade', (request, socket, head: Buffer) => mountOf(request)?.upgrade?.(request, socket, head));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = (server.address() as AddressInfo).port;
  mounted = mount(folder.path);
});
afterEach(async () => {
  mounted[Symbol.dispose]();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  folder[Symbol.dispose]();
});

/** The part of a hub that the console stands on: a port with mounts, and keys. */
function hub(): Pick<Hub, 'address' | 'authenticate' | 'mount' | 'version'> {
  return {
    version: '1.2.3',
    address: { host: '127.0.0.1', port, url: '', httpUrl: '', tcpUrl: '', tlsUrl: undefined },
    mount(entry) {
      mounts.push(entry);
      return { [Symbol.dispose]: () => void (mounts = mounts.filter((other) => other !== entry)) };
    },
    authenticate(key) {
      if (key === 'manager-key')
        return Promise.resolve({ clientId: 'cli' as ClientId, role: 'manager', grants: { call: [], provide: [] } });
      if (key === 'client-key')
        return Promise.resolve({ clientId: ANONYMOUS, role: 'client', grants: { call: [], provide: [] } });
      return Promise.reject(new CredentialError('Cannot accept the key: it is unknown'));
    },
  };
}

const mountOf = (request: IncomingMessage): HttpMount | undefined =>
  mounts.toSorted((a, b) => b.prefix.length - a.prefix.length).find((entry) => request.url?.startsWith(entry.prefix));

function mount(assetsDir: string | undefined): Disposable {
  return mountConsole({
    hub: hub(),
    secrets: SECRETS,
    assetsDir,
    serveHub: (line) => {
      lines.push(line);
      line.onFrame((frame) => line.send(`hub:${String(frame)}`));
    },
    capture: {
      openConsole() {
        if (!captureUp) return undefined;
        const { port1, port2 } = new MessageChannel();
        port2.on('message', (frame: string) => port2.postMessage(`capture:${frame}`, []));
        return port1;
      },
      readBody: (seq, part, { offset, length }): Promise<StoredPart | undefined> => {
        if (seq === LARGE) return Promise.resolve({ bytes: new Uint8Array(length), offset, totalBytes: 1 << 30 });
        if (seq !== 7) return Promise.resolve(undefined);
        const bytes = part === 'request' ? BODY : new Uint8Array(0);
        return Promise.resolve({ bytes: bytes.subarray(offset, offset + length), offset, totalBytes: bytes.length });
      },
    },
    clock: new FakeClock(Date.UTC(2026, 10, 28, 15, 40)),
    log: {
      ...silentLogger,
      debug: (_, message) => void logged.push(`debug: ${message}`),
      warn: (_, message) => void logged.push(`warn: ${message}`),
    },
  });
}

async function fetchRaw(path: string, headers: OutgoingHttpHeaders = {}, method = 'GET'): Promise<Answer> {
  const request = httpRequest({ host: '127.0.0.1', port, path, method, headers }).end();
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  return { status: response.statusCode ?? 0, headers: response.headers, body: await text(response) };
}

const withCookie = (): OutgoingHttpHeaders => ({ cookie: `other=1; whub-${String(port)}=${SECRETS.cookie}` });

/** What an upgrade is answered with: 101 and the socket, or the refusal. */
async function upgrade(
  path: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; socket: WebSocket }> {
  const socket = new WebSocket(`ws://127.0.0.1:${String(port)}${path}`, { headers });
  const opened = once(socket, 'open').then(() => 101);
  const refused = once(socket, 'unexpected-response').then((event) => (event[1] as IncomingMessage).statusCode ?? 0);
  return { status: await Promise.race([opened, refused]), socket };
}

describe('mountConsole', () => {
  it('[CO8] exchanges the token for the cookie, once or often, and sends the browser to a clean address', async () => {
    for (const _ of [1, 2]) {
      const answer = await fetchRaw('/console/?token=a-token');
      expect(answer).toMatchObject({
        status: 303,
        headers: { location: '/console/', 'referrer-policy': 'no-referrer', 'cache-control': 'no-store' },
      });
      expect(answer.headers['set-cookie']).toEqual([
        `whub-${String(port)}=a-cookie; HttpOnly; SameSite=Strict; Path=/console`,
      ]);
    }
  });

  it.each([
    '/console/',
    '/console/?token=wrong',
    '/console/?token=',
    '/console/assets/main-1a2b.js',
    '/console/index.html?token=a-token',
  ])('[CO9] answers %s without the cookie with 401 and a page that says how to get in', async (path) => {
    const answer = await fetchRaw(path, { cookie: `whub-${String(port)}=wrong; whub-1=a-cookie` });
    expect(answer.status).toBe(401);
    expect(answer.body).toContain('whub console --open');
    expect(answer.headers['set-cookie']).toBeUndefined();
  });

  it('[CO10] serves the files with the cookie: hashed ones for ever, the page never from a cache', async () => {
    const page = await fetchRaw('/console/', withCookie());
    expect(page).toMatchObject({
      status: 200,
      headers: { 'content-type': 'text/html;charset=utf-8', 'cache-control': 'no-cache' },
    });
    const script = await fetchRaw('/console/assets/main-1a2b.js', withCookie());
    expect(script).toMatchObject({
      status: 200,
      body: 'run()',
      headers: { 'cache-control': 'max-age=31536000, immutable' },
    });
    expect(await fetchRaw('/console/assets/none.js', withCookie())).toMatchObject({ status: 404 });
    expect(await fetchRaw('/console/..%2f..%2fetc/passwd', withCookie())).toMatchObject({ status: 404 });
  });

  it('[CO11] sends a strict policy with every answer', async () => {
    for (const [path, headers] of [
      ['/console/', {}],
      ['/console/', withCookie()],
      ['/console/body/7/request', withCookie()],
      ['/console/body/9/request', withCookie()],
    ] as const) {
      const answer = await fetchRaw(path, headers);
      expect(answer.headers['content-security-policy']).toBe(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      );
      expect(answer.headers).toMatchObject({
        'x-frame-options': 'DENY',
        'x-content-type-options': 'nosniff',
        'cross-origin-resource-policy': 'same-origin',
      });
    }
  });

  it.each(['0.har', '3-1.har', '1-20000.har', '1.txt', '1', '1.har/x', 'a.har', ''])(
    '[IN32] there is no export at %j',
    async (name) => {
      expect((await fetchRaw(`/console/export/${name}`, withCookie())).status).toBe(404);
    },
  );

  it('[IN32] exports are for whoever may see the console, and need the store', async () => {
    expect((await fetchRaw('/console/export/1.har')).status).toBe(401);
    captureUp = false;
    expect((await fetchRaw('/console/export/1.har', withCookie())).status).toBe(503);
  });

  it('[CO10] redirects /console and refuses other methods', async () => {
    expect(await fetchRaw('/console?token=a-token')).toMatchObject({
      status: 308,
      headers: { location: '/console/?token=a-token' },
    });
    expect(await fetchRaw('/console/', withCookie(), 'POST')).toMatchObject({
      status: 405,
      headers: { allow: 'GET, HEAD' },
    });
    expect(await fetchRaw('/console/', withCookie(), 'HEAD')).toMatchObject({ status: 200, body: '' });
  });

  it('[CO10] says how to build the console where it is not built', async () => {
    mounted[Symbol.dispose]();
    mounted = mount(undefined);
    const answer = await fetchRaw('/console/', withCookie());
    expect(answer.status).toBe(404);
    expect(answer.body).toContain('npm run build');
  });
});

describe('mountConsole bodies', () => {
  it('[CO12] serves a stored body as bytes to download, whole or in part', async () => {
    const whole = await fetchRaw('/console/body/7/request', withCookie());
    expect(whole).toMatchObject({
      status: 200,
      body: '0123456789',
      headers: {
        'content-type': 'application/octet-stream',
        'content-disposition': 'attachment; filename="exchange-7-request"',
        'content-length': '10',
      },
    });
    const part = await fetchRaw('/console/body/7/request', { ...withCookie(), range: 'bytes=2-4' });
    expect(part).toMatchObject({ status: 206, body: '234', headers: { 'content-range': 'bytes 2-4/10' } });
    expect(await fetchRaw('/console/body/7/request', { ...withCookie(), range: 'bytes=-3' })).toMatchObject({
      status: 206,
      body: '789',
    });
    expect(await fetchRaw('/console/body/7/request', { ...withCookie(), range: 'bytes=0-1,5-6' })).toMatchObject({
      status: 200,
    });
    expect(await fetchRaw('/console/body/7/request', { ...withCookie(), range: 'bytes=10-' })).toMatchObject({
      status: 416,
      headers: { 'content-range': 'bytes */10' },
    });
    expect(await fetchRaw('/console/body/7/reply', { ...withCookie(), range: 'bytes=0-9' })).toMatchObject({
      status: 200,
      body: '',
    });
    expect(await fetchRaw('/console/body/7/request', withCookie(), 'HEAD')).toMatchObject({
      status: 200,
      body: '',
      headers: { 'content-length': '10' },
    });
  });

  it.each(['/console/body/8/request', '/console/body/7/other', '/console/body/0/request', '/console/body/7/request/x'])(
    '[CO12] answers %s with 404',
    async (path) => {
      expect(await fetchRaw(path, withCookie())).toMatchObject({
        status: 404,
        headers: { 'content-type': 'application/problem+json' },
      });
    },
  );

  it('[CO12] whoever goes away before a body has ended is no failure', async () => {
    const request = httpRequest({
      host: '127.0.0.1',
      port,
      path: `/console/body/${LARGE}/reply`,
      headers: withCookie(),
    });
    const [response] = (await once(request.end(), 'response')) as [IncomingMessage];
    await once(response, 'readable');
    request.destroy();
    await expect.poll(() => logged).toEqual(['debug: who asked for a part of the console went away']);
  });

  it('[CO13] asks for the cookie or a manager, and answers no other site', async () => {
    const path = '/console/body/7/request';
    expect(await fetchRaw(path)).toMatchObject({ status: 401, headers: { 'www-authenticate': 'Bearer' } });
    expect(await fetchRaw(path, { authorization: 'Bearer unknown' })).toMatchObject({ status: 401 });
    expect(await fetchRaw(path, { authorization: 'Bearer client-key' })).toMatchObject({ status: 403 });
    expect(await fetchRaw(path, { authorization: 'Bearer manager-key' })).toMatchObject({ status: 200 });
    for (const site of ['cross-site', 'same-site']) {
      expect(await fetchRaw(path, { ...withCookie(), 'sec-fetch-site': site })).toMatchObject({ status: 403 });
    }
    expect(await fetchRaw(path, { ...withCookie(), 'sec-fetch-site': 'same-origin' })).toMatchObject({ status: 200 });
  });
});

describe('mountConsole sockets', () => {
  it.each(['hub', 'capture'])('[CO14] opens %s to the cookie and passes frames both ways', async (root) => {
    const { status, socket } = await upgrade(`/console/rpc/${root}`, { cookie: String(withCookie()['cookie']) });
    expect(status).toBe(101);
    socket.send('question');
    const [data] = (await once(socket, 'message')) as [Buffer];
    expect(data.toString()).toBe(`${root}:question`);
    socket.close();
    await once(socket, 'close');
  });

  it('[CO13] opens a socket to a manager, and to nobody else', async () => {
    const attempts = await Promise.all([
      upgrade('/console/rpc/hub', { authorization: 'Bearer manager-key' }),
      upgrade('/console/rpc/hub', { authorization: 'Bearer client-key' }),
      upgrade('/console/rpc/hub'),
      upgrade('/console/rpc/other', { authorization: 'Bearer manager-key' }),
      upgrade('/console/rpc/hub', { cookie: String(withCookie()['cookie']), 'sec-fetch-site': 'same-site' }),
    ]);
    expect(attempts.map(({ status }) => status)).toEqual([101, 403, 401, 404, 403]);
    for (const { socket } of attempts) {
      socket.on('error', () => {}); // those that were refused say so again
      socket.terminate();
    }
  });

  it('[CO14] closes a capture socket with 1013 while the store is not there', async () => {
    captureUp = false;
    const { socket } = await upgrade('/console/rpc/capture', { cookie: String(withCookie()['cookie']) });
    const [code] = (await once(socket, 'close')) as [number];
    expect(code).toBe(1013);
  });

  it('[CO14] closes its sockets when it is unmounted', async () => {
    const { socket } = await upgrade('/console/rpc/hub', { cookie: String(withCookie()['cookie']) });
    mounted[Symbol.dispose]();
    const [code] = (await once(socket, 'close')) as [number];
    expect(code).toBe(1001);
    expect(mounts).toEqual([]);
  });
});
