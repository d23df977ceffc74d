import { describe, expect, it } from 'vitest';
import type { ProviderRow, ServiceRow } from '../../../hub-core/console/contract/hub-contract.ts';
import { serviceHealth } from './health.ts';
import { treeRows } from './tree-rows.ts';

const provider = (id: string, state: ProviderRow['state']): ProviderRow => ({
  id,
  client: 'worker',
  connection: 'c1',
  remoteAddress: '127.0.0.1:1',
  state,
  weight: 1,
  inFlight: 0,
  maxInFlight: 1,
  calls: 0,
  errors: 0,
  warnings: 0,
  latencyP50Ms: null,
  latencyP95Ms: null,
  sinceMs: 0,
  lastFailure: null,
});

const service = (id: string, states: readonly ProviderRow['state'][], builtIn = false): ServiceRow => ({
  id,
  builtIn,
  description: '',
  version: '',
  access: 'both',
  policy: 'round-robin',
  routes: [{ pattern: '/add', methods: [] }],
  providers: states.map((state, index) => provider(`${id}@c${index}`, state)),
  queued: 0,
  calls: 0,
  errors: 0,
  emptySinceMs: null,
});

describe('serviceHealth', () => {
  it('[UI50] says in one sentence how many providers are ready, and what the others are', () => {
    expect(serviceHealth(service('math', ['ready', 'ready', 'saturated']))).toEqual({
      tone: 'warn',
      text: '2 of 3 providers ready; 1 saturated',
    });
    expect(serviceHealth(service('math', ['ready']))).toEqual({ tone: 'ok', text: '1 of 1 provider ready' });
    expect(serviceHealth(service('math', ['ejected'])).tone).toBe('error');
    expect(serviceHealth(service('math', []))).toMatchObject({ tone: 'error' });
    expect(serviceHealth(service('status', [], true)).tone).toBe('ok');
  });
});

describe('treeRows', () => {
  it('[UI51] shows routes and providers only below services that are open', () => {
    const services = [service('geo', ['ready']), service('math', ['ready', 'draining'])];
    expect(treeRows(services, new Set(['math'])).map((row) => [row.kind, row.id])).toEqual([
      ['service', 'geo'],
      ['service', 'math'],
      ['route', 'math /add'],
      ['provider', 'math@c0'],
      ['provider', 'math@c1'],
    ]);
  });
});
