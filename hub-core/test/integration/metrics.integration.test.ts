import { once } from 'node:events';
import { WebSocket } from 'ws';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HubClient } from '../../client/node/index.ts';
import { Kind } from '../../common/protocol/message.ts';
import { startTestHub, type TestHub } from '../support/test-hub.ts';
import { WireClient } from '../support/wire-client.ts';

let owned: AsyncDisposableStack;
let running: TestHub;

beforeEach(async () => {
  owned = new AsyncDisposableStack();
  running = owned.use(await startTestHub());
});

afterEach(() => owned.disposeAsync());

async function scrape(headers: Record<string, string> = {}, method = 'GET'): Promise<Response> {
  return fetch(`${running.httpUrl}/metrics`, { headers, method });
}

/** Name and labels of each line with its value. */
function valuesOf(text: string): ReadonlyMap<string, number> {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => {
      const at = line.lastIndexOf(' ');
      return [line.slice(0, at), Number(line.slice(at + 1))];
    }),
  );
}

describe('GET /metrics', () => {
  it('[ME22] tells Prometheus totals, services with their latencies, modules, and the process', async () => {
    const key = running.addClient('tester');
    const client = owned.use(await HubClient.connect({ url: running.url, client: 'tester', key }));
    await client.provide({ id: 'math', routes: [{ pattern: '/*rest', handler: () => ({ json: 1 }) }] });
    for (let i = 0; i < 3; i += 1) await client.request({ uri: '/math/a' });
    const response = await scrape();
    const text = await response.text();
    const values = valuesOf(text);
    expect([response.status, response.headers.get('content-type')]).toEqual([
      200,
      'text/plain; version=0.0.4; charset=utf-8',
    ]);
    expect(text).toContain('# TYPE whub_service_latency_seconds histogram');
    expect([
      values.get('whub_requests_total'),
      values.get('whub_connections'),
      values.get('whub_service_requests_total{service="math"}'),
      values.get('whub_service_latency_seconds_bucket{service="math",le="+Inf"}'),
      values.get('whub_service_latency_seconds_count{service="math"}'),
      values.get('whub_metering_meters{by="client"}'),
    ]).toEqual([4, 1, 3, 3, 3, 1]);
    for (const name of ['process_resident_memory_bytes', 'process_cpu_seconds_total', 'nodejs_heap_size_used_bytes'])
      expect(values.get(name)).toBeGreaterThan(0);
    const buckets = [...values].filter(([name]) =>
      name.startsWith('whub_service_latency_seconds_bucket{service="math"'),
    );
    const counts = buckets.map(([, count]) => count);
    expect(counts).toEqual(counts.toSorted((one, other) => one - other));
    expect(values.get('whub_service_latency_seconds_sum{service="math"}')).toBeGreaterThan(0);
  });

  it('[ME23] is for everyone on this machine, with a credential for managers only', async () => {
    const key = running.addClient('tester');
    const statuses = [
      await scrape(),
      await scrape({ authorization: `Bearer ${key}` }),
      await scrape({ authorization: 'Bearer whub_no_such' }),
      await scrape({}, 'POST'),
    ].map(({ status }) => status);
    expect(statuses).toEqual([200, 403, 401, 405]);
  });

  it('[ME23] asks for a credential when a proxy on this machine passes on what others ask', async () => {
    const response = await scrape({ 'x-forwarded-for': '203.0.113.7' });
    expect([response.status, response.headers.get('www-authenticate'), await response.json()]).toEqual([
      401,
      'Bearer, Basic realm="whub", charset="UTF-8"',
      expect.objectContaining({ type: 'urn:whub:error:UNAUTHORIZED_ERR', instance: '/metrics' }),
    ]);
  });

  it('[ME24] counts connections by transport and role, what passed over them, and handshakes that were refused', async () => {
    const key = running.addClient('tester');
    const client = owned.use(await HubClient.connect({ url: running.url, client: 'tester', key }));
    owned.use(await WireClient.open(running.url, {}));
    const before = valuesOf(await (await scrape()).text());
    await client.request({ uri: '/status/info' });
    const early = await WireClient.connect(running.url);
    early.send({ kind: Kind.Ping });
    const wrong = await WireClient.connect(running.url);
    wrong.hello({ client: 'tester', key: 'whub_no_such' });
    await Promise.all([early.closed, wrong.closed]);
    const left = await WireClient.open(running.url, { client: 'tester', key });
    left.send({ kind: Kind.Goodbye });
    await left.closed;
    const values = valuesOf(await (await scrape()).text());
    const of = (name: string): number | undefined => values.get(`whub_connection_manager_${name}`);
    const grew = (name: string): number => (of(name) ?? 0) - (before.get(`whub_connection_manager_${name}`) ?? 0);
    expect({
      providers: of('connections{transport="websocket",role="provider"}'),
      anonymous: of('connections{transport="websocket",role="anonymous"}'),
      handshakes: of('handshakes'),
      opened: of('opened_total{transport="websocket"}'),
      refused: [of('refused_total{status="400"}'), of('refused_total{status="401"}')],
      left: of('ended_total{status="0"}'),
      // A request, a Ping, two Hellos and a Goodbye; a Response, two Goodbyes and a Welcome.
      messages: [
        grew('messages_total{transport="websocket",direction="in"}'),
        grew('messages_total{transport="websocket",direction="out"}'),
      ],
    }).toEqual({
      providers: 1,
      anonymous: 1,
      handshakes: 0,
      opened: 3,
      refused: [1, 1],
      left: 1,
      messages: [5, 4],
    });
    expect(grew('bytes_total{transport="websocket",direction="in"}')).toBeGreaterThan(0);
  });

  it('[ME24] counts clients, their credentials, HTTP requests, and upgrades that were refused', async () => {
    running.addClient('ann');
    running.addClient('bob');
    running.hub.clients.addCredential('bob');
    running.hub.clients.revoke('ann');
    const foreign = new WebSocket(running.url, { headers: { origin: 'https://example.org' } });
    await once(foreign, 'error');
    await fetch(`${running.httpUrl}/healthz`);
    const values = valuesOf(await (await scrape()).text());
    const of = (name: string): number | undefined => values.get(`whub_${name}`);
    expect({
      live: of('client_manager_clients{role="client",state="live"}'),
      revoked: of('client_manager_clients{role="client",state="revoked"}'),
      root: of('client_manager_clients{role="root",state="live"}'),
      keys: [of('client_manager_credentials{state="live"}'), of('client_manager_credentials{state="revoked"}')],
      changes: [
        of('client_manager_changes_total{change="registered"}'),
        of('client_manager_changes_total{change="revoked"}'),
      ],
      // The one that asks is active.
      requests: [of('listener_requests_total'), of('listener_requests_active')],
      upgrades: [of('listener_upgrades_total'), of('listener_upgrades_refused_total{status="403"}')],
      // Without a store nothing is recorded.
      recorded: of('capture_recorded_total'),
    }).toEqual({
      live: 1,
      revoked: 1,
      root: 1,
      keys: [3, 1],
      changes: [2, 1],
      requests: [2, 1],
      upgrades: [1, 1],
      recorded: 0,
    });
  });

  it('[ME25] tells each limit and its use; [ME26] every module counts something', async () => {
    const values = valuesOf(await (await scrape()).text());
    expect([
      values.get('whub_limit_max{limit="connection_in_flight"}'),
      values.get('whub_limit_used{limit="connections"}'),
      values.has('whub_limit_max{limit="connections"}'),
    ]).toEqual([4_096, 0, false]);
    const without = running.hub.modules().filter(({ name }) => {
      const prefix = `whub_${name.replaceAll('-', '_')}_`;
      // Services are counted one by one, and there is none.
      return name !== 'service-manager' && ![...values.keys()].some((key) => key.startsWith(prefix));
    });
    expect(without).toEqual([]);
  });
});
