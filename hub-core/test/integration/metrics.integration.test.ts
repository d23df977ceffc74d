import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HubClient } from '../../client/node/index.ts';
import { startTestHub, type TestHub } from '../support/test-hub.ts';

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
      'Bearer',
      expect.objectContaining({ type: 'urn:whub:error:UNAUTHORIZED_ERR', instance: '/metrics' }),
    ]);
  });
});
