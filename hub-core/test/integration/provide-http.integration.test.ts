import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type RequestListener,
  type Server,
} from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { HubClient } from '../../client/node/index.ts';
import { httpService, type HttpServiceOptions } from '../../cli/providers/http-service.ts';
import { rawHttp, statusOf, upgradeHead, type RawReply } from '../support/raw-http.ts';
import { startTestHub, temporaryDataDir, type TestHub } from '../support/test-hub.ts';

let stage: TestHub;
let key: string;
let provider: HubClient;
/** Of one test. */
let target: Server;
let sockets: WebSocketServer;

beforeAll(async () => {
  stage = await startTestHub({ headers: { forwardCookies: true } });
  key = stage.addClient('cat');
  provider = await HubClient.connect({ url: stage.url, key: stage.addClient('dog') });
});
afterAll(async () => {
  await provider.close();
  await stage[Symbol.asyncDispose]();
});
beforeEach(() => {
  target = createServer();
  sockets = new WebSocketServer({ noServer: true });
});
afterEach(async () => {
  sockets.close();
  target.closeAllConnections();
  target.close();
  await once(target, 'close');
});

const body = async (message: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
};
const sha = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** A real server, passed on as `/web` until disposed. */
async function serve(
  listener: RequestListener | undefined,
  options: Partial<HttpServiceOptions> = {},
): Promise<AsyncDisposable & { readonly port: number }> {
  if (listener !== undefined) target.on('request', listener);
  target.listen(options.socketPath ?? { port: 0, host: '127.0.0.1' });
  await once(target, 'listening');
  const { port } = options.socketPath === undefined ? (target.address() as AddressInfo) : { port: 80 };
  const url = new URL(`http://127.0.0.1:${String(port)}`);
  const provision = await provider.provide(httpService({ id: 'web', target: url, ...options }));
  return { port, [Symbol.asyncDispose]: () => provision.drain({ timeoutMs: 10 }) };
}

const ask = (
  path: string,
  init: { method?: string; headers?: Record<string, string>; body?: Uint8Array } = {},
): Promise<RawReply> =>
  rawHttp(stage.port, { path, ...init, headers: { authorization: `Bearer ${key}`, ...init.headers } });

function webSocket(path: string, headers: Record<string, string> = {}, protocols: string[] = []): WebSocket {
  const socket = new WebSocket(`${stage.url.slice(0, -1)}${path}`, protocols, {
    headers: { authorization: `Bearer ${key}`, ...headers },
  });
  socket.on('error', () => undefined);
  return socket;
}

/** Takes upgrades at the target. */
function takeWebSockets(talk: (socket: WebSocket, request: IncomingMessage) => void): void {
  target.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) =>
    sockets.handleUpgrade(request, socket, head, (accepted) => talk(accepted, request)),
  );
}

describe('provide http through a hub', () => {
  it.each([200, 201, 204, 205, 301, 304, 307, 404, 418, 500, 503])(
    '[HX1] leaves status %d as it is',
    async (status) => {
      await using _web = await serve((_request, response) => {
        response.writeHead(status, [
          ...['location', '/elsewhere', 'set-cookie', 'a=1; Path=/', 'set-cookie', 'b=2', 'x-mine', 'one'],
          ...[
            'x-mine',
            'two',
            'etag',
            '"e"',
            'keep-alive',
            'timeout=9',
            'connection',
            'x-hop, keep-alive',
            'x-hop',
            '1',
          ],
        ]);
        response.end();
      });
      const { status: got, headers } = await ask('/web/');
      expect([got, headers.location, headers['set-cookie'], headers['x-mine'], headers.etag, headers['x-hop']]).toEqual(
        [status, '/elsewhere', ['a=1; Path=/', 'b=2'], 'one, two', '"e"', undefined],
      );
    },
  );

  it('[HX2] tells the target where a request came from, and which of its names is the hub’s', async () => {
    await using web = await serve((request, response) => response.end(JSON.stringify(request.headers)));
    const told = JSON.parse(
      (await ask('/web/', { headers: { 'x-forwarded-for': '8.8.8.8', cookie: 'a=b' } })).body.toString(),
    ) as object;
    const hub = `127.0.0.1:${String(stage.port)}`;
    expect(told).toMatchObject({
      forwarded: `for=127.0.0.1;host="${hub}";proto=http`,
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-host': hub,
      'x-forwarded-proto': 'http',
      'x-forwarded-prefix': '/web',
      host: `127.0.0.1:${String(web.port)}`,
      cookie: 'a=b',
    });
  });

  it('[HX2] tells the target the host that the caller named when it is to', async () => {
    await using _web = await serve((request, response) => response.end(request.headers.host), {
      hostHeader: 'original',
    });
    expect((await ask('/web/', { headers: { host: `localhost:${String(stage.port)}` } })).body.toString()).toBe(
      `localhost:${String(stage.port)}`,
    );
  });

  it('[HX3] reaches a target on a Unix socket', async () => {
    using folder = temporaryDataDir();
    await using _web = await serve((request, response) => response.end(request.url), {
      socketPath: join(folder.path, 'web.sock'),
    });
    expect((await ask('/web/a%20b?q')).body.toString()).toBe('/a%20b?q');
  });

  it('[HX4] carries a body of known length as that, and no byte more or less', async () => {
    const seen: (string | undefined)[] = [];
    await using _web = await serve((request, response) => {
      seen.push(request.headers['content-length'], request.headers['transfer-encoding']);
      void body(request).then(
        (bytes) => response.end(sha(bytes)),
        () => undefined,
      );
    });
    const bytes = randomBytes(3_000_000);
    const reply = await ask('/web/', {
      method: 'PUT',
      body: bytes,
      headers: { 'content-length': String(bytes.length) },
    });
    expect([reply.body.toString(), ...seen]).toEqual([sha(bytes), '3000000', undefined]);
    // A caller that says another length than its body has.
    const cat = await HubClient.connect({ url: stage.url, key });
    for (const length of ['5', '7']) {
      const lying = await cat.request({
        method: 'PUT',
        uri: '/web/',
        headers: { 'content-length': length },
        body: new Blob(['sixsix']).stream(),
      });
      expect(lying.status).toBe(502);
    }
    await cat.close();
  });

  it('[HX5] streams an answer as it comes, server-sent events too', async () => {
    const { promise: seen, resolve: goOn } = Promise.withResolvers<void>();
    await using _web = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('data: 1\n\n');
      void seen.then(() => response.end('data: 2\n\n'));
    });
    const request = httpRequest({
      port: stage.port,
      path: '/web/',
      headers: { authorization: `Bearer ${key}`, accept: 'text/event-stream' },
    });
    request.end();
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    const [first] = (await once(response, 'data')) as [Buffer];
    goOn();
    expect([first.toString(), (await body(response)).toString()]).toEqual(['data: 1\n\n', 'data: 2\n\n']);
  });

  it('[HX6] is 502 while the target is gone, and 504 when it is too slow, which it is told', async () => {
    const gone = Promise.withResolvers<void>();
    await using _web = await serve((request) => {
      request.socket.once('close', () => gone.resolve());
    });
    const slow = await ask('/web/', { headers: { 'whub-timeout-ms': '100' } });
    await gone.promise;
    target.close();
    const lost = await ask('/web/');
    expect([slow.status, lost.status, lost.headers['content-type']]).toEqual([504, 502, 'application/problem+json']);
  });

  it('[HX7] passes no more requests at a time than it may', async () => {
    let active = 0;
    let most = 0;
    await using _web = await serve(
      (_request, response) => {
        active += 1;
        most = Math.max(most, active);
        setImmediate(() => {
          active -= 1;
          response.end();
        });
      },
      { maxInFlight: 2 },
    );
    const replies = await Promise.all(Array.from({ length: 20 }, () => ask('/web/')));
    expect([replies.every(({ status }) => status === 200), most]).toEqual([true, 2]);
  });

  it('[HX7] says which path of the target tells its health', async () => {
    await using _web = await serve(undefined, { health: '/health' });
    const cat = await HubClient.connect({ url: stage.url, key });
    const { metadata } = (await cat.request({ uri: '/services/web' })).json() as { metadata: unknown };
    await cat.close();
    expect(metadata).toEqual({ health: '/health' });
  });
});

describe('WebSockets of a service', () => {
  it('[HG11] pass both ways, with protocol, query, binary and compressed messages', async () => {
    sockets = new WebSocketServer({ noServer: true, perMessageDeflate: true, handleProtocols: () => 'chat' });
    const told = Promise.withResolvers<IncomingMessage>();
    takeWebSockets((socket, request) => {
      told.resolve(request);
      socket.on('message', (message: Buffer, isBinary) => socket.send(message, { binary: isBinary }));
    });
    await using _web = await serve(undefined);
    const socket = webSocket('/web/ws/x?room=1', {}, ['chat']);
    await once(socket, 'open');
    const { url, headers } = await told.promise;
    const bytes = randomBytes(1_000_000);
    const back: Buffer[] = [];
    socket.on('message', (message: Buffer) => back.push(message));
    socket.send('hé');
    socket.send(bytes);
    await expect.poll(() => back.length).toBe(2);
    expect([url, headers['x-forwarded-for'], socket.protocol, socket.extensions]).toEqual([
      '/ws/x?room=1',
      '127.0.0.1',
      'chat',
      'permessage-deflate',
    ]);
    expect([back[0]?.toString(), sha(back[1] ?? new Uint8Array())]).toEqual(['hé', sha(bytes)]);
    const closed = once(socket, 'close');
    socket.close(4001, 'bye');
    expect((await closed)[0]).toBe(4001);
  });

  it('[HG12] end on the other side when they end on one', async () => {
    const opened: WebSocket[] = [];
    takeWebSockets((socket) => opened.push(socket));
    await using _web = await serve(undefined);
    const one = webSocket('/web/');
    await once(one, 'open');
    const two = webSocket('/web/');
    await once(two, 'open');
    const [first, second] = opened;
    if (first === undefined || second === undefined) throw new Error('The target has not got both');
    const gone = once(first, 'close');
    one.terminate();
    await gone;
    const cut = once(two, 'close');
    second.terminate();
    await cut;
    expect(provider.connections.length).toBe(1);
  });

  it('[HG12] end when the provider goes', async () => {
    takeWebSockets(() => undefined);
    await using web = await serve(undefined);
    await using dog = await HubClient.connect({ url: stage.url, key: stage.addClient('dog-2'), reconnect: false });
    await dog.provide(httpService({ id: 'web-2', target: new URL(`http://127.0.0.1:${String(web.port)}`) }));
    const socket = webSocket('/web-2/');
    await once(socket, 'open');
    const closed = once(socket, 'close');
    const link = stage.hub.connections.list().find(({ client }) => client === 'dog-2');
    stage.hub.connections.close(link?.id ?? '', 'the test ends it');
    expect((await closed)[0]).toBe(1006);
  });

  const PIECES = 2_000;
  const PIECE = Buffer.alloc(65_536, 7);

  /** Sends the pieces one after the other; tells how many went out. */
  function pump(socket: WebSocket): { sent: number } {
    const progress = { sent: 0 };
    const next = (): void => {
      if (progress.sent === PIECES) return;
      socket.send(PIECE, (error) => {
        if ((error ?? undefined) !== undefined) return;
        progress.sent += 1;
        next();
      });
    };
    next();
    return progress;
  }

  /** What the system's socket buffers take is their affair; then it stands still, or it would come to its end. */
  async function standsStill(progress: { sent: number }): Promise<void> {
    let before = -1;
    const still = (): boolean => {
      const stands = progress.sent === before && progress.sent > 0;
      before = progress.sent;
      return stands;
    };
    await expect.poll(still, { interval: 500 }).toBe(true);
  }

  it.each(['client', 'target'])('[HG13] wait for a %s that does not read, and lose nothing', async (slow) => {
    const opened = Promise.withResolvers<WebSocket>();
    takeWebSockets((socket) => opened.resolve(socket));
    await using _web = await serve(undefined);
    const client = webSocket('/web/');
    await once(client, 'open');
    const [reader, writer] = slow === 'client' ? [client, await opened.promise] : [await opened.promise, client];
    reader.pause();
    const progress = pump(writer);
    await standsStill(progress);
    const sentUnread = progress.sent;
    let received = 0;
    reader.on('message', (message: Buffer) => (received += message.length));
    reader.resume();
    await expect.poll(() => received).toBe(PIECES * PIECE.length);
    expect(sentUnread).toBeLessThan(PIECES / 2);
    client.terminate();
  });

  it.each([
    ['an unknown client', 401, '/web/', { authorization: 'Bearer wrong' }],
    ['a foreign page', 403, '/web/', { origin: 'https://evil.example' }],
    ['a path that is none', 400, '/web/a%2fb', {}],
    ['no such service', 404, '/nowhere/', {}],
  ])('[HG14] are refused like requests for %s: %d', async (_what, status, path, headers) => {
    takeWebSockets(() => undefined);
    await using _web = await serve((_request, response) => response.end());
    const [, response] = (await once(webSocket(path, headers), 'unexpected-response')) as [unknown, IncomingMessage];
    expect([response.statusCode, response.headers['content-type']]).toEqual([status, 'application/problem+json']);
    response.resume();
  });

  it("[HG14] pass the target's refusal back as an answer like any other", async () => {
    target.on('upgrade', (_request, socket: Socket) => {
      socket.end(
        'HTTP/1.1 403 Forbidden\r\ncontent-type: text/plain\r\nset-cookie: a=1\r\nconnection: close\r\n\r\nnot you',
      );
    });
    await using _web = await serve(undefined);
    const [, response] = (await once(webSocket('/web/'), 'unexpected-response')) as [unknown, IncomingMessage];
    const text = (await body(response)).toString();
    expect([response.statusCode, response.headers['set-cookie'], response.headers.connection, text]).toEqual([
      403,
      ['a=1'],
      'close',
      'not you',
    ]);
  });

  it('[HG14] are answered as requests by services that take no streams', async () => {
    const provision = await provider.provide({
      id: 'plain',
      routes: [{ pattern: '/', handler: () => ({ body: 'hello' }) }],
    });
    const [, response] = (await once(webSocket('/plain/'), 'unexpected-response')) as [unknown, IncomingMessage];
    expect([response.statusCode, (await body(response)).toString()]).toEqual([200, 'hello']);
    await provision.drain();
  });

  it('[HG11] lose nothing that comes right behind the upgrade, and hold it until the answer', async () => {
    const got = Promise.withResolvers<string>();
    target.on('upgrade', (_request, socket: Socket, head: Buffer) => {
      socket.unshift(head);
      socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\r\nfirst');
      socket.once('data', (bytes: Buffer) => {
        got.resolve(bytes.toString());
        socket.end('last');
      });
    });
    await using _web = await serve(undefined);
    const socket = connect(stage.port, '127.0.0.1');
    socket.write(`${upgradeHead(stage.port, { path: '/web/', headers: { authorization: `Bearer ${key}` } })}early`);
    const bytes: Buffer[] = [];
    for await (const chunk of socket) bytes.push(chunk as Buffer);
    const reply = Buffer.concat(bytes).toString();
    expect([statusOf(reply), reply.split('\r\n\r\n')[1], await got.promise]).toEqual([101, 'firstlast', 'early']);
  });

  it('[HG15] are only for who asked: 101 to a request is 500, and the provider is told to stop', async () => {
    const stopped = Promise.withResolvers<void>();
    const provision = await provider.provide({
      id: 'odd',
      routes: [
        {
          pattern: '/',
          stream: true,
          handler: (request) => {
            request.signal.addEventListener('abort', () => stopped.resolve());
            return { status: 101, body: new ReadableStream<Uint8Array>() };
          },
        },
      ],
    });
    const reply = await ask('/odd/', {
      method: 'POST',
      body: randomBytes(100_000),
      headers: { 'transfer-encoding': 'chunked' },
    });
    await stopped.promise;
    expect([reply.status, reply.headers['content-type']]).toEqual([500, 'application/problem+json']);
    await provision.drain();
  });
});
