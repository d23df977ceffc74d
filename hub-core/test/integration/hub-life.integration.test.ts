import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Encoding, Kind, Method, type MessageInit } from '../../common/protocol/message.ts';
import { jsonPayload } from '../../common/protocol/payload.ts';
import type { TrafficBatch } from '../../common/traffic/exchange.ts';
import type { CaptureSink } from '../../server/modules/capture/capture-sink.ts';
import { createHub } from '../../server/hub/create-hub.ts';
import { HubStartError } from '../../server/hub/hub-start-error.ts';
import { rawHttp, rawBytes, statusOf, upgradeHead } from '../support/raw-http.ts';
import { startTestHub, temporaryDataDir } from '../support/test-hub.ts';
import { echo, jsonOf, WireClient } from '../support/wire-client.ts';

const get = (uri: string): Omit<MessageInit, 'kind'> => ({ method: Method.Get, uri });

async function startFailure(config: Parameters<typeof createHub>[0]): Promise<Error> {
  const hub = createHub(config);
  try {
    await hub.start();
  } catch (error) {
    return error as Error;
  } finally {
    await hub.stop();
  }
  throw new Error('The hub started');
}

describe('start', () => {
  it('[SE26] fails with one line when the port is taken, and leaves the folder free', async () => {
    using folder = temporaryDataDir();
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    const error = await startFailure({ dataDir: folder.path, port });
    other.close();
    expect([error instanceof HubStartError, error.message]).toEqual([
      true,
      `Cannot listen on "127.0.0.1": port ${String(port)} is taken; choose another with --port, or 0 for any free one`,
    ]);
    await using hub = createHub({ dataDir: folder.path, port: 0 });
    await hub.start();
  });

  it('[SE26] fails with one line when another hub uses the folder, which goes on undisturbed', async () => {
    await using bench = await startTestHub();
    const error = await startFailure({ dataDir: bench.dataDir, port: 0 });
    expect(error).toBeInstanceOf(HubStartError);
    expect(error.message).toMatch(/^Cannot use the data folder ".*": another hub runs on it \(process \d+\); .*$/);
    expect((await rawHttp(bench.port, { path: '/readyz' })).status).toBe(200);
  });

  it.each([
    ['a file', (path: string) => writeFileSync(path, 'x')],
    [
      'a file in it that is no database',
      (path: string) => (mkdirSync(path), writeFileSync(join(path, 'hub.db'), 'x'.repeat(4096))),
    ],
  ])('[SE26] fails with one line when the data folder is %s', async (_what, make) => {
    using folder = temporaryDataDir();
    const dataDir = join(folder.path, 'data');
    make(dataDir);
    const error = await startFailure({ dataDir, port: 0 });
    expect([error instanceof HubStartError, error.message.includes('\n')]).toEqual([true, false]);
  });

  it('[SE26] fails with one line when the data folder cannot be written', async () => {
    using folder = temporaryDataDir();
    const locked = join(folder.path, 'locked');
    mkdirSync(locked, { mode: 0o500 });
    // Root may write there, but not even root may make a folder of the kernel's.
    const error = await startFailure({ dataDir: process.getuid?.() === 0 ? '/sys/whub-test' : locked, port: 0 });
    expect([error instanceof HubStartError, error.message.includes('\n')]).toEqual([true, false]);
  });

  it('[SE16] refuses an address that other machines can reach, unless that is allowed', async () => {
    using folder = temporaryDataDir();
    const error = await startFailure({ dataDir: folder.path, port: 0, host: '0.0.0.0' });
    expect(error).toBeInstanceOf(HubStartError);
    expect(error.message).toMatch(/^Cannot listen on "0\.0\.0\.0": other machines could reach the hub there/);
    await using hub = createHub({ dataDir: folder.path, port: 0, host: '0.0.0.0', allowRemote: true });
    await hub.start();
    expect(hub.address.httpUrl).toBe(`http://127.0.0.1:${String(hub.address.port)}`);
  });

  it('[SE26] fails with one line for an address that this machine does not have', async () => {
    using folder = temporaryDataDir();
    const error = await startFailure({ dataDir: folder.path, port: 0, host: '192.0.2.1', allowRemote: true });
    expect([error instanceof HubStartError, error.message.startsWith('Cannot listen on "192.0.2.1": ')]).toEqual([
      true,
      true,
    ]);
  });

  it('[SE27] makes the folder and the key of the command line readable by this user alone', async () => {
    await using bench = await startTestHub({});
    const modes = readdirSync(bench.dataDir).map((name) => statSync(join(bench.dataDir, name)).mode & 0o077);
    expect([modes.every((mode) => mode === 0), readdirSync(bench.dataDir).includes('cli.key')]).toEqual([true, true]);
  });

  it('[SE30] a hub has no address before it has started', () => {
    const hub = createHub({ dataDir: '/nowhere' });
    expect(() => hub.address).toThrow(TypeError);
  });
});

describe('two hubs in one process', () => {
  it('[SE28] share nothing', async () => {
    await using one = await startTestHub({ name: 'one' });
    await using two = await startTestHub({ name: 'two' });
    await using provider = await WireClient.open(one.url, { key: one.addClient('cat') });
    await provider.provide({ id: 'only-one', routes: [{ pattern: '/' }] }, echo);
    await using stranger = await WireClient.open(two.url, { key: two.addClient('cat') });
    expect((await stranger.request(get('/only-one/'))).status).toBe(404);
    expect([
      one.hub.id === two.hub.id,
      one.port === two.port,
      two.hub.services.list().some(({ id }) => id === 'only-one'),
    ]).toEqual([false, false, false]);
    await one.hub.stop();
    expect((await stranger.request(get('/status/info'))).status).toBe(200);
  });
});

describe('drain and stop', () => {
  it('[SE29] a drain refuses new work, lets what is in flight finish, then says Goodbye 503 to everyone', async () => {
    await using bench = await startTestHub();
    const key = bench.addClient('cat');
    await using provider = await WireClient.open(bench.url, { key });
    await provider.provide({ id: 'slow', routes: [{ pattern: '/' }] }, () => undefined);
    await using caller = await WireClient.open(bench.url, { key });
    const first = caller.request(get('/slow/'));
    const viaHttp = rawHttp(bench.port, { path: '/slow/', headers: { authorization: `Bearer ${key}` } });
    const held = [await provider.next(Kind.Request), await provider.next(Kind.Request)];
    const drained = bench.hub.drain();
    expect((await rawHttp(bench.port, { path: '/readyz' })).status).toBe(503);
    expect((await rawHttp(bench.port, { path: '/healthz' })).status).toBe(200);
    expect((await rawHttp(bench.port, { path: '/status/info' })).status).toBe(503);
    expect(statusOf(await rawBytes(bench.port, upgradeHead(bench.port)))).toBe(503);
    for (const { id } of held) provider.send({ kind: Kind.Response, id, status: 200 });
    expect([(await first).status, (await viaHttp).status]).toEqual([200, 200]);
    await drained;
    const goodbye = await caller.next(Kind.Goodbye);
    expect([goodbye.status, jsonOf(goodbye)]).toEqual([
      503,
      expect.objectContaining({ retry_after_ms: expect.any(Number) as number }),
    ]);
    expect([(await caller.closed).code, (await provider.closed).code]).toEqual([4503, 4503]);
  });

  it('[SE29] a drain ends at its time limit, and the request in flight is answered all the same', async () => {
    await using bench = await startTestHub({ drainTimeoutMs: 50 });
    const key = bench.addClient('cat');
    await using provider = await WireClient.open(bench.url, { key });
    await provider.provide({ id: 'stuck', routes: [{ pattern: '/' }] }, () => undefined);
    const stuck = rawHttp(bench.port, { path: '/stuck/', headers: { authorization: `Bearer ${key}` } }).catch(
      (error: Error) => error,
    );
    await provider.next(Kind.Request);
    await bench.hub.drain();
    await bench.hub.stop();
    await stuck;
    expect(new Set(bench.hub.modules().map(({ state }) => state))).toEqual(new Set(['stopped']));
  });

  it('[SE30] a stop without a drain says Goodbye, closes everything and frees port and folder', async () => {
    await using bench = await startTestHub();
    await using client = await WireClient.open(bench.url, {});
    await Promise.all([bench.hub.stop(), bench.hub.stop()]);
    expect([(await client.next(Kind.Goodbye)).status, (await client.closed).code]).toEqual([503, 4503]);
    await using again = createHub({ dataDir: bench.dataDir, port: bench.port });
    await again.start();
    expect(again.address.port).toBe(bench.port);
  });

  it('[SE30] a stop ends a connection whose client no longer reads', async () => {
    await using bench = await startTestHub();
    await using client = await WireClient.open(bench.url, {});
    client.socket.pause();
    await bench.hub.stop();
    expect(bench.hub.connections.list().every(({ state }) => state === 'closed')).toBe(true);
  });
});

describe('compose', () => {
  it('[SE31] sends as the console, which may call everything, or as a client, whose grants hold', async () => {
    await using bench = await startTestHub();
    await using provider = await WireClient.open(bench.url, { key: bench.addClient('cat') });
    await provider.provide({ id: 'echo', routes: [{ pattern: '/*rest' }] }, echo);
    bench.addClient('poor', { call: [], provide: [] });
    const request: MessageInit = {
      kind: Kind.Request,
      method: Method.Put,
      uri: '/echo/x',
      encoding: Encoding.Json,
      payload: jsonPayload([1]),
    };
    const asConsole = await bench.hub.compose(request, undefined);
    expect([
      asConsole.message.status,
      jsonOf(asConsole.message),
      asConsole.captureSeq,
      asConsole.durationMs > 0,
    ]).toEqual([200, [1], 0, true]);
    expect((await bench.hub.compose(request, 'cat')).message.status).toBe(200);
    expect((await bench.hub.compose(request, 'poor')).message.status).toBe(403);
    expect(
      (await bench.hub.compose({ ...request, uri: '/clients/', method: Method.Get }, undefined)).message.status,
    ).toBe(200);
    await expect(bench.hub.compose(request, 'nobody')).rejects.toMatchObject({ errorName: 'NOT_FOUND_ERR' });
  });

  it('[SE31] answers what is no valid request, and a one-way one, like any other', async () => {
    await using bench = await startTestHub();
    const request: MessageInit = { kind: Kind.Request, method: Method.Get, uri: '/status/info' };
    const statuses = [
      await bench.hub.compose({ ...request, uri: `/${'a'.repeat(9000)}` }, undefined),
      await bench.hub.compose({ ...request, uri: '/nowhere/' }, undefined),
      await bench.hub.compose({ ...request, flags: 4 }, undefined),
    ].map(({ message }) => message.status);
    expect([(statuses[0] ?? 0) >= 400, statuses.slice(1)]).toEqual([true, [404, 200]]);
  });
});

describe('capture and figures', () => {
  it('[ME1] hands every exchange to the sink, and tells who composed one under which number', async () => {
    const batches: TrafficBatch[] = [];
    let lastSeq = 40;
    const captureSink: CaptureSink = {
      write: (batch) => batches.push(batch),
      pendingBytes: 0,
      takeSeq: () => ++lastSeq,
      modeOf: () => 'recording',
      bindTap: () => {},
    };
    await using bench = await startTestHub({}, { captureSink });
    await using provider = await WireClient.open(bench.url, { key: bench.addClient('cat') });
    await provider.provide({ id: 'echo', routes: [{ pattern: '/' }] }, echo);
    const { captureSeq } = await bench.hub.compose(
      { kind: Kind.Request, method: Method.Put, uri: '/echo/?q', payload: jsonPayload('body') },
      undefined,
    );
    await bench.hub.stop();
    const starts = batches.flatMap((batch) => batch.starts);
    const ends = batches.flatMap((batch) => batch.ends);
    expect([captureSeq, starts.map(({ seq }) => seq), ends.map(({ seq }) => seq)]).toEqual([42, [41, 42], [41, 42]]);
    expect(starts[1]).toMatchObject({
      service: 'echo',
      uri: '/echo/?q',
      via: 'console',
      from: 'console',
      method: 'PUT',
    });
    const end = ends[1];
    expect(end).toMatchObject({ outcome: 'replied', status: 200, providerClient: 'cat', attempts: 1 });
    expect([starts[1]?.receivedMs, end?.checkedMs, end?.sentMs, end?.repliedMs, end?.endedMs].map(Number)).toEqual(
      [starts[1]?.receivedMs, end?.checkedMs, end?.sentMs, end?.repliedMs, end?.endedMs]
        .map(Number)
        .toSorted((a, b) => a - b),
    );
  });

  it('[ME2] counts what is connected and provided, and samples once a second', async () => {
    await using bench = await startTestHub();
    await using provider = await WireClient.open(bench.url, { key: bench.addClient('cat') });
    await provider.provide({ id: 'echo', routes: [{ pattern: '/' }] }, echo);
    expect((await provider.request(get('/echo/'))).status).toBe(200);
    expect(bench.hub.stats.current()).toMatchObject({
      connections: 1,
      clients: 1,
      services: 1,
      providers: 1,
      inFlight: 0,
      queued: 0,
    });
    const { promise, resolve } = Promise.withResolvers<unknown>();
    using _sampling = bench.hub.stats.onDidSample.subscribe(resolve);
    expect(await promise).toMatchObject({
      requestsPerSec: expect.any(Number) as number,
      rssBytes: expect.any(Number) as number,
    });
    expect(bench.hub.stats.history(10).length).toBeGreaterThan(0);
  });

  it('[ME8] status tells each as much as it may know', async () => {
    await using bench = await startTestHub();
    await using anonymous = await WireClient.open(bench.url, {});
    await using client = await WireClient.open(bench.url, { key: bench.addClient('cat') });
    const statuses = async (who: WireClient): Promise<readonly number[]> => {
      const replies = [];
      for (const uri of ['/status/info', '/status/', '/status/services', '/status/modules'])
        replies.push((await who.request(get(uri))).status);
      return replies;
    };
    expect([await statuses(anonymous), await statuses(client)]).toEqual([
      [200, 401, 401, 401],
      [200, 200, 200, 403],
    ]);
    const { message } = await bench.hub.compose({ kind: Kind.Request, ...get('/status/modules') }, undefined);
    const { modules } = jsonOf(message) as { modules: readonly { name: string; state: string }[] };
    expect(modules.map(({ name, state }) => [name, state])).toEqual(
      bench.hub.modules().map(({ name }) => [name, 'running']),
    );
    expect(jsonOf(await client.request(get('/status/info')))).toEqual({
      id: bench.hub.id,
      name: 'whub',
      version: bench.hub.version,
      protocol: 'whub.v1',
      started_at: new Date(bench.hub.startedAtMs).toISOString(),
      client: 'cat',
      role: 'provider',
      request_limits: { max_frame_bytes: 16_777_216, default_timeout_ms: 30_000, max_timeout_ms: 600_000 },
    });
  });
});
