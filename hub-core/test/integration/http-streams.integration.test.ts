import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Encoding, Flag, Kind, type MessageInit } from '../../common/protocol/message.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { rawHttp } from '../support/raw-http.ts';
import { startTestHub, type TestHub } from '../support/test-hub.ts';
import { WireClient } from '../support/wire-client.ts';

const CREDIT = 262_144;

let clock: FakeClock;
let stage: TestHub;
let key: string;
let provider: WireClient;

beforeAll(async () => {
  clock = new FakeClock();
  stage = await startTestHub({ limits: { httpBodyTimeoutMs: 1_000 } }, { clock });
  key = stage.addClient('cat');
  provider = await WireClient.open(stage.url, { key: stage.addClient('dog') });
  const routes = [{ pattern: '/up', stream: true }, { pattern: '/*rest' }];
  await provider.provide({ id: 'flow', routes }, () => undefined);
});
afterAll(async () => {
  await provider[Symbol.asyncDispose]();
  await stage[Symbol.asyncDispose]();
});

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const sha = (body: Uint8Array): string => createHash('sha256').update(body).digest('hex');

function ask(path: string, init: { method?: string; headers?: Record<string, string> } = {}): ClientRequest {
  const { method = 'GET', headers = {} } = init;
  const options = { host: '127.0.0.1', port: stage.port, path, method, agent: false };
  const request = httpRequest({ ...options, headers: { authorization: `Bearer ${key}`, ...headers } });
  request.on('error', () => undefined);
  return request;
}

async function answerTo(request: ClientRequest): Promise<IncomingMessage> {
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  response.on('error', () => undefined);
  return response;
}

async function bodyOf(response: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** Opens the answer to the next request. @returns the request's id */
async function open(init: Partial<MessageInit> = {}): Promise<number> {
  const { id } = await provider.next(Kind.Request);
  provider.send({ kind: Kind.Response, status: 200, encoding: Encoding.Bytes, flags: Flag.Stream, id, ...init });
  return id;
}

/** Sends what credit there is, until all is sent; `sent` tells how far it came. */
async function pump(id: number, body: Uint8Array, progress: { sent: number }): Promise<void> {
  let credit = CREDIT;
  while (progress.sent < body.byteLength) {
    if (credit === 0) credit += (await provider.next(Kind.Credit, id)).credit;
    const piece = body.subarray(progress.sent, progress.sent + Math.min(credit, 65_536));
    provider.send({ kind: Kind.Data, id, payload: piece });
    progress.sent += piece.byteLength;
    credit -= piece.byteLength;
  }
  provider.send({ kind: Kind.Data, id, flags: Flag.End });
}

describe('streamed answers over HTTP', () => {
  it('[SM18] come chunked as they are sent, and end where the stream ends', async () => {
    const request = ask('/flow/x');
    request.end();
    const id = await open({ encoding: Encoding.Text, payload: bytes('a') });
    const response = await answerTo(request);
    const [first] = (await once(response, 'data')) as [Buffer];
    provider.send({ kind: Kind.Data, id, payload: bytes('b') });
    const [second] = (await once(response, 'data')) as [Buffer];
    provider.send({ kind: Kind.Data, id, payload: bytes('c'), flags: Flag.End });
    const { headers } = response;
    expect([first.toString(), second.toString(), (await bodyOf(response)).toString()]).toEqual(['a', 'b', 'c']);
    expect([headers['transfer-encoding'], headers['content-length'], headers['content-type']]).toEqual([
      'chunked',
      undefined,
      'text/plain; charset=utf-8',
    ]);
  });

  it('[SM18] wait for a client that does not read, and are whole when it does', async () => {
    const body = randomBytes(32 << 20);
    const request = ask('/flow/x');
    request.end();
    const id = await open();
    const response = await answerTo(request);
    response.pause();
    const progress = { sent: 0 };
    const pumped = pump(id, body, progress);
    let before = -1;
    // What the system's socket buffers take is their affair; then it stands still.
    await expect
      .poll(
        () => {
          const stands = progress.sent === before;
          before = progress.sent;
          return stands;
        },
        { interval: 500 },
      )
      .toBe(true);
    expect(progress.sent).toBeLessThan(body.byteLength - CREDIT);
    const received = await bodyOf(response);
    await pumped;
    expect(sha(received)).toBe(sha(body));
  });

  it('[SM18] cut the connection when they are broken off', async () => {
    const request = ask('/flow/x');
    request.end();
    const id = await open({ payload: bytes('half') });
    const response = await answerTo(request);
    await once(response, 'data');
    provider.send({ kind: Kind.Data, id, status: 500, flags: Flag.End });
    await expect(bodyOf(response)).rejects.toThrow('aborted');
  });

  it.each([
    [204, 'GET'],
    [200, 'HEAD'],
  ])('[SM18] are only a head, and cancelled, for status %d to %s', async (status, method) => {
    const reply = rawHttp(stage.port, { method, path: '/flow/x', headers: { authorization: `Bearer ${key}` } });
    const id = await open({ status, headers: [{ name: 'x-told', value: '1' }] });
    const { headers, body } = await reply;
    const cancel = await provider.next(Kind.Cancel, id);
    expect([headers['x-told'], headers['content-length'], body.byteLength, cancel.id]).toEqual(['1', undefined, 0, id]);
  });

  it.each([
    [Encoding.Text, 'one\ntwo', 'data: one\ndata: two\n\n'],
    [Encoding.Json, '{"n":1}', 'data: {"n":1}\n\n'],
    [Encoding.Bytes, 'raw', 'data: cmF3\n\n'],
  ])('[SM19] are server-sent events for who asks for them, encoding %d', async (encoding, piece, event) => {
    const request = ask('/flow/x', { headers: { accept: 'text/html, text/event-stream;q=0.9' } });
    request.end();
    const id = await open({ encoding });
    const response = await answerTo(request);
    for (const _ of [1, 2]) provider.send({ kind: Kind.Data, id, payload: bytes(piece) });
    provider.send({ kind: Kind.Data, id, flags: Flag.End });
    const { 'content-type': type } = response.headers;
    expect([type, (await bodyOf(response)).toString()]).toEqual(['text/event-stream; charset=utf-8', event + event]);
  });

  it('[SM19] pass as they are when the provider writes events itself', async () => {
    const request = ask('/flow/x', { headers: { accept: 'text/event-stream' } });
    request.end();
    const id = await open({ headers: [{ name: 'content-type', value: 'text/event-stream' }] });
    const response = await answerTo(request);
    provider.send({ kind: Kind.Data, id, payload: bytes('event: x\ndata: 1\n\n'), flags: Flag.End });
    expect((await bodyOf(response)).toString()).toBe('event: x\ndata: 1\n\n');
  });

  it('[SM20] are cancelled when the client goes away in the middle', async () => {
    const request = ask('/flow/x');
    request.end();
    const id = await open({ payload: bytes('half') });
    await once(await answerTo(request), 'data');
    request.destroy();
    expect((await provider.next(Kind.Cancel, id)).id).toBe(id);
  });
});

describe('uploads over HTTP', () => {
  const chunked = { method: 'POST', headers: { 'transfer-encoding': 'chunked' } };

  it('[SM21] pass in pieces, no more than there is credit for', async () => {
    const body = randomBytes(1 << 20);
    const request = ask('/flow/up', { method: 'POST', headers: { 'content-length': String(body.byteLength) } });
    request.end(body);
    const { id, flags } = await provider.next(Kind.Request);
    const pieces: Uint8Array[] = [];
    let received = 0;
    let isLast = false;
    let credit = CREDIT;
    let most = 0;
    while (!isLast) {
      const data = await provider.next(Kind.Data, id);
      pieces.push(data.payload);
      received += data.payload.byteLength;
      credit -= data.payload.byteLength;
      most = Math.max(most, -credit);
      isLast = (data.flags & Flag.End) !== 0;
      if (credit > 0) continue;
      provider.send({ kind: Kind.Credit, id, credit: 100_000 });
      credit += 100_000;
    }
    provider.send({ kind: Kind.Response, status: 200, id, encoding: Encoding.Text, payload: bytes('got it') });
    const response = await answerTo(request);
    expect([flags & Flag.Stream, received, most, sha(Buffer.concat(pieces)) === sha(body)]).toEqual([
      Flag.Stream,
      body.byteLength,
      0,
      true,
    ]);
    expect((await bodyOf(response)).toString()).toBe('got it');
  });

  it('[SM21] stream both ways at a time', async () => {
    const request = ask('/flow/up', chunked);
    request.write('ping');
    const id = await open();
    const ping = await provider.next(Kind.Data, id);
    const response = await answerTo(request);
    provider.send({ kind: Kind.Data, id, payload: bytes('pong') });
    const [pong] = (await once(response, 'data')) as [Buffer];
    request.end();
    const last = await provider.next(Kind.Data, id);
    provider.send({ kind: Kind.Data, id, flags: Flag.End });
    await bodyOf(response);
    expect([Buffer.from(ping.payload).toString(), pong.toString(), last.flags]).toEqual(['ping', 'pong', Flag.End]);
  });

  it.each([
    ['/flow/other', 'x'.repeat(70_000), { 'transfer-encoding': 'chunked' }],
    ['/flow/up', 'short', { 'content-length': '5' }],
  ])(
    '[SM21] are collected for a route that takes no streams, and when they are short: %s',
    async (path, body, headers) => {
      const request = ask(path, { method: 'POST', headers });
      request.end(body);
      const { id, flags, payload } = await provider.next(Kind.Request);
      provider.send({ kind: Kind.Response, status: 200, id });
      const response = await answerTo(request);
      expect([response.statusCode, flags & Flag.Stream, payload.byteLength]).toEqual([200, 0, body.length]);
      response.resume();
    },
  );

  it('[SM21] get an answer before they are over, and need not go on', async () => {
    const request = ask('/flow/up', chunked);
    request.write('begun');
    const { id } = await provider.next(Kind.Request);
    await provider.next(Kind.Data, id);
    provider.send({ kind: Kind.Response, status: 403, id, encoding: Encoding.Text, payload: bytes('enough') });
    const response = await answerTo(request);
    request.end('rest');
    expect([response.statusCode, response.headers.connection, (await bodyOf(response)).toString()]).toEqual([
      403,
      'close',
      'enough',
    ]);
  });

  it('[SM20] are cancelled when the client goes away in the middle', async () => {
    const request = ask('/flow/up', chunked);
    request.write('begun');
    const { id } = await provider.next(Kind.Request);
    await provider.next(Kind.Data, id);
    request.destroy();
    expect((await provider.next(Kind.Cancel, id)).id).toBe(id);
  });

  it('[SM22] may take longer than a body may as long as they go on, and are ended when they stop', async () => {
    const request = ask('/flow/up', chunked);
    const closed = once(request, 'close');
    const { promise: refused, resolve } = Promise.withResolvers<number | undefined>();
    request.on('response', (response: IncomingMessage) => {
      response.resume();
      resolve(response.statusCode);
    });
    request.flushHeaders();
    const { id } = await provider.next(Kind.Request);
    for (let spentMs = 0; spentMs < 2_600; spentMs += 200) {
      request.write('x');
      await provider.next(Kind.Data, id);
      clock.advance(200);
    }
    clock.advance(2_000);
    expect(await refused).toBe(408);
    await closed;
    expect((await provider.next(Kind.Cancel, id)).id).toBe(id);
  });
});
