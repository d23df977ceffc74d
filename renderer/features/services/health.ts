import type { ProviderRow, ServiceRow } from '../../../hub-core/console/contract/hub-contract.ts';
import type { Tone } from '../../ui/status.tsx';

export const PROVIDER_TONES: Readonly<Record<ProviderRow['state'], Tone>> = {
  ready: 'ok',
  saturated: 'warn',
  draining: 'pending',
  ejected: 'error',
  'half-open': 'pending',
  suspect: 'warn',
};

export interface Health {
  readonly tone: Tone;
  /** One sentence: `2 of 3 providers ready; 1 saturated`. */
  readonly text: string;
}

/** How a service is, from its providers. */
export function serviceHealth(service: ServiceRow): Health {
  if (service.builtIn) return { tone: 'ok', text: 'Built in: the hub answers by itself' };
  const { providers } = service;
  if (providers.length === 0) return { tone: 'error', text: 'No provider is connected: requests get 503' };
  const counts = new Map<ProviderRow['state'], number>();
  for (const provider of providers) counts.set(provider.state, (counts.get(provider.state) ?? 0) + 1);
  const ready = counts.get('ready') ?? 0;
  const others = [...counts].filter(([state]) => state !== 'ready').map(([state, count]) => `${count} ${state}`);
  const noun = providers.length === 1 ? 'provider' : 'providers';
  const text = [`${ready} of ${providers.length} ${noun} ready`, ...others].join('; ');
  return { tone: ready === providers.length ? 'ok' : ready === 0 ? 'error' : 'warn', text };
}
