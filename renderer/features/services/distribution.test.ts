import { describe, expect, it } from 'vitest';
import type { ProviderRow, ServiceRow } from '../../../hub-core/console/contract/hub-contract.ts';
import { countCalls, distributionOf, withCounts } from './distribution.ts';
import type { CallCounts } from './distribution.ts';
import { parseWeight } from './parse-weight.ts';

const provider = (id: string, change: Partial<ProviderRow>): ProviderRow => ({
  id,
  client: 'worker',
  connection: id,
  remoteAddress: '127.0.0.1:1',
  state: 'ready',
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
  ...change,
});

const service = (policy: string, providers: readonly ProviderRow[]): ServiceRow => ({
  id: 'math',
  builtIn: false,
  description: '',
  version: '',
  access: 'both',
  policy,
  routes: [],
  providers: [...providers],
  queued: 0,
  calls: 0,
  errors: 0,
  emptySinceMs: null,
});

const atNothing = (ids: readonly string[]): CallCounts => ({ atMs: 0, calls: new Map(ids.map((id) => [id, 0])) });

describe('distributionOf', () => {
  it('[UI80] shares out the calls of the window, and expects of each what its policy gives it', () => {
    const pool = [provider('a', { calls: 130, weight: 3 }), provider('b', { calls: 50 })];
    const since: CallCounts = {
      atMs: 0,
      calls: new Map([
        ['a', 100],
        ['b', 40],
      ]),
    };
    const { calls, shares, even } = distributionOf(service('weighted', pool), since);
    expect([calls, shares.map(({ share, expected }) => [share, expected]), even]).toEqual([
      40,
      [
        [0.75, 0.75],
        [0.25, 0.25],
      ],
      true,
    ]);
  });

  it('[UI80] says that a pool is not even when a share is more than ten points off', () => {
    const spread = (a: number, b: number): boolean | null =>
      distributionOf(
        service('round-robin', [provider('a', { calls: a }), provider('b', { calls: b })]),
        atNothing(['a', 'b']),
      ).even;
    expect([spread(55, 45), spread(80, 20)]).toEqual([true, false]);
  });

  it('[UI80] does not judge few calls, pools that changed, or policies that look at load', () => {
    const pool = [provider('a', { calls: 90 }), provider('b', { calls: 10 })];
    const since = atNothing(['a', 'b']);
    const drained = [provider('a', { calls: 90 }), provider('b', { calls: 10, state: 'draining' })];
    expect([
      distributionOf(service('round-robin', [provider('a', { calls: 5 }), provider('b', {})]), since).even,
      distributionOf(service('round-robin', drained), since).even,
      distributionOf(service('round-robin', pool), atNothing(['a'])).even,
      distributionOf(service('two-choices', pool), since).even,
      distributionOf(service('round-robin', [provider('a', { calls: 90 })]), since).even,
    ]).toEqual([null, null, null, null, null]);
  });
});

describe('withCounts', () => {
  it('[UI80] keeps one sample from before the last minute, as its start', () => {
    let samples: readonly CallCounts[] = [];
    for (const second of [0, 30, 61, 95]) samples = withCounts(samples, countCalls(second * 1_000, []));
    expect(samples.map(({ atMs }) => atMs)).toEqual([30_000, 61_000, 95_000]);
  });
});

describe('parseWeight', () => {
  it('[UI72] takes 1 to 1,000 and nothing else', () => {
    expect(['1', ' 1000 ', '0', '1001', '-1', '1.5', '', 'x'].map(parseWeight)).toEqual([
      1,
      1_000,
      ...Array.from({ length: 6 }, () => undefined),
    ]);
  });
});
