import { describe, expect, it } from 'vitest';
import { systemClock } from '../../common/base/clock.ts';
import { Encoding, Flag, Kind, Method, type Message } from '../../common/protocol/message.ts';
import { ClientRegistry } from '../../server/storage/client-registry.ts';
import { openHubDatabase } from '../../server/storage/database.ts';
import { rawHttp } from '../support/raw-http.ts';
import { startTestHub } from '../support/test-hub.ts';
import { echo, WireClient } from '../support/wire-client.ts';

const KIB = 1 << 10;
const MIB = 1 << 20;

/** What the sockets of both ends and the system between them may swallow before anything is felt. */
const SYSTEM_BUFFERS = 16 * MIB;

describe('slow readers', () => {
  it('[LI5] a caller that does not read its answers is cut off, and the hub holds no more than the limit for it', async () => {
    await using bench = await startTestHub({ limits: { maxOutgoingBytes: MIB, maxFrameBytes: MIB } });
    const key = bench.addClient('cat');
    await using provider = await WireClient.open(bench.url, { key });
    const body = new Uint8Array(512 * KIB);
    await provider.provide({ id: 'big', routes: [{ pattern: '/' }] }, () => ({
      kind: Kind.Response,
      status: 200,
      payload: body,
    }));
    await using caller = await WireClient.open(bench.url, { key: bench.addClient('sloth') });
    caller.socket.pause();
    for (let id = 1; id <= SYSTEM_BUFFERS / body.byteLength; id += 1)
      caller.send({ kind: Kind.Request, id, method: Method.Get, uri: '/big/' });
    const row = (): { state: string; bufferedBytes: number; closeReason: string | null } | undefined =>
      bench.hub.connections.list().find(({ client }) => client === 'sloth');
    let most = 0;
    await expect
      .poll(() => {
        most = Math.max(most, row()?.bufferedBytes ?? 0);
        return row()?.state;
      })
      .toBe('closed');
    expect([row()?.closeReason?.startsWith('408: Cannot deliver more answers'), most < 3 * MIB]).toEqual([true, true]);
    // Others do not notice.
    await using other = await WireClient.open(bench.url, { key });
    expect((await other.request({ method: Method.Get, uri: '/big/' })).status).toBe(200);
  });

  it('[LI6] a provider that does not read gets no more than its link takes; the other service is not delayed', async () => {
    await using bench = await startTestHub({
      limits: { maxOutgoingBytes: 256 * KIB, defaultTimeoutMs: 1_000, maxQueuedPerService: 4 },
    });
    const key = bench.addClient('cat');
    await using stuck = await WireClient.open(bench.url, { key: bench.addClient('sloth') });
    await stuck.provide({ id: 'stuck', routes: [{ pattern: '/' }] }, () => undefined);
    await using quick = await WireClient.open(bench.url, { key });
    await quick.provide({ id: 'quick', routes: [{ pattern: '/' }] }, echo);
    await using caller = await WireClient.open(bench.url, { key });
    stuck.socket.pause();
    const payload = new Uint8Array(256 * KIB);
    const replies: Promise<Message>[] = [];
    for (let id = 1; id <= SYSTEM_BUFFERS / payload.byteLength; id += 1)
      replies.push(caller.request({ id, method: Method.Post, uri: '/stuck/', payload }));
    expect((await caller.request({ id: 1_000, method: Method.Get, uri: '/quick/' })).status).toBe(200);
    const statuses = new Set((await Promise.all(replies)).map(({ status }) => status));
    expect([...statuses].toSorted((a, b) => a - b)).toEqual([503, 504]);
  });

  it('[SE20] a connection whose requests hold more than the limit is read again when they are answered', async () => {
    await using bench = await startTestHub({ limits: { maxHeldRequestBytes: 64 * KIB } });
    const key = bench.addClient('cat');
    let [held, most] = [0, 0];
    await using provider = await WireClient.open(bench.url, { key });
    await provider.provide({ id: 'hold', routes: [{ pattern: '/' }] }, ({ id }) => {
      held += 1;
      most = Math.max(most, held);
      // A turn of the loop later, in which everything that the hub reads would have arrived.
      setTimeout(() => {
        held -= 1;
        provider.send({ kind: Kind.Response, id, status: 200 });
      }, 20);
      return undefined;
    });
    await using caller = await WireClient.open(bench.url, { key });
    const replies = Array.from({ length: 40 }, async () =>
      caller.request({ method: Method.Post, uri: '/hold/', payload: new Uint8Array(32 * KIB) }),
    );
    expect((await Promise.all(replies)).map(({ status }) => status)).toEqual(replies.map(() => 200));
    expect(most).toBeLessThan(replies.length / 2);
  });
});

describe('changes made by another program', () => {
  it('[SE23] a client revoked by another program loses its connections, and one added there may come in at once', async () => {
    await using bench = await startTestHub();
    await using client = await WireClient.open(bench.url, { key: bench.addClient('cat') });
    using database = openHubDatabase(bench.dataDir, { holdsLock: true });
    const registry = new ClientRegistry(database, systemClock);
    const { key } = registry.add({ client: 'late', mayCall: [], mayProvide: [] });
    await using late = await WireClient.open(bench.url, { key });
    expect(late.socket.readyState).toBe(late.socket.OPEN);
    registry.revoke('cat');
    expect([(await client.next(Kind.Goodbye)).status, (await client.closed).code]).toEqual([401, 4401]);
  });
});

describe('requests that nobody answers', () => {
  it('[LI7] a client may have so many in flight and no more', async () => {
    await using bench = await startTestHub({ limits: { maxInFlightPerConnection: 3 } });
    const key = bench.addClient('cat');
    await using provider = await WireClient.open(bench.url, { key });
    await provider.provide({ id: 'hold', routes: [{ pattern: '/' }] }, () => undefined);
    await using caller = await WireClient.open(bench.url, { key });
    for (let id = 1; id <= 3; id += 1) caller.send({ kind: Kind.Request, id, method: Method.Get, uri: '/hold/' });
    const reply = await caller.request({ id: 4, method: Method.Get, uri: '/hold/' });
    expect([429, 503]).toContain(reply.status);
  });

  it('[SE8] a one-way request reaches its provider and gets no answer', async () => {
    await using bench = await startTestHub();
    const key = bench.addClient('cat');
    await using provider = await WireClient.open(bench.url, { key });
    await provider.provide({ id: 'sink', routes: [{ pattern: '/' }] }, () => undefined);
    await using caller = await WireClient.open(bench.url, { key });
    caller.send({
      kind: Kind.Request,
      id: 1,
      method: Method.Call,
      uri: '/sink/',
      flags: Flag.OneWay,
      encoding: Encoding.Text,
      payload: new TextEncoder().encode('x'),
    });
    expect((await provider.next(Kind.Request)).uri).toBe('/sink/');
    caller.send({ kind: Kind.Ping });
    await caller.next(Kind.Pong);
    expect(caller.inbox).toEqual([]);
    expect((await rawHttp(bench.port, { path: '/healthz' })).status).toBe(200);
  });
});
