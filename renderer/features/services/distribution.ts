import type { ProviderRow, ServiceRow } from '../../../hub-core/console/contract/hub-contract.ts';

/** Calls of each provider channel at one moment. */
export interface CallCounts {
  readonly atMs: number;
  readonly calls: ReadonlyMap<string, number>;
}

export interface Share {
  readonly id: string;
  /** Who it is, for people. */
  readonly name: string;
  readonly calls: number;
  /** Of all calls, 0 to 1. */
  readonly share: number;
  /** What its policy alone would give it; null for policies that look at load or at the caller. */
  readonly expected: number | null;
}

export interface Distribution {
  readonly calls: number;
  readonly shares: readonly Share[];
  /** True or false as far as it can be judged: enough calls, and a policy that says who gets how much. */
  readonly even: boolean | null;
}

const WINDOW_MS = 60_000;
/** How far a share may be from what is expected: chance alone moves it. */
const TOLERANCE = 0.1;
const JUDGED_CALLS = 20;

export const countCalls = (atMs: number, providers: readonly ProviderRow[]): CallCounts => ({
  atMs,
  calls: new Map(providers.map((provider) => [provider.id, provider.calls])),
});

/** With `next` added, and of what is older than a minute only the newest kept: the start of the window. */
export function withCounts(samples: readonly CallCounts[], next: CallCounts): readonly CallCounts[] {
  const start = samples.findLastIndex((sample) => sample.atMs <= next.atMs - WINDOW_MS);
  return [...samples.slice(Math.max(0, start)), next];
}

function expectedShare(policy: string, provider: ProviderRow, pool: readonly ProviderRow[]): number | null {
  if (policy === 'round-robin') return 1 / pool.length;
  if (policy !== 'weighted') return null;
  return provider.weight / pool.reduce((sum, each) => sum + each.weight, 0);
}

/** How the calls since `since` spread over the pool: those of all time where there is nothing to compare with. */
export function distributionOf(service: ServiceRow, since: CallCounts | undefined): Distribution {
  const { providers, policy } = service;
  const counted = providers.map((provider) => ({
    provider,
    // A provider that came since then starts at nothing.
    calls: Math.max(0, provider.calls - (since?.calls.get(provider.id) ?? 0)),
  }));
  const calls = counted.reduce((sum, each) => sum + each.calls, 0);
  const shares = counted.map(({ provider, calls: own }) => ({
    id: provider.id,
    name: `${provider.client} ${provider.connection}`,
    calls: own,
    share: calls === 0 ? 0 : own / calls,
    expected: expectedShare(policy, provider, providers),
  }));
  const joined = since !== undefined && providers.some((provider) => !since.calls.has(provider.id));
  const steady = !joined && providers.every((provider) => provider.state === 'ready' || provider.state === 'saturated');
  const judged = steady && providers.length > 1 && calls >= JUDGED_CALLS * providers.length;
  const off = shares.some(({ share, expected }) => expected !== null && Math.abs(share - expected) > TOLERANCE);
  return { calls, shares, even: judged && shares.every(({ expected }) => expected !== null) ? !off : null };
}
