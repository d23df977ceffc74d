import { describe, expect, it } from 'vitest';
import { clientPrincipal, createHarness, FakePeer } from '../../../test/support/fake-service-peers.ts';
import { createServiceManager } from './index.ts';
import { serviceMetrics } from './service-metrics.ts';

const NOTHING = {
  calls: 0,
  errors: 0,
  schemaRefusals: 0,
  schemaWarnings: 0,
  retries: 0,
  retriesDenied: 0,
  shed: 0,
  ejections: 0,
  providers: 0,
  ejected: 0,
  queued: 0,
};

describe('ServiceManager.metrics', () => {
  it('[BK13] counts what each service was asked and what was ejected', () => {
    const { layer, register, request, answer } = createHarness();
    const manager = createServiceManager({ layer, remoteAddressOf: () => '' });
    const [one, two] = ['p1', 'p2'].map((id) => new FakePeer(id, clientPrincipal(id)));
    if (one === undefined || two === undefined) throw new TypeError('Cannot test: a peer is missing');
    for (const peer of [one, two]) register(peer, { id: 'math', routes: [{ pattern: '/*rest' }] });
    const caller = new FakePeer('c', clientPrincipal('ann'));
    for (let index = 0; index < 5; index += 1) {
      request(caller, '/math/a', { to: 'p1' });
      answer(one, index, { status: 500 });
    }
    const values = new Map(manager.metrics?.().map(({ name, value }) => [name, value]));
    expect(Object.fromEntries(values)).toEqual({
      service_requests_total: 5,
      service_errors_total: 5,
      service_schema_refusals_total: 0,
      service_schema_warnings_total: 0,
      service_retries_total: 0,
      service_retries_denied_total: 0,
      service_shed_total: 0,
      service_ejections_total: 1,
      service_providers: 2,
      service_providers_ejected: 1,
      service_queued: 0,
    });
  });

  it('[BK13] gives at most 100 services a label of their own', () => {
    const tallies = Array.from({ length: 150 }, (_, index) => ({ ...NOTHING, id: `s${String(index)}`, calls: 2 }));
    const calls = serviceMetrics(tallies).filter(({ name }) => name === 'service_requests_total');
    expect([calls.length, calls.at(-1)?.labels, calls.at(-1)?.value]).toEqual([101, { service: '_other' }, 100]);
  });
});
