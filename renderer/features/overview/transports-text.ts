import type { HubStats } from '../../../hub-core/console/contract/hub-contract.ts';
import { formatCount } from '../../ui/format.ts';

/** `3 websocket · 1 tcp`, most first; undefined where there is nothing to tell apart. */
export function transportsText({ transports }: Pick<HubStats, 'transports'>): string | undefined {
  const counts = Object.entries(transports).toSorted(([, one], [, other]) => other - one);
  return counts.length < 2 ? undefined : counts.map(([name, count]) => `${formatCount(count)} ${name}`).join(' · ');
}
