import { describe, expect, it } from 'vitest';
import { createHarness, clientPrincipal, FakePeer } from '../../../test/support/fake-service-peers.ts';
import { FakeClock } from '../../../test/support/fake-clock.ts';
import { createMetering } from './index.ts';

function setScene() {
  const metering = createMetering({
    clock: new FakeClock(),
    gauges: () => ({
      ...{ connections: 0, transports: {}, clients: 0, services: 0, providers: 0, inFlight: 0, queued: 0 },
      ...{ storeHeapUsedBytes: null, storeExternalBytes: null },
    }),
  });
  const harness = createHarness({}, { observers: [metering] });
  const [ann, bob] = [new FakePeer('c1', clientPrincipal('ann')), new FakePeer('p1', clientPrincipal('bob'))];
  harness.register(bob, { id: 'math', routes: [{ pattern: '/square/:n' }, { pattern: '/*rest' }] });
  return { ...harness, metering, ann, bob };
}

describe('Metering', () => {
  it('[ME20] counts requests, errors, bytes and latencies by service, route, provider and client', () => {
    const { metering, request, answer, clock, ann, bob } = setScene();
    for (const [index, status] of [200, 404, 502].entries()) {
      request(ann, `/math/square/${String(index)}`, { payload: new Uint8Array(10) });
      clock.advance(100);
      answer(bob, index, { status, payload: new Uint8Array(1_000) });
    }
    const counts = { requests: 3, clientErrors: 1, serverErrors: 1, unanswered: 0, bytesIn: 30, bytesOut: 3_000 };
    const about = [
      metering.of('service', 'math'),
      metering.of('route', 'math/square/:n'),
      metering.of('provider', 'math@p1'),
      metering.of('client', 'ann'),
    ];
    for (const snapshot of about) expect(snapshot).toMatchObject({ ...counts, latencySumMs: 300 });
    expect((metering.of('service', 'math')?.latencyP50Ms ?? 0) / 100).toBeCloseTo(1, 1);
    expect(metering.meters('client').map(({ key, requests }) => [key, requests])).toEqual([
      ['ann', 3],
      ['bob', 1],
    ]);
  });

  it('[ME20] counts who left as unanswered, and what led nowhere for its client only', () => {
    const { metering, request, layer, ann } = setScene();
    request(ann, '/nowhere/1');
    request(ann, '/math/x');
    layer.disconnected(ann.connectionId);
    expect([metering.of('service', 'math'), metering.of('client', 'ann'), metering.of('service', 'nowhere')]).toEqual([
      expect.objectContaining({ requests: 1, unanswered: 1, latencyP50Ms: null }),
      expect.objectContaining({ requests: 2, unanswered: 1, clientErrors: 1 }),
      undefined,
    ]);
  });
});
