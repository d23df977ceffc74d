import { describe, expect, it } from 'vitest';
import type { ServiceRow } from '../../../hub-core/console/contract/hub-contract.ts';
import { freeClientId } from './free-client-id.ts';
import { transportsText } from './transports-text.ts';
import { serviceLoads } from './trouble.ts';

const service = (id: string, change: Partial<ServiceRow>): ServiceRow => ({
  id,
  builtIn: false,
  description: '',
  version: '',
  access: 'both',
  policy: 'round-robin',
  routes: [],
  providers: [],
  queued: 0,
  calls: 10,
  errors: 1,
  emptySinceMs: null,
  ...change,
});

describe('serviceLoads', () => {
  it('[UI52] lists pools in trouble first, and leaves out built-ins that nobody calls', () => {
    const loads = serviceLoads([
      service('status', { builtIn: true }),
      service('auth', { builtIn: true, calls: 0, errors: 0 }),
      service('orders', {}),
    ]);
    expect(loads.map((load) => [load.id, load.trouble, load.errorShare])).toEqual([
      ['orders', 'no provider', 0.1],
      ['status', undefined, 0.1],
    ]);
  });
});

describe('freeClientId', () => {
  it('[UI53] is the first id that no client has', () => {
    expect([freeClientId([]), freeClientId(['my-app', 'my-app-2'])]).toEqual(['my-app', 'my-app-3']);
  });
});

describe('transportsText', () => {
  it('[UI70] counts connections by transport, most first, once there are several', () => {
    expect(transportsText({ transports: { tcp: 1, websocket: 1_300 } })).toBe('1,300 websocket · 1 tcp');
    expect([transportsText({ transports: { tcp: 1 } }), transportsText({ transports: {} })]).toEqual([
      undefined,
      undefined,
    ]);
  });
});
