import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import {
  Encoding,
  Flag,
  HUB_ID_BIT,
  Kind,
  Method,
  type Message,
  type MessageInit,
} from '../../common/protocol/message.ts';
import { scriptedClient } from '../../test/support/scripted-client.ts';
import { jsonOf } from '../../test/support/scripted-hub.ts';
import { httpService } from './http-service.ts';
import { targetPath } from './http-target.ts';

const test = scriptedClient();
let server: Server | undefined;

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** A real server on a port of its own, and a service that passes requests to it. */
async function serve(listener: RequestListener, basePath = ''): Promise<string> {
  const listening = createServer(listener);
  server = listening;
  await new Promise<void>((done) => listening.listen(0, '127.0.0.1', done));
  const url = `http://127.0.0.1:${String((listening.address() as AddressInfo).port)}`;
  await provide(`${url}${basePath}`);
  return url;
}

async function provide(target: string): Promise<void> {
  const client = await test.connect();
  test.hub.peer(0).always('/services/register', 201);
  await client.provide(httpService({ id: 'web', target: new URL(target) }));
}

async function ask(init: Partial<MessageInit>): Promise<Message> {
  test.hub.peer(0).send({ kind: Kind.Request, id: HUB_ID_BIT + 1, method: Method.Get, uri: '/web/', ...init });
  return test.hub.peer(0).next(Kind.Response);
}

async function describeRequest(request: IncomingMessage): Promise<string> {
  const body = (await buffer(request)).toString('utf8');
  return JSON.stringify({ method: request.method, url: request.url, headers: request.headers, body });
}

describe('httpService', () => {
  it('[CM11] passes method, path, query, headers and body', async () => {
    const url = await serve((request, response) => {
      void describeRequest(request).then((text) => response.end(text));
    }, '/base/');
    const reply = await ask({
      method: Method.Put,
      uri: '/web/a%20b/c?q=%2F1&x',
      headers: [
        { name: 'x-one', value: 'two' },
        { name: 'connection', value: 'x-hop' },
        { name: 'x-hop', value: 'dropped' },
        { name: 'keep-alive', value: 'timeout=5' },
      ],
      encoding: Encoding.Json,
      payload: new TextEncoder().encode('{"a":1}'),
    });
    const seen = jsonOf(reply) as { method: string; url: string; headers: Record<string, string>; body: string };
    expect([seen.method, seen.url, seen.body]).toEqual(['PUT', '/base/a%20b/c?q=%2F1&x', '{"a":1}']);
    expect(seen.headers).toEqual({
      'x-one': 'two',
      'x-forwarded-prefix': '/web',
      'content-type': 'application/json',
      'content-length': '7',
      connection: 'keep-alive',
      host: new URL(url).host,
    });
  });

  it('[CM11] gives status, headers and body back as they are', async () => {
    const packed = gzipSync('hello');
    await serve((_request, response) => {
      response.writeHead(418, [
        ...['set-cookie', 'a=1', 'set-cookie', 'b=2', 'content-encoding', 'gzip', 'content-type', 'text/plain'],
        ...['connection', 'close', 'content-length', String(packed.length)],
      ]);
      response.end(packed);
    });
    const reply = await ask({});
    const kept = reply.headers.filter(({ name }) => name !== 'date').map(({ name, value }) => `${name}: ${value}`);
    expect([reply.status, Buffer.from(reply.payload).equals(packed), kept]).toEqual([
      418,
      true,
      [
        'set-cookie: a=1',
        'set-cookie: b=2',
        'content-encoding: gzip',
        'content-type: text/plain',
        `content-length: ${String(packed.length)}`,
      ],
    ]);
  });

  it('[CM11] does not follow redirects', async () => {
    await serve((_request, response) => response.writeHead(302, { location: '/elsewhere' }).end());
    const reply = await ask({});
    expect([reply.status, reply.headers.find(({ name }) => name === 'location')?.value]).toEqual([302, '/elsewhere']);
  });

  it('[CM11] sends CALL as POST', async () => {
    await serve((request, response) => response.end(request.method));
    expect(new TextDecoder().decode((await ask({ method: Method.Call })).payload)).toBe('POST');
  });

  it('[CM11] answers 502 with a problem when the target is down', async () => {
    const url = await serve((_request, response) => response.end());
    server?.closeAllConnections();
    await new Promise((done) => server?.close(done));
    const reply = await ask({});
    expect([reply.status, jsonOf(reply)]).toEqual([
      502,
      { type: 'about:blank', title: 'Bad Gateway', status: 502, detail: expect.stringContaining(url) as string },
    ]);
  });

  const data = (): Promise<Message> => test.hub.peer(0).next(Kind.Data);
  const send = (init: Partial<MessageInit>): void => {
    test.hub.peer(0).send({ kind: Kind.Data, id: HUB_ID_BIT + 1, ...init });
  };

  it('[CS12] streams an answer of unknown length as it comes', async () => {
    const { promise: sent, resolve: goOn } = Promise.withResolvers<void>();
    await serve((_request, response) => {
      response.write('one');
      void sent.then(() => response.end('two'));
    });
    const reply = await ask({});
    const first = await data();
    goOn();
    const rest = [await data(), await data()];
    expect([
      reply.flags,
      [first, ...rest].map(({ payload, flags }) => [Buffer.from(payload).toString(), flags]),
    ]).toEqual([
      Flag.Stream,
      [
        ['one', 0],
        ['two', 0],
        ['', Flag.End],
      ],
    ]);
  });

  it('[CS12] reads no more of a long answer than it has credit for', async () => {
    let written = 0;
    const stuck = Promise.withResolvers<void>();
    await serve((_request, response) => {
      response.writeHead(200, { 'content-length': '100000000' });
      const chunk = Buffer.alloc(65_536);
      const fill = (): void => {
        while (response.write(chunk)) written += chunk.length;
        stuck.resolve();
      };
      response.on('drain', fill);
      fill();
    });
    const reply = await ask({});
    await stuck.promise;
    let received = 0;
    while (received < 262_144) received += (await data()).payload.length;
    send({ kind: Kind.Cancel });
    // The rest lies in the sockets' own buffers.
    expect([reply.flags, received, written < 50_000_000]).toEqual([Flag.Stream, 262_144, true]);
  });

  it('[CS12] breaks the answer off when the target does', async () => {
    await serve((_request, response) => {
      response.writeHead(200, { 'content-length': '1000000' });
      response.write('one', () => response.destroy());
    });
    await ask({});
    await data();
    const end = await data();
    expect([end.flags, end.status]).toEqual([Flag.End, 500]);
  });

  it('[CS12] streams a request to the target as it comes', async () => {
    const begun = Promise.withResolvers<void>();
    await serve((request, response) => {
      request.once('readable', () => begun.resolve());
      void describeRequest(request).then((text) => response.end(text));
    });
    const answer = ask({ method: Method.Put, flags: Flag.Stream });
    send({ payload: Buffer.from('one') });
    await begun.promise;
    send({ payload: Buffer.from('two') });
    send({ flags: Flag.End });
    expect(jsonOf(await answer)).toMatchObject({
      method: 'PUT',
      body: 'onetwo',
      headers: { 'transfer-encoding': 'chunked' },
    });
  });

  it('[CS12] breaks the request to the target off when its body does', async () => {
    const gone = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    await serve((request) => {
      request.once('readable', () => begun.resolve());
      request.once('error', () => gone.resolve());
    });
    const answer = ask({ method: Method.Put, flags: Flag.Stream });
    send({ payload: Buffer.from('one') });
    await begun.promise;
    send({ flags: Flag.End, status: 499 });
    await gone.promise;
    expect((await answer).status).toBe(502);
  });

  it('[CM11] gives the request up when its caller does', async () => {
    const gone = Promise.withResolvers<void>();
    const came = Promise.withResolvers<void>();
    await serve((request) => {
      request.socket.on('close', () => gone.resolve());
      came.resolve();
    });
    const id = HUB_ID_BIT + 2;
    test.hub.peer(0).send({ kind: Kind.Request, id, method: Method.Get, uri: '/web/' });
    await came.promise;
    test.hub.peer(0).send({ kind: Kind.Cancel, id });
    await gone.promise;
    expect(test.hub.peer(0).received.filter(({ kind }) => kind === Kind.Response)).toEqual([]);
  });

  it('[CM11] sends an idempotent request again when a kept connection was closed', async () => {
    const sockets = new Set<IncomingMessage['socket']>();
    await serve((request, response) => {
      // The second request on a connection finds it closed.
      if (sockets.has(request.socket)) request.socket.destroy();
      else response.end('ok');
      sockets.add(request.socket);
    });
    expect([(await ask({})).status, (await ask({})).status, sockets.size]).toEqual([200, 200, 2]);
  });
});

describe('targetPath', () => {
  it.each([
    ['http://a', '/web', '/'],
    ['http://a', '/web?q=1', '/?q=1'],
    ['http://a/base', '/web/x', '/base/x'],
    ['http://a/base/', '/web/', '/base/'],
    ['http://a/base', '/web?q', '/base/?q'],
  ])('[CM11] at "%s" of "%s" is "%s"', (target, uri, path) => {
    expect(targetPath(new URL(target), uri)).toBe(path);
  });
});
