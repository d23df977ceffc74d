import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Encoding, Kind, Method } from '../../common/protocol/message.ts';
import type { TrafficBatch } from '../../common/traffic/exchange.ts';
import { createHub } from '../../server/hub/create-hub.ts';
import { HubStartError } from '../../server/hub/hub-start-error.ts';
import type { Middleware } from '../../server/middleware.ts';
import type { CaptureSink } from '../../server/modules/capture/capture-sink.ts';
import { CliProcess } from '../support/cli-process.ts';
import { containing } from '../support/fake-service-peers.ts';
import { rawHttp } from '../support/raw-http.ts';
import { startTestHub, temporaryDataDir } from '../support/test-hub.ts';
import { echo, jsonOf, WireClient } from '../support/wire-client.ts';

const EXAMPLE = join(import.meta.dirname, '..', '..', '..', 'examples', 'middleware', 'stamp.mjs');

describe('middleware at a running hub', () => {
  it('[MW14] is passed by sockets, HTTP and the console, and costs no connection its place', async () => {
    const page: Middleware = {
      name: 'page',
      before: ({ uri }) =>
        uri === '/page'
          ? {
              answer: {
                status: 200,
                headers: [{ name: 'content-type', value: 'text/html' }],
                text: '<script>1</script>',
              },
            }
          : undefined,
      // Takes its time, so that answers wait here too.
      after: async (_request, { headers }) => {
        await new Promise((resolve) => setImmediate(resolve));
        return { headers: [...headers, { name: 'x-seen', value: 'yes' }] };
      },
    };
    await using stage = await startTestHub({}, { middleware: [page] });
    const key = stage.addClient('cat');
    await using dog = await WireClient.open(stage.url, { key: stage.addClient('dog') });
    await dog.provide({ id: 'echo', routes: [{ pattern: '/*rest' }] }, echo);
    await using cat = await WireClient.open(stage.url, { key }, { subprotocol: 'whub.v1.json' });
    const request = { method: Method.Get, uri: '/echo/x', encoding: Encoding.Text, payload: Buffer.from('hi') };

    const overSocket = await cat.request(request);
    const headers = { host: `127.0.0.1:${String(stage.port)}`, authorization: `Bearer ${key}` };
    const overHttp = await rawHttp(stage.port, { path: '/echo/x', headers });
    const composed = await stage.hub.compose({ ...request, kind: Kind.Request }, undefined);
    expect([overSocket, composed.message].map(({ status, headers: all }) => [status, all.at(-1)?.name])).toEqual([
      [200, 'x-seen'],
      [200, 'x-seen'],
    ]);
    expect([overHttp.status, overHttp.headers['x-seen']]).toEqual([200, 'yes']);

    const own = await rawHttp(stage.port, { path: '/page', headers });
    expect([own.body.toString(), own.headers['content-security-policy']]).toEqual([
      '<script>1</script>',
      expect.stringContaining('sandbox'),
    ]);
    const shown = stage.hub.connections.list().map(({ client, part, inFlight }) => [client, part, inFlight]);
    expect(shown).toEqual([
      ['dog', 'provider', 0],
      ['cat', 'caller', 0],
    ]);
  });

  it('[MW18] what a middleware answers is captured, counted, and found by who composed it', async () => {
    const batches: TrafficBatch[] = [];
    let lastSeq = 0;
    const captureSink: CaptureSink = {
      write: (batch) => void batches.push(batch),
      pendingBytes: 0,
      takeSeq: () => ++lastSeq,
      modeOf: () => 'recording',
      bindTap: () => {},
    };
    const closed: Middleware = {
      name: 'closed',
      before: ({ uri }) => (uri === '/shop/door' ? { answer: { status: 410, text: 'gone' } } : undefined),
    };
    await using stage = await startTestHub({}, { middleware: [closed], captureSink });
    await using cat = await WireClient.open(stage.url, { key: stage.addClient('cat') });
    await cat.request({
      method: Method.Post,
      uri: '/shop/door',
      encoding: Encoding.Text,
      payload: Buffer.from('open'),
    });
    const request = { kind: Kind.Request, method: Method.Get, uri: '/shop/door' };
    const { captureSeq } = await stage.hub.compose(request, undefined);
    const metrics = await rawHttp(stage.port, { path: '/metrics' });
    expect(metrics.body.toString()).toMatch(/^whub_requests_total 2$/m);
    await stage.hub.stop();
    const ends = batches.flatMap(({ ends: all }) => all);
    const [start] = batches.flatMap(({ starts }) => starts);
    expect([captureSeq, start, ends.map(({ seq, outcome, status, error }) => [seq, outcome, status, error])]).toEqual([
      2,
      expect.objectContaining({
        uri: '/shop/door',
        from: 'cat',
        via: 'socket',
        body: { offset: 0, stored: 4, total: 4 },
      }),
      [
        [1, 'middleware', 410, ''],
        [2, 'middleware', 410, ''],
      ],
    ]);
    expect(Buffer.concat(batches.map(({ bytes }) => bytes)).toString()).toBe('opengonegone');
  });

  it('[MW13] a hub whose middleware is not there does not start', async () => {
    using folder = temporaryDataDir();
    const file = join(folder.path, 'none.mjs');
    await using hub = createHub({ dataDir: folder.path, port: 0, middleware: [{ file }] });
    const failure: unknown = await hub.start().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(HubStartError);
    expect(String(failure)).toMatch(/none\.mjs/);
  });

  it('[MW15] whub serve --middleware runs the example', { timeout: 60_000 }, async () => {
    using folder = temporaryDataDir();
    const serve = ['serve', '--port', '0', '--data', folder.path, '--json', '--middleware', EXAMPLE];
    await using hub = new CliProcess(serve, {});
    const ready: unknown = JSON.parse(await hub.line(/ready/));
    const { port } = ready as { port: number };
    const reply = await rawHttp(port, { path: '/status/info', headers: { host: `127.0.0.1:${String(port)}` } });
    expect([reply.status, reply.headers['x-client']]).toEqual([200, 'anonymous']);
    await using client = await WireClient.open(`ws://127.0.0.1:${String(port)}/`, {});
    const closed = await client.request({ method: Method.Get, uri: '/closed/door' });
    expect([closed.status, jsonOf(closed)]).toMatchObject([403, { detail: containing('/closed/door') }]);
  });
});
