import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it, vi } from 'vitest';
import { Encoding, Kind, Method } from '../../common/protocol/message.ts';
import { CliProcess } from '../support/cli-process.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { NetworkNamespace } from '../support/network-namespace.ts';
import { rawHttp } from '../support/raw-http.ts';
import { startTestHub } from '../support/test-hub.ts';
import { echo, jsonOf, WireClient } from '../support/wire-client.ts';

const wrongKey = (n: number): string => `whub_aaaaaaaaa${'abcdefghijkmnpqr'.charAt(n)}_${String(n).padStart(43, 'x')}`;

describe('block list at a running hub', () => {
  it('[BL6] a client that is blocked is told 403 and its next connection and request 429', async () => {
    await using stage = await startTestHub();
    const key = stage.addClient('cat');
    await using cat = await WireClient.open(stage.url, { key });
    stage.hub.blocks.add({ kind: 'client', target: 'cat', reason: 'noise', forMs: 60_000 });
    expect((await cat.next(Kind.Goodbye)).status).toBe(403);
    expect((await cat.closed).code).toBe(4403);

    await using again = await WireClient.connect(stage.url);
    again.hello({ key });
    expect(jsonOf(await again.next(Kind.Goodbye))).toMatchObject({
      type: 'urn:whub:error:THROTTLED_ERR',
    });
    const headers = { host: `127.0.0.1:${String(stage.port)}`, authorization: `Bearer ${key}` };
    const reply = await rawHttp(stage.port, { path: '/status/', headers });
    expect([reply.status, Number(reply.headers['retry-after'])]).toEqual([429, 60]);
    expect(stage.hub.blocks.remove('client', 'cat')).toBe(true);
    await using _back = await WireClient.open(stage.url, { key });
  });

  it('[BL3, BL4] wrong keys from loopback never block it, and the right key still gets in', async () => {
    await using stage = await startTestHub({ blockList: { slowToMs: 300 } });
    const key = stage.addClient('cat');
    const headers = (bearer: string): Record<string, string> => ({
      host: `127.0.0.1:${String(stage.port)}`,
      authorization: `Bearer ${bearer}`,
    });
    for (let i = 0; i < 12; i += 1) {
      await using client = await WireClient.connect(stage.url);
      client.hello({ client: 'cat', key: wrongKey(i) });
      expect((await client.next(Kind.Goodbye)).status).toBe(401);
    }
    expect(stage.hub.blocks.list()).toEqual([]);
    const startedMs = performance.now();
    await using _cat = await WireClient.open(stage.url, { client: 'cat', key });
    expect(performance.now() - startedMs).toBeGreaterThan(250);
    expect((await rawHttp(stage.port, { path: '/status/', headers: headers(key) })).status).toBe(200);
  });

  it('[BL3] malformed frames from loopback close their connection and block nobody', async () => {
    await using stage = await startTestHub();
    for (let i = 0; i < 8; i += 1) {
      await using client = await WireClient.connect(stage.url);
      client.sendRaw(new Uint8Array([1, 2, 3, 4]));
      expect((await client.next(Kind.Goodbye)).status).toBe(400);
    }
    expect(stage.hub.blocks.list()).toEqual([]);
  });
});

describe('failed logins', () => {
  it('[BL11] count once each', async () => {
    const clock = new FakeClock();
    await using stage = await startTestHub({ blockList: { maxBadCredentials: 4, slowFromMs: 250 } }, { clock });
    const key = stage.addClient('cat');
    const fail = async (): Promise<void> => {
      const body = JSON.stringify({ client: 'cat', password: 'not the password' });
      expect((await fetch(`${stage.httpUrl}/auth/login`, { method: 'POST', body })).status).toBe(401);
    };
    for (let times = 0; times < 3; times += 1) await fail();
    // Time stands still: one whose handshake is judged later would never get in.
    await using early = await WireClient.open(stage.url, { client: 'cat', key });
    expect(early.inbox).toEqual([]);
    await fail();
    await using late = await WireClient.connect(stage.url);
    late.hello({ client: 'cat', key });
    await expect.poll(() => stage.hub.connections.list().at(-1)?.messagesIn).toBe(1);
    expect([stage.hub.connections.list().at(-1)?.state, late.inbox]).toEqual(['handshaking', []]);
    clock.advance(250);
    await late.next(Kind.Welcome);
  });
});

describe('whub block', () => {
  it('[BL10] blocks and unblocks beside a running hub', { timeout: 60_000 }, async () => {
    await using stage = await startTestHub();
    const key = stage.addClient('cat');
    await using cat = await WireClient.open(stage.url, { key });
    const whub = (...args: readonly string[]) => CliProcess.run(['block', ...args, '--data', stage.dataDir], {});
    expect((await whub('add', '10.1.2.3/8', '--minutes', '5', '--reason', 'scans')).code).toBe(0);
    expect((await whub('add', 'cat', '--client')).code).toBe(0);
    expect((await cat.next(Kind.Goodbye)).status).toBe(403);
    const listed: unknown = JSON.parse((await whub('list', '--json')).stdout.toString());
    expect(listed).toMatchObject([
      { kind: 'address', target: '10.0.0.0/8', source: 'manual', reason: 'scans' },
      { kind: 'client', target: 'cat', until: null },
    ]);
    expect([(await whub('remove', 'cat', '--client')).code, (await whub('remove', 'cat', '--client')).code]).toEqual([
      0, 1,
    ]);
    const wrong = await whub('add', '127.0.0.1');
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('loopback')]);
  });
});

describe('throttle at a running hub', () => {
  it('[TH6] a request over the rate is answered 429 with the time to wait, over sockets and HTTP, and not relayed', async () => {
    await using stage = await startTestHub({ throttle: { clientServiceRequestsPerSec: 0.001, clientServiceBurst: 1 } });
    const key = stage.addClient('cat');
    await using provider = await WireClient.open(stage.url, { key: stage.addClient('dog') });
    const relayed: string[] = [];
    await provider.provide({ id: 'echo', routes: [{ pattern: '/*rest' }] }, (request) => {
      relayed.push(request.uri ?? '');
      return echo(request);
    });
    await using cat = await WireClient.open(stage.url, { key });
    expect((await cat.request({ method: Method.Get, uri: '/echo/1' })).status).toBe(200);
    const refused = await cat.request({ method: Method.Get, uri: '/%65cho/2', encoding: Encoding.Bytes });
    expect(refused.status).toBe(429);
    expect(jsonOf(refused)).toMatchObject({ type: 'urn:whub:error:THROTTLED_ERR' });
    expect(refused.headers.map(({ name }) => name)).toContain('retry-after-ms');
    const headers = { host: `127.0.0.1:${String(stage.port)}`, authorization: `Bearer ${key}` };
    const reply = await rawHttp(stage.port, { path: '/echo/3', headers });
    expect(reply.status).toBe(429);
    expect(Number(reply.headers['retry-after'])).toBeGreaterThan(1);
    expect(Number(reply.headers['retry-after-ms'])).toBeGreaterThan(1000);
    expect(relayed).toEqual(['/echo/1']);
  });
});

/** Runs a few lines in the namespace. @returns what they print */
async function runIn(namespace: NetworkNamespace, script: string): Promise<string> {
  const [command, ...args] = namespace.prefix;
  const child = spawn(command, [...args, process.execPath, '--input-type=module', '-e', script]);
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  await once(child, 'close');
  return Buffer.concat(chunks).toString().trim();
}

describe('block list over a network', () => {
  it('[BL9, BL12] wrong keys from another address end on the block list, from loopback never', async (context) => {
    const namespace = NetworkNamespace.create();
    if (typeof namespace === 'string') {
      context.skip(`no network namespace here: ${namespace}`);
      return;
    }
    using _namespace = namespace;
    const { here, there } = namespace;
    const run = (script: string): Promise<string> => runIn(namespace, script);
    await using stage = await startTestHub({ host: '0.0.0.0', allowRemote: true });
    const key = stage.addClient('cat');
    const at = `http://${here}:${String(stage.port)}`;
    const get = (bearers: readonly string[]): Promise<string> =>
      run(`
        for (const bearer of ${JSON.stringify(bearers)}) {
          const reply = await fetch('${at}/status/', { headers: { authorization: 'Bearer ' + bearer } });
          const body = await reply.json();
          console.log(reply.status, body.retry_after_ms > 500000, Number(reply.headers.get('retry-after')) > 500);
        }`);
    const upgrade = (): Promise<string> =>
      run(`
        const { request } = await import('node:http');
        const headers = { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13',
          'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==' };
        const open = request({ host: '${here}', port: ${String(stage.port)}, headers });
        open.on('response', (reply) => console.log(reply.statusCode, reply.headers['retry-after-ms'] > 0));
        open.on('upgrade', (reply, socket) => { console.log(reply.statusCode); socket.destroy(); });
        open.end();`);
    expect(await upgrade()).toBe('101');
    // One that is open without a credential may not guess on there.
    const anonymous = run(`
        const socket = new WebSocket('ws://${here}:${String(stage.port)}/', 'whub.v1.json');
        socket.onopen = () => socket.send(JSON.stringify({ kind: 'hello', payload: {} }));
        socket.onclose = ({ code }) => console.log(code);`);
    const clients = (): unknown => stage.hub.connections.list().map(({ client }) => client);
    await vi.waitFor(() => expect(clients()).toContain('anonymous'), { timeout: 20_000 });
    const tries = Array.from({ length: 11 }, (_, n) => wrongKey(n));
    const lines = (await get(tries)).split('\n');
    expect(lines).toEqual([...Array.from({ length: 10 }, () => '401 false false'), '429 true true']);
    expect(stage.hub.blocks.list()).toMatchObject([{ target: there, source: 'auto' }]);
    expect(await upgrade()).toBe('429 true');
    expect(await anonymous).toBe('4429');
    // Who proves to be a client is let through; everyone else here is not told whether a key was right.
    expect(await get([key, wrongKey(1)])).toBe('200 false false\n429 true true');
    const headers = { host: `127.0.0.1:${String(stage.port)}` };
    for (const bearer of tries) {
      await rawHttp(stage.port, { path: '/status/', headers: { ...headers, authorization: `Bearer ${bearer}` } });
    }
    expect(stage.hub.blocks.list().map(({ target }) => target)).toEqual([there]);
    const reply = await rawHttp(stage.port, {
      path: '/status/',
      headers: { ...headers, authorization: `Bearer ${key}` },
    });
    expect(reply.status).toBe(200);
  }, 60_000);
});
