import { useQuery } from '@tanstack/react-query';
import type { ExchangeDetail } from '../../../../hub-core/console/contract/capture-contract.ts';
import { formatMs, plural } from '../../../ui/format.ts';
import { usualTimesOf } from './same-method.ts';
import styles from './detail.module.css';

const compared = (ms: number, { p50Ms, p95Ms }: { readonly p50Ms: number; readonly p95Ms: number }): string =>
  ms > p95Ms ? 'slower than 95 % of them' : ms > p50Ms ? 'slower than half of them' : 'no slower than half of them';

/** This exchange against others of its method in the five minutes before it. */
export function UsualTimes({ detail }: { readonly detail: ExchangeDetail }) {
  const { row } = detail;
  const { data: usual } = useQuery({
    queryKey: ['usual-times', row.seq],
    queryFn: ({ signal }) => usualTimesOf(row, signal),
    staleTime: Infinity,
    gcTime: 10_000,
  });
  if (usual === undefined) return null;
  const of = `${row.method} on ${row.service} in the 5 minutes before`;
  if (usual === null) return <p className={styles['caption']}>No answered {of} is stored to compare with.</p>;
  return (
    <p className={styles['caption']} role="note" aria-label="Compared with its method">
      {plural(usual.rows, 'answered exchange')} of {of}: p50 {formatMs(usual.p50Ms)}, p95 {formatMs(usual.p95Ms)}.
      {row.durationMs === null ? '' : ` This one took ${formatMs(row.durationMs)}: ${compared(row.durationMs, usual)}.`}
    </p>
  );
}
