import type { ExchangeDetail } from '../../../../hub-core/console/contract/capture-contract.ts';
import { exchangeStatus, outcomeText } from '../../../ui/exchange-status.ts';
import { Facts } from '../../../ui/facts.tsx';
import { formatBytes, formatClock, formatDateTime, formatMs } from '../../../ui/format.ts';
import { PaneSection } from '../../../ui/pane.tsx';
import { Status } from '../../../ui/status.tsx';

/** The facts of an exchange. */
export function ExchangeSummary({ detail }: { readonly detail: ExchangeDetail }) {
  const { row } = detail;
  const { tone, word } = exchangeStatus(row);
  return (
    <PaneSection>
      <Facts
        facts={[
          ['Status', <Status key="status" badge tone={tone} word={row.error === '' ? word : `${word} ${row.error}`} />],
          ['Outcome', outcomeText(row.outcome)],
          ['Request', <code key="request">{`${row.method} ${row.uri}`}</code>],
          ['Service', row.service],
          ['From', `${row.from} on ${row.connection || 'no connection'}, ${row.via}`],
          ['Transport', row.transport || 'not recorded'],
          ['To', row.provider === '' ? 'no provider' : `${row.providerClient} on ${row.provider}`],
          ['Arrived', `${formatDateTime(row.atMs).slice(0, 10)} ${formatClock(row.atMs)}`],
          ['Duration', formatMs(row.durationMs)],
          ['Attempts', String(detail.attempts)],
          ['Sizes', `request ${formatBytes(row.requestBytes)}, reply ${formatBytes(row.replyBytes)}`],
          ['Time allowed', detail.timeoutMs === 0 ? 'the hub’s default' : formatMs(detail.timeoutMs)],
          ['Correlation id', String(detail.correlationId)],
        ]}
      />
    </PaneSection>
  );
}
