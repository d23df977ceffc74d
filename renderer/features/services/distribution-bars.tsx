import { useEffect, useState } from 'react';
import type { ServiceRow } from '../../../hub-core/console/contract/hub-contract.ts';
import { formatAge, formatCount, plural } from '../../ui/format.ts';
import { Status } from '../../ui/status.tsx';
import { countCalls, distributionOf, withCounts } from './distribution.ts';
import type { CallCounts } from './distribution.ts';
import styles from './distribution-bars.module.css';

const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;

/** What was counted at the start of the last minute, or since the service is looked at. */
function useWindow(service: ServiceRow): CallCounts | undefined {
  const [samples, setSamples] = useState<readonly CallCounts[]>([]);
  useEffect(() => {
    setSamples((known) => withCounts(known, countCalls(Date.now(), service.providers)));
  }, [service]);
  return samples[0];
}

/** Is balancing even? Each provider's share of the calls, and a mark where its policy would have it. */
export function DistributionBars({ service }: { readonly service: ServiceRow }) {
  const since = useWindow(service);
  const { calls, shares, even } = distributionOf(service, since);
  if (service.providers.length === 0) return null;
  const sinceMs = since === undefined ? 0 : Math.min(60_000, Date.now() - since.atMs);
  const age = sinceMs < 1_000 ? '' : `in the last ${formatAge(sinceMs)}`;
  return (
    <figure className={styles['distribution']} aria-label="Share of the calls by provider">
      <figcaption className={styles['caption']}>
        {age === '' ? 'Counting calls…' : `${plural(calls, 'call')} ${age}`}
        {even === null ? null : even ? (
          <Status tone="ok" word={`spread as ${service.policy} should`} />
        ) : (
          <Status tone="warn" word={`not spread as ${service.policy} should`} />
        )}
      </figcaption>
      <ul>
        {shares.map(({ id, name, calls: own, share, expected }) => (
          <li key={id} className={styles['line']}>
            <span className={styles['name']}>{name}</span>
            <span className={styles['track']} aria-hidden>
              <span className={styles['fill']} style={{ width: `${100 * share}%` }} />
              {expected === null ? null : <span className={styles['mark']} style={{ left: `${100 * expected}%` }} />}
            </span>
            <span className={styles['figure']}>
              {percent(share)}
              {expected === null ? '' : `, expected ${percent(expected)}`}
            </span>
            <span className={styles['figure']}>{formatCount(own)}</span>
          </li>
        ))}
      </ul>
    </figure>
  );
}
