import { describe, expect, it } from 'vitest';
import { Kind, type MessageInit } from '../../../common/protocol/message.ts';
import { FakeClock } from '../../../test/support/fake-clock.ts';
import type { Exchange } from '../../service/exchange.ts';
import { createMetering, type Gauges } from './index.ts';
import type { StatsSnapshot } from './stats-snapshot.ts';

const GAUGES: Gauges = {
  connections: 3,
  transports: { tcp: 3 },
  clients: 2,
  services: 1,
  providers: 1,
  inFlight: 5,
  queued: 4,
  storeHeapUsedBytes: 9_000,
  storeExternalBytes: null,
};
const exchange = (durationMs: number): Exchange =>
  ({
    receivedMs: 100,
    endedMs: 100 + durationMs,
    pattern: '',
    routeName: '',
    message: { payload: new Uint8Array() },
    caller: { principal: { clientId: 'ann' } },
  }) as unknown as Exchange;
const answer = (status: number): MessageInit => ({ kind: Kind.Response, status });

describe('createMetering', () => {
  it('[ME2] gives the rates of the last full second and the gauges of now', async () => {
    const clock = new FakeClock();
    const metering = createMetering({ clock, gauges: () => GAUGES });
    await metering.start(new AbortController().signal);
    const samples: StatsSnapshot[] = [];
    using _sampling = metering.onDidSample.subscribe((sample) => samples.push(sample));
    for (let i = 0; i < 10; i += 1) metering.began(exchange(0));
    for (const status of [200, 200, 404, 500]) metering.ended(exchange(8), 'replied', answer(status), '');
    metering.ended(exchange(8), 'caller-lost', undefined, '');
    expect(metering.current()).toMatchObject({ ...GAUGES, requestsPerSec: 0, latencyP50Ms: null });
    clock.advance(1000);
    const { latencyP50Ms, ...rates } = metering.current();
    expect(rates.heapUsedBytes).toBeGreaterThan(0);
    expect(rates.rssBytes).toBeGreaterThan(rates.heapUsedBytes);
    expect(rates).toMatchObject({ ...GAUGES, requestsPerSec: 10, repliesPerSec: 4, errorsPerSec: 2 });
    expect(latencyP50Ms).toBeCloseTo(8, 0);
    clock.advance(1000);
    expect(metering.current()).toMatchObject({ requestsPerSec: 0, latencyP99Ms: null });
    expect(samples.map(({ requestsPerSec }) => requestsPerSec)).toEqual([10, 0]);
    expect(metering.history(10)).toEqual(samples);
    expect(metering.history(1)).toEqual(samples.slice(1));
    await metering.stop();
    expect(clock.pendingTimers).toBe(0);
  });

  it('[ME2] keeps an hour of samples', async () => {
    const clock = new FakeClock();
    const metering = createMetering({ clock, gauges: () => GAUGES });
    await metering.start(new AbortController().signal);
    clock.advance(3_602_000);
    await metering.stop();
    expect([metering.history(10_000).length, metering.history(3_600)[0]?.atMs]).toEqual([
      3_600,
      new FakeClock().wallMs() + 3_000,
    ]);
  });
});
