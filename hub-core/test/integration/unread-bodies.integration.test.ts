import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rawHttp } from '../support/raw-http.ts';
import { startTestHub, type TestHub } from '../support/test-hub.ts';
import { echo, WireClient } from '../support/wire-client.ts';

const LONG = 1 << 18;

let bench: TestHub;
let provider: WireClient;
let key: string;

beforeAll(async () => {
  bench = await startTestHub();
  key = bench.addClient('cat');
  provider = await WireClient.open(bench.url, { key: bench.addClient('dog') });
  await provider.provide({ id: 'web', routes: [{ pattern: '/*rest' }] }, echo);
  await provider.provide({ id: 'strict', routes: [{ pattern: '/x', methods: ['GET', 'PUT'] }] }, echo);
});
afterAll(async () => {
  await provider[Symbol.asyncDispose]();
  await bench[Symbol.asyncDispose]();
});

describe('gateway: bodies of those who may not ask', () => {
  /** Announces a body, sends its beginning, and waits for the status. */
  async function statusBeforeBody(path: string, authorization?: string): Promise<string | undefined> {
    const socket = connect(bench.port, '127.0.0.1');
    const credential = authorization === undefined ? '' : `authorization: ${authorization}\r\n`;
    const host = `host: 127.0.0.1:${String(bench.port)}`;
    socket.write(`POST ${path} HTTP/1.1\r\n${host}\r\n${credential}content-length: ${String(LONG)}\r\n\r\nbegin`);
    const [first] = (await once(socket, 'data')) as [Buffer];
    socket.destroy();
    return first.toString('latin1').split(' ', 2)[1];
  }

  it('[BI39] is refused before a long one is read, and sent on when it is short', async () => {
    const stranger = `Bearer ${bench.addClient('stranger', { call: [] })}`;
    expect(await statusBeforeBody('/web/in')).toBe('401');
    expect(await statusBeforeBody('/web/in', stranger)).toBe('403');
    expect(await statusBeforeBody('/nothing/in', stranger)).toBe('404');
    expect(await statusBeforeBody('/strict/x', `Bearer ${key}`)).toBe('405');
    expect(await statusBeforeBody('/clients/cat/credentials', stranger)).toBe('403');
    const headers = { authorization: `Bearer ${key}` };
    const short = await rawHttp(bench.port, { method: 'POST', path: '/strict/x', body: 'short', headers });
    expect([short.status, short.headers['allow']]).toEqual([405, 'GET, HEAD, PUT']);
  });
});
