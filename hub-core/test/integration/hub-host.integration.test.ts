import { once } from 'node:events';
import { gunzipSync } from 'node:zlib';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/websocket';
import type { ContractRouterClient } from '@orpc/contract';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { HubClient } from '../../client/node/index.ts';
import type { CaptureContract } from '../../console/contract/capture-contract.ts';
import { newConsoleLink, requestStop } from '../../host/control.ts';
import { createHubHost } from '../../host/create-hub-host.ts';
import type { HubConfigInput } from '../../server/hub/config.ts';
import type { HubHost, HubHostOptions } from '../../host/hub-host.ts';
import { readHubFile } from '../../host/hub-file.ts';
import { addClient, listClients } from '../../host/registry-admin.ts';
import { HubStartError } from '../../server/hub/hub-start-error.ts';
import {
  captureConsoleOf,
  hubConsoleOf,
  rowsOf,
  type CaptureConsole,
  type HubConsole,
} from '../support/host-console.ts';
import { statesOf } from '../support/host-states.ts';
import { exchangesBatch, openTrafficStore, temporaryFolder } from '../support/traffic.ts';

let folder: ReturnType<typeof temporaryFolder>;
let resources: AsyncDisposableStack;

beforeEach(() => {
  folder = temporaryFolder();
  resources = new AsyncDisposableStack();
});
afterEach(async () => {
  await resources.disposeAsync();
  folder[Symbol.dispose]();
});

function createHost(options: Partial<HubHostOptions> = {}, config: Partial<HubConfigInput> = {}): HubHost {
  const defaults: HubHostOptions = {
    config: { dataDir: join(folder.path, 'data'), port: 0, ...config },
    consoleAssetsDir: undefined,
    logLevel: 'silent',
  };
  return resources.use(createHubHost({ ...defaults, ...options }));
}

const hubConsole = (host: HubHost): HubConsole => hubConsoleOf(host, resources);
const captureConsole = (host: HubHost): CaptureConsole => captureConsoleOf(host, resources);

/** A client that may do everything, with a service `echo` on it. */
async function connectEcho(host: HubHost, url: string): Promise<HubClient> {
  const { key } = await hubConsole(host).clients.register({ client: 'echo', mayCall: ['*'], mayProvide: ['*'] });
  const client = resources.use(
    await HubClient.connect({ url, client: 'echo', key, reconnect: { baseDelayMs: 20, maxDelayMs: 100 } }),
  );
  await client.provide({
    id: 'echo',
    routes: [
      {
        pattern: '/*rest',
        handler: (request) => ({ body: request.bytes(), status: request.method === 'POST' ? 201 : 200 }),
      },
    ],
  });
  return client;
}

/** Threads that this process started since, by name. */
function watchThreads(): Map<string, Worker> {
  const threads = new Map<string, Worker>();
  const seen = (worker: Worker): void => void threads.set(worker.threadName ?? '', worker);
  process.on('worker', seen);
  resources.defer(() => void process.off('worker', seen));
  return threads;
}

describe.each(['threads', 'place'] as const)('HubHost on %s', { timeout: 60_000 }, (carrier) => {
  it('[HO12] relays, captures and shows what passed', async () => {
    const host = createHost({ carrier });
    const seen = statesOf(host);
    const { url, port } = await host.start();
    const client = await connectEcho(host, url);
    const reply = await client.request({ method: 'POST', uri: '/echo/a?b=1', body: 'hello' });
    expect({ status: reply.status, text: reply.text() }).toEqual({ status: 201, text: 'hello' });

    const hub = hubConsole(host);
    expect(await hub.hub.alive()).toEqual({});
    expect(await hub.hub.info()).toMatchObject({ url, pid: process.pid, httpUrl: `http://127.0.0.1:${String(port)}` });
    expect(await hub.connections.list()).toMatchObject([{ client: 'echo', state: 'open', services: ['echo'] }]);

    const capture = captureConsole(host);
    await expect
      .poll(async () => (await rowsOf(capture, 'service:echo')).rows)
      .toMatchObject([
        {
          method: 'POST',
          uri: '/echo/a?b=1',
          from: 'echo',
          providerClient: 'echo',
          status: 201,
          requestBytes: 5,
          replyBytes: 5,
        },
      ]);
    const [row] = (await rowsOf(capture, 'service:echo')).rows;
    const seq = row?.seq ?? 0;
    expect(await host.readBody(seq, 'reply', 1, 3)).toEqual({
      bytes: new TextEncoder().encode('ell'),
      offset: 1,
      totalBytes: 5,
    });
    expect(await host.readBody(seq + 1_000, 'reply', 0, 3)).toBeUndefined();
    const exchange = await capture.exchange({ seq });
    const { checkedMs, sentMs, repliedMs, endedMs } = exchange?.timing ?? {};
    const times = [0, checkedMs ?? NaN, sentMs ?? NaN, repliedMs ?? NaN, endedMs ?? NaN];
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(endedMs).toBe(row?.durationMs);

    await host.stop();
    expect({ seen, state: host.state.kind }).toEqual({ seen: ['starting', 'running', 'stopped'], state: 'stopped' });
  });

  it('[CO15] composes a request in the name of the console or of a client, and names its captured row', async () => {
    const host = createHost({ carrier });
    const { url } = await host.start();
    await connectEcho(host, url);
    const hub = hubConsole(host);
    const request = {
      as: null,
      method: 'POST' as const,
      uri: '/echo/x',
      headers: [['X-Note', 'kept']] as [string, string][],
      bodyBase64: btoa('{"n":12345678901234567890}'),
      encoding: 'json' as const,
      timeoutMs: 5_000,
      idempotent: false,
    };
    const reply = await hub.compose.send(request);
    expect(reply).toMatchObject({ status: 201, bodyBase64: request.bodyBase64, seq: expect.any(Number) as number });
    const capture = captureConsole(host);
    await expect
      .poll(() => capture.exchange({ seq: reply.seq ?? 0 }))
      .toMatchObject({
        row: { via: 'console', status: 201 },
        request: { headers: [['x-note', 'kept']], encoding: 'json' },
      });
    expect(await hub.compose.send({ ...request, as: 'echo', uri: '/none/x' })).toMatchObject({ status: 404 });
    await expect(hub.compose.send({ ...request, as: 'nobody' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(hub.compose.send({ ...request, bodyBase64: '!' })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  });

  it('[HO14] runs a sample client and service, and leaves a revoked client behind', async () => {
    const host = createHost({ carrier });
    await host.start();
    const [hub, capture] = [hubConsole(host), captureConsole(host)];
    expect(await hub.samples.status()).toEqual({ running: false });
    expect(await hub.samples.start()).toEqual({ running: true });
    expect(await hub.samples.start()).toEqual({ running: true });
    expect(
      (await hub.services.list()).some((service) => service.id === 'sample' && service.providers.length === 1),
    ).toBe(true);
    await expect.poll(async () => (await rowsOf(capture, 'service:sample status:200')).count).toBeGreaterThan(0);
    expect(await hub.samples.stop()).toEqual({ running: false });
    const [sample] = (await hub.clients.list()).filter((client) => client.client === 'sample');
    expect(sample).toMatchObject({ connections: 0, revokedAtMs: expect.any(Number) as number });
    // And once more, with the client known by now.
    expect(await hub.samples.start()).toEqual({ running: true });
  });

  it('[HO13] gives a browser with the link the console, its sockets and bodies', async () => {
    const assets = join(folder.path, 'assets');
    mkdirSync(assets);
    writeFileSync(join(assets, 'index.html'), '<!doctype html><title>console</title>');
    const host = createHost({ carrier, consoleAssetsDir: assets });
    const { url, consoleUrl } = await host.start();
    const client = await connectEcho(host, url);
    await client.request({ method: 'POST', uri: '/echo/b', body: '0123456789' });

    const exchanged = await fetch(consoleUrl, { redirect: 'manual' });
    const cookie = exchanged.headers.get('set-cookie')?.split(';')[0] ?? '';
    const base = new URL('/console/', consoleUrl);
    expect(await (await fetch(base, { headers: { cookie } })).text()).toContain('<title>console</title>');
    expect((await fetch(base)).status).toBe(401);

    const socket = new WebSocket(new URL('/console/rpc/capture', url), { headers: { cookie } });
    resources.defer(() => socket.terminate());
    await once(socket, 'open');
    const { capture } = createORPCClient<ContractRouterClient<CaptureContract>>(
      new RPCLink({ websocket: socket as unknown as globalThis.WebSocket }),
    );
    await expect.poll(async () => (await rowsOf(capture, 'service:echo status:201')).count).toBe(1);
    const { rows } = await rowsOf(capture, 'service:echo status:201');
    const body = new URL(`body/${String(rows[0]?.seq)}/request`, base);
    const part = await fetch(body, { headers: { cookie, range: 'bytes=2-5' } });
    expect({ status: part.status, text: await part.text(), range: part.headers.get('content-range') }).toEqual({
      status: 206,
      text: '2345',
      range: 'bytes 2-5/10',
    });
    expect((await fetch(body)).status).toBe(401);
  });

  it('[IN32] gives a browser with the link files of exchanges by their numbers, secrets replaced', async () => {
    const host = createHost({ carrier });
    const { url, consoleUrl } = await host.start();
    const client = await connectEcho(host, url);
    const headers = { 'x-api-key': 'very-secret' };
    await client.request({ method: 'POST', uri: '/echo/dragged', body: 'a body', headers });
    await expect.poll(async () => (await rowsOf(captureConsole(host), 'dragged status:201')).count).toBe(1);
    const [row] = (await rowsOf(captureConsole(host), 'dragged status:201')).rows;
    const exchanged = await fetch(consoleUrl, { redirect: 'manual' });
    const cookie = exchanged.headers.get('set-cookie')?.split(';')[0] ?? '';
    const base = new URL('/console/export/', consoleUrl);
    const get = (name: string): Promise<Response> => fetch(new URL(name, base), { headers: { cookie } });
    const seq = String(row?.seq);

    const plain = await get(`${seq}.ndjson`);
    expect(plain.headers.get('content-disposition')).toMatch(/^attachment; filename="whub-\d{8}-\d{6}\.ndjson"$/);
    const line = await plain.text();
    expect(JSON.parse(line)).toMatchObject({ seq: row?.seq, uri: '/echo/dragged', request: { text: 'a body' } });
    expect(line).not.toContain('very-secret');

    const packed = gunzipSync(await (await get(`${seq}.whub`)).bytes()).toString();
    expect(packed.split('\n').map((each) => each.slice(0, 17))).toEqual(['{"whub":"capture"', line.slice(0, 17), '']);
    expect(await (await get(`${seq}.har`)).json()).toMatchObject({
      log: { entries: [{ request: { url: expect.stringMatching(/\/echo\/dragged$/) as string } }] },
    });
    expect((await get('900000-900001.har')).status).toBe(404);
    expect((await fetch(new URL(`${seq}.har`, base))).status).toBe(401);
  });

  it('[HO4] can be stopped, and asked for a link, through its data folder', async () => {
    const host = createHost({ carrier });
    const dataDir = join(folder.path, 'data');
    const { consoleUrl, port } = await host.start();
    expect(await readHubFile(dataDir)).toMatchObject({ pid: process.pid, port });
    expect(await newConsoleLink(dataDir)).toBe(consoleUrl);
    const stopped = new Promise<void>((resolve) => {
      host.onDidChangeState.subscribe((state) => (state.kind === 'stopped' ? resolve() : undefined));
    });
    expect(await requestStop(dataDir)).toBe(true);
    await stopped;
    expect(existsSync(join(dataDir, 'hub.json'))).toBe(false);
  });

  it('[HO15] lets a client in that was added beside the running hub', async () => {
    const host = createHost({ carrier });
    const { url } = await host.start();
    const dataDir = join(folder.path, 'data');
    const { key } = addClient(dataDir, { client: 'late', mayCall: [], mayProvide: [] });
    await using client = await HubClient.connect({ url, key });
    expect(client.connections).toHaveLength(1);
    expect(listClients(dataDir).map((entry) => entry.client)).toEqual(['cli', 'late']);
  });

  it('[HO6] refuses a folder that another hub uses, and a port that is taken, in one line each', async () => {
    const host = createHost({ carrier });
    const { port } = await host.start();
    const second = createHost({ carrier });
    await expect(second.start()).rejects.toThrow(HubStartError);
    await expect(createHost({ carrier }, { dataDir: join(folder.path, 'other'), port }).start()).rejects.toThrow(
      HubStartError,
    );
    // The one that runs was not harmed: its file is still there.
    expect(await readHubFile(join(folder.path, 'data'))).toMatchObject({ port });
    const file = join(folder.path, 'file');
    writeFileSync(file, '');
    await expect(createHost({ carrier }, { dataDir: join(file, 'data') }).start()).rejects.toThrow(HubStartError);
  });
});

describe('HubHost whose threads die', { timeout: 60_000 }, () => {
  it('[HO13] starts the capture thread again, on the same store, while the hub goes on', async () => {
    const threads = watchThreads();
    const host = createHost();
    const { url } = await host.start();
    const client = await connectEcho(host, url);
    await client.request({ uri: '/echo/before' });
    await expect.poll(async () => (await rowsOf(captureConsole(host), 'before status:200')).count).toBe(1);
    const seen = statesOf(host);
    await threads.get('whub capture')?.terminate();
    expect((await client.request({ uri: '/echo/meanwhile' })).status).toBe(200);
    await expect.poll(() => seen).toEqual(['restarting', 'running']);
    await expect
      .poll(async () => {
        await client.request({ uri: '/echo/after' });
        return (await rowsOf(captureConsole(host), 'after status:200')).count;
      })
      .toBeGreaterThan(0);
    expect((await rowsOf(captureConsole(host), 'before status:200')).count).toBe(1);
  });

  it('[HO13] starts the hub thread again at the same address, and its clients come back', async () => {
    const threads = watchThreads();
    const host = createHost();
    const { url, consoleUrl } = await host.start();
    const client = await connectEcho(host, url);
    await client.request({ uri: '/echo/before' });
    const seen = statesOf(host);
    await threads.get('whub hub')?.terminate();
    await expect.poll(() => seen).toEqual(['restarting', 'running']);
    await expect.poll(() => host.state).toMatchObject({ kind: 'running', ready: { url, consoleUrl } });
    // A GET waits for the new connection; the service is registered again on it.
    await expect.poll(async () => (await client.request({ uri: '/echo/after' })).status).toBe(200);
    const capture = captureConsole(host);
    await expect
      .poll(async () => (await rowsOf(capture, 'service:echo status:200')).rows.map((row) => row.uri))
      .toContain('/echo/after');
    const seqs = (await rowsOf(capture, '')).rows.map((row) => row.seq);
    expect(seqs).toEqual([...new Set(seqs)].toSorted((a, b) => a - b));
  });

  it('[HO8] gives a thread up that keeps dying: the hub goes on without captures', async () => {
    const threads = watchThreads();
    const host = createHost();
    const { url } = await host.start();
    const client = await connectEcho(host, url);
    const seen = statesOf(host);
    for (let death = 0; death < 3; death += 1) {
      await threads.get('whub capture')?.terminate();
      const running = (death + 1) * 2;
      await expect.poll(() => seen.length).toBe(running);
    }
    await threads.get('whub capture')?.terminate();
    await expect.poll(() => host.state).toMatchObject({ kind: 'crashed', thread: 'capture' });
    expect((await client.request({ uri: '/echo/on' })).status).toBe(200);
    expect(await host.readBody(1, 'request', 0, 1)).toBeUndefined();
  });
});

describe('HubHost that cannot have its store', { timeout: 60_000 }, () => {
  it('[CA10] shows a store of a newer version and records nothing, and the hub runs', async () => {
    const dataDir = join(folder.path, 'data');
    {
      using store = openTrafficStore(join(dataDir, 'capture'));
      store.write(exchangesBatch(1, 3));
    }
    const [segment = ''] = readdirSync(join(dataDir, 'capture')).filter((name) => name.endsWith('.db'));
    const database = new Database(join(dataDir, 'capture', segment));
    database.pragma('user_version = 99');
    database.close();
    const host = createHost({ carrier: 'place' });
    await host.start();
    await hubConsole(host).compose.send({
      as: null,
      method: 'GET',
      uri: '/status/info',
      headers: [],
      bodyBase64: '',
      encoding: 'bytes',
      timeoutMs: 5_000,
      idempotent: true,
    });
    await host.stop();
    const again = createHost({ carrier: 'place' });
    await again.start();
    const capture = captureConsole(again);
    expect((await rowsOf(capture, '')).rows.map((row) => row.uri)).toEqual(Array(3).fill('/math/add?a=1'));
    await expect(capture.setState({ state: 'recording' })).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  it('[HO6] says what the store says, and ends both threads', async () => {
    const threads = watchThreads();
    using store = openTrafficStore(join(folder.path, 'data', 'capture'));
    const host = createHost();
    await expect(host.start()).rejects.toThrow(/another hub is using it/);
    await expect.poll(() => [...threads.values()].map((thread) => thread.threadId)).toEqual([-1, -1]);
    expect({ state: host.state.kind, rows: store.watermark().rows }).toEqual({ state: 'stopped', rows: 0 });
  });
});

describe('HubHost', { timeout: 60_000 }, () => {
  it('[HO10] stop() is idempotent, and a stopped host is not started again', async () => {
    const host = createHost();
    await host.start();
    await Promise.all([host.stop(), host.stop()]);
    const never = createHost();
    await never.stop();
    await expect(never.start()).rejects.toThrow(HubStartError);
  });

  it('[HO6] takes the port from whoever has it only when it is free', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    resources.defer(() => void other.close());
    const address = other.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    await expect(createHost({}, { port }).start()).rejects.toThrow(new RegExp(String(port)));
  });
});
