import { describe, expect, it } from 'vitest';
import { parseJsonPayload } from '../../../common/protocol/payload.ts';
import { clientPrincipal, FakePeer, managerPrincipal } from '../../../test/support/fake-service-peers.ts';
import type { BuiltInCall } from '../../service/built-in.ts';
import type { StatsSnapshot } from '../metering/stats-snapshot.ts';
import type { ProviderSnapshot, ServiceSnapshot } from '../service-manager/service-snapshot.ts';
import { createStatusService } from './index.ts';

const STATS: StatsSnapshot = {
  atMs: 0,
  connections: 1,
  transports: { websocket: 1 },
  clients: 2,
  services: 3,
  providers: 4,
  inFlight: 5,
  queued: 6,
  requestsPerSec: 7,
  repliesPerSec: 8,
  errorsPerSec: 9,
  latencyP50Ms: 1.5,
  latencyP95Ms: 2.5,
  latencyP99Ms: null,
  eventLoopDelayMs: 0.25,
  rssBytes: 1024,
  heapUsedBytes: 512,
  storeHeapUsedBytes: null,
  storeExternalBytes: null,
};

function serviceOf(id: string, builtIn: boolean, states: readonly ProviderSnapshot['state'][]): ServiceSnapshot {
  const providers = states.map((state) => ({ state }) as ProviderSnapshot);
  return { id, builtIn, providers, queued: 1, calls: 2, errors: 3 } as unknown as ServiceSnapshot;
}

const service = createStatusService({
  hub: { id: 'h1', name: 'test', version: '1.2.3' },
  startedAtMs: () => 0,
  stats: () => STATS,
  services: () => [
    serviceOf('status', true, []),
    serviceOf('good', false, ['saturated', 'ready']),
    serviceOf('weak', false, ['saturated']),
    serviceOf('gone', false, []),
  ],
  modules: () => [
    { name: 'auth', state: 'running', health: { state: 'serving' }, dependsOn: ['storage'] },
    { name: 'quiet', state: 'stopped', health: { state: 'not-serving' }, dependsOn: [] },
  ],
  metrics: () => new Map([['auth', [METRIC]]]),
  limits: () => [
    { name: 'queue_messages', help: 'What waits', unit: 'requests', used: 3, limit: 4, at: 'math' },
    { name: 'connections', help: 'All', unit: 'connections', used: 7, limit: 0 },
  ],
  requestLimits: { maxFrameBytes: 9, defaultTimeoutMs: 8, maxTimeoutMs: 0 },
});

const METRIC = { name: 'logins_total', help: 'Logins', kind: 'counter', value: 2, labels: { by: 'x' } } as const;

async function answer(pattern: string, principal = clientPrincipal('ann')): Promise<unknown> {
  const route = service.routes.find((candidate) => candidate.pattern === pattern);
  const reply = await route?.handle({ caller: new FakePeer('c1', principal) } as unknown as BuiltInCall);
  return parseJsonPayload(reply?.payload ?? new Uint8Array());
}

const QUEUE = { name: 'queue_messages', help: 'What waits', unit: 'requests', used: 3, limit: 4 };
const INFO = {
  client: 'ann',
  role: 'client',
  request_limits: { max_frame_bytes: 9, default_timeout_ms: 8, max_timeout_ms: 0 },
  id: 'h1',
  name: 'test',
  version: '1.2.3',
  protocol: 'whub.v1',
  started_at: '1970-01-01T00:00:00.000Z',
};

describe('createStatusService', () => {
  it('[ME8] /info says which hub it is, / adds the figures', async () => {
    expect(await answer('/info')).toEqual(INFO);
    expect(await answer('/')).toEqual({
      ...INFO,
      connections: 1,
      clients: 2,
      services: 3,
      providers: 4,
      in_flight: 5,
      queued: 6,
      requests_per_sec: 7,
      replies_per_sec: 8,
      errors_per_sec: 9,
      latency_ms: { p50: 1.5, p95: 2.5, p99: null },
      event_loop_delay_ms: 0.25,
      rss_bytes: 1024,
      limits: [QUEUE, { name: 'connections', help: 'All', unit: 'connections', used: 7, limit: null }],
    });
  });

  it('[ME25] / tells managers whose use of a limit it is, and nobody else', async () => {
    const connections = { name: 'connections', help: 'All', unit: 'connections', used: 7, limit: null };
    expect(await answer('/', managerPrincipal())).toMatchObject({ limits: [{ ...QUEUE, at: 'math' }, connections] });
  });

  it('[ME8] /services says how each service is: serving with a ready provider, degraded with busy ones only', async () => {
    const counts = { queued: 1, calls: 2, errors: 3 };
    expect(await answer('/services')).toEqual({
      services: [
        { id: 'status', built_in: true, health: 'serving', providers: 0, ready: 0, ...counts },
        { id: 'good', built_in: false, health: 'serving', providers: 2, ready: 1, ...counts },
        { id: 'weak', built_in: false, health: 'degraded', providers: 1, ready: 0, ...counts },
        { id: 'gone', built_in: false, health: 'not-serving', providers: 0, ready: 0, ...counts },
      ],
    });
  });

  it('[ME26] /modules says how each module is, and what it counts', async () => {
    expect(await answer('/modules')).toEqual({
      modules: [
        { name: 'auth', state: 'running', health: { state: 'serving' }, depends_on: ['storage'], metrics: [METRIC] },
        { name: 'quiet', state: 'stopped', health: { state: 'not-serving' }, depends_on: [], metrics: [] },
      ],
    });
  });
});
