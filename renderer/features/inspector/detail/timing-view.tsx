import type { ExchangeDetail } from '../../../../hub-core/console/contract/capture-contract.ts';
import { cx } from '../../../ui/cx.ts';
import { formatExactMs } from '../../../ui/format.ts';
import { timingParts } from './timing.ts';
import { UsualTimes } from './usual-times.tsx';
import styles from './detail.module.css';

/** Where the time went: bars that add up to the whole. */
export function Timing({ detail }: { readonly detail: ExchangeDetail }) {
  const parts = timingParts(detail.timing);
  const { endedMs } = detail.timing;
  const totalMs = endedMs ?? Math.max(1, Date.now() - detail.row.atMs);
  const percent = (ms: number): string => `${Math.min(100, (100 * ms) / Math.max(totalMs, 1e-6))}%`;
  return (
    <>
      <table className={styles['timing']} aria-label="Timing">
        <tbody>
          {parts.map((part) => (
            <tr key={part.id}>
              <th scope="row">{part.label}</th>
              <td>{part.lengthMs === null ? 'still waiting' : formatExactMs(part.lengthMs)}</td>
              <td>
                <div className={styles['track']} aria-hidden>
                  <div
                    className={cx(styles['bar'], styles[part.id], part.lengthMs === null && styles['running'])}
                    style={{ left: percent(part.startMs), width: percent(part.lengthMs ?? totalMs - part.startMs) }}
                  />
                </div>
              </td>
            </tr>
          ))}
          <tr>
            <th scope="row">Total</th>
            <td>{endedMs === null ? 'still waiting' : formatExactMs(endedMs)}</td>
            <td />
          </tr>
        </tbody>
      </table>
      <p className={styles['caption']}>
        All times are from the hub’s one monotonic clock, counted from the request’s arrival.
      </p>
      <UsualTimes detail={detail} />
    </>
  );
}
