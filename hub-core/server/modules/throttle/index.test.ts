import { describe, expect, it } from 'vitest';
import { RequestError } from '../../../common/errors/hub-error.ts';
import { FakeClock } from '../../../test/support/fake-clock.ts';
import { parseHubConfig } from '../../hub/config.ts';
import { createThrottle, type Throttle, type ThrottleConfig } from './index.ts';

const DEFAULTS = parseHubConfig({ dataDir: '/d' }).throttle;

function stage(config: Partial<ThrottleConfig>): { clock: FakeClock; throttle: Throttle } {
  const clock = new FakeClock();
  return { clock, throttle: createThrottle({ clock, config: { ...DEFAULTS, ...config } }) };
}

/** How many of `times` new connections are let in, and what the first refusal says. */
function connect(throttle: Throttle, address: string, times: number): { admitted: number; retryAfterMs: unknown } {
  for (let admitted = 0; admitted < times; admitted += 1) {
    try {
      throttle.admitConnection(address);
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      expect(error.errorName).toBe('THROTTLED_ERR');
      return { admitted, retryAfterMs: error.extra?.['retry_after_ms'] };
    }
  }
  return { admitted: times, retryAfterMs: undefined };
}

describe('createThrottle', () => {
  it('[TH3] limits the new connections of an address to 50 a second and 100 at once, as it comes', () => {
    const { clock, throttle } = stage({});
    expect(connect(throttle, '192.0.2.1:1', 500)).toEqual({ admitted: 100, retryAfterMs: 20 });
    expect(connect(throttle, '192.0.2.2:1', 1).admitted).toBe(1);
    clock.advance(1000);
    expect(connect(throttle, '192.0.2.1:2', 500).admitted).toBe(50);
  });

  it('[TH3] addresses of one IPv6 network share a rate', () => {
    const { throttle } = stage({ handshakesPerSec: 1, handshakeBurst: 1 });
    expect(connect(throttle, '2001:db8::1', 1).admitted).toBe(1);
    expect(connect(throttle, '2001:db8::2', 1).admitted).toBe(0);
  });

  it.each(['127.0.0.1:9', '[::1]:9', '::ffff:127.0.0.1'])('[TH3] never limits connections from %s', (address) => {
    const { throttle } = stage({ handshakesPerSec: 1, handshakeBurst: 1 });
    expect(connect(throttle, address, 500).admitted).toBe(500);
  });

  it('[TH4] has no rate of requests unless one is set', () => {
    expect(stage({}).throttle.limitsRequests).toBe(false);
    expect(stage({ clientRequestsPerSec: 1 }).throttle.limitsRequests).toBe(true);
  });

  it('[TH4] counts requests by address, by client, and by client and service', () => {
    const ask = (throttle: Throttle, address: string, client: string, service: string): string =>
      throttle.check({ address, client, service }).whose;
    const byAddress = stage({ addressRequestsPerSec: 1 }).throttle;
    expect([ask(byAddress, '10.0.0.1:1', 'a', 's'), ask(byAddress, '10.0.0.1:2', 'b', 's')]).toEqual([
      '',
      'this address',
    ]);
    const byClient = stage({ clientRequestsPerSec: 1 }).throttle;
    expect([ask(byClient, '10.0.0.1:1', 'a', 's'), ask(byClient, '10.0.0.2:2', 'a', 't')]).toEqual(['', 'client "a"']);
    const byService = stage({ clientServiceRequestsPerSec: 1 }).throttle;
    expect(['s', 't', 's'].map((service) => ask(byService, '10.0.0.1:1', 'a', service))).toEqual([
      '',
      '',
      'client "a" at service "s"',
    ]);
  });

  it('[TH4] callers without a credential are counted by their addresses', () => {
    const { throttle } = stage({ clientRequestsPerSec: 1 });
    const ask = (address: string): number => throttle.check({ address, client: 'anonymous', service: 's' }).waitMs;
    expect([ask('10.0.0.1:1'), ask('10.0.0.2:1'), ask('10.0.0.1:2')]).toEqual([0, 0, 1000]);
  });

  it('[TH5] counts what it refused', () => {
    const { throttle } = stage({ handshakesPerSec: 1, handshakeBurst: 1 });
    for (let i = 0; i < 3; i += 1) connect(throttle, '192.0.2.1', 1);
    const refused = throttle.metrics?.().filter(({ name }) => name === 'refused_total');
    expect(refused?.map(({ labels, value }) => [labels?.['by'], value])).toEqual([
      ['handshake', 2],
      ['address', 0],
      ['client', 0],
      ['client-service', 0],
    ]);
  });

  it('[ME25] limits() tells the bucket with the fewest tokens of each rate that is set', () => {
    const { clock, throttle } = stage({ clientRequestsPerSec: 10, clientBurst: 4 });
    const use = (): unknown => throttle.limits?.().map(({ name, used, limit, at }) => [name, used, limit, at]);
    const unused = use();
    for (const client of ['ann', 'bob', 'bob', 'bob']) throttle.check({ address: undefined, client, service: 'math' });
    const busy = use();
    clock.advance(100);
    expect([unused, busy, use()]).toEqual([
      [
        ['rate_handshakes', 0, 100, undefined],
        ['rate_client', 0, 4, undefined],
      ],
      [
        ['rate_handshakes', 0, 100, undefined],
        ['rate_client', 3, 4, 'bob'],
      ],
      [
        ['rate_handshakes', 0, 100, undefined],
        ['rate_client', 2, 4, 'bob'],
      ],
    ]);
  });
});
